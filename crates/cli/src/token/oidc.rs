//! Reports on OpenID Connect tokens.

use std::path::Path;

use stead_federation::oidc::{
    Algorithms, ClientIds, DecodedToken, Expected, KeySet, Refusal, UnverifiedToken,
    claim_refusals, verify,
};
use stead_types::Timestamp;

use super::report::{Kind, Report, Signature};
use crate::arguments::InspectFlags;
use crate::exit::Failure;

/// Claims that name a moment, and what that means until then and since.
const MOMENTS: [(&str, &str, &str); 4] = [
    ("iat", "issued in the future,", "issued"),
    ("nbf", "becomes valid", "valid since"),
    ("exp", "expires", "expired"),
    ("auth_time", "signed in in the future,", "the user signed in"),
];

pub(super) fn report(text: &str, flags: &InspectFlags, now: Timestamp) -> Result<Report, Failure> {
    let mut report = Report::new(Kind::OpenIdConnect, now, Signature::NotChecked(String::new()));
    if flags.metadata.is_some() {
        return Err(Failure::usage("--metadata is for SAML responses, and this is none"));
    }
    let keys = flags.jwks.as_deref().map(read_keys).transpose()?;
    let token = match DecodedToken::parse(text) {
        Ok(token) => token,
        Err(fault) => {
            report.signature = Signature::NotChecked("it cannot be read".to_owned());
            report.refuse(fault);
            return Ok(report);
        }
    };
    describe(&mut report, &token);
    let audiences: Vec<_> = flags.audience.iter().map(String::as_str).collect();
    let own_issuer = token.claims().get("iss").and_then(|issuer| issuer.as_str());
    let expected = Expected {
        // Without --issuer, what the token says is taken to be registered.
        issuer: flags.issuer.as_deref().or(own_issuer).unwrap_or_default(),
        client_ids: match audiences.as_slice() {
            [] => ClientIds::Any,
            registered => ClientIds::Registered(registered),
        },
        algorithms: Algorithms::AWS,
    };
    let claims_against = claim_refusals(&token, Some(&expected), now);
    report.signature = Signature::NotChecked(format!(
        "its signature of {} bytes was not looked at; --jwks FILE checks it with the issuer's keys",
        token.signature_bytes()
    ));
    match token.clone().check() {
        Err(fault) => report.refuse(fault),
        Ok(token) => check(&mut report, &token, keys.as_ref(), &expected),
    }
    for refusal in claims_against {
        report.refuse(refusal);
    }
    Ok(report)
}

fn describe(report: &mut Report, token: &DecodedToken<'_>) {
    report.header = token.header().clone();
    report.claims = token.claims().clone();
    for (claim, before, after) in MOMENTS {
        if let Some(at) = token.moment(claim) {
            report.moment(claim, at, before, after);
        }
    }
    report.condition_keys = token.condition_keys();
    // What is wrong with these is among the refusals.
    if let Ok(tags) = token.session_tags() {
        report.tags(&tags);
    }
    if let Ok(Some(roles)) = token.roles() {
        report.session.roles = Some(roles.iter().map(str::to_owned).collect());
    }
    if let Ok(Some(identity)) = token.source_identity() {
        report.session.source_identity = Some(identity.as_str().to_owned());
    }
    report.notes.extend(notes(token));
}

/// Signature, key and algorithm.
fn check(
    report: &mut Report,
    token: &UnverifiedToken<'_>,
    keys: Option<&KeySet>,
    expected: &Expected<'_>,
) {
    let algorithm = token.algorithm();
    let Some(keys) = keys else {
        if !expected.algorithms.allows(algorithm) {
            report.refuse(Refusal::AlgorithmNotAllowed { algorithm });
        }
        return;
    };
    report.signature = match verify(token, keys, expected, report.now) {
        Err(refusal) if is_about_signature(&refusal) => {
            report.refuse(refusal);
            Signature::Fails
        }
        // Claims are looked at only behind a good signature.
        Ok(_) | Err(_) => Signature::Holds { key_id: token.key_id().map(str::to_owned) },
    };
}

fn is_about_signature(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::AlgorithmNotAllowed { .. }
            | Refusal::TooManyKeys { .. }
            | Refusal::UnknownKey { .. }
            | Refusal::KeyDoesNotFit { .. }
            | Refusal::NoKeyId { .. }
            | Refusal::Signature { .. }
    )
}

/// Spec: docs.github.com, "OpenID Connect reference": subjects of repositories made since
/// July 2026 carry the ids of owner and repository.
fn notes(token: &DecodedToken<'_>) -> Option<String> {
    let text = |claim: &str| token.claims().get(claim)?.as_str();
    let is_github = text("iss")? == "https://token.actions.githubusercontent.com";
    let repository = text("sub")?.strip_prefix("repo:")?.split(':').next()?;
    (is_github && repository.contains('@')).then(|| {
        "the subject carries the ids of owner and repository (`@`): a trust policy that has their \
         names alone does not match it"
            .to_owned()
    })
}

fn read_keys(path: &Path) -> Result<KeySet, Failure> {
    let refuse = |reason: String| {
        Failure::usage(format!("cannot read keys from `{}`: {reason}", path.display()))
            .with_help("--jwks names a file with the document at the issuer's `jwks_uri`")
    };
    let json = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    KeySet::parse(&json).map_err(|fault| refuse(format!("it {fault}")))
}
