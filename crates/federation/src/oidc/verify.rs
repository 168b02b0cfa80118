//! The check of a token, all of it.

use serde_json::Value;
use stead_types::Timestamp;

use super::algorithm::Algorithms;
use super::claims::{Claims, malformed};
use super::key_set::KeySet;
use super::limits::{AGE_MAX, SKEW_MAX, SUBJECT_BYTES_MAX};
use super::refusal::{Refusal, echo};
use super::session::{AuthorizedRoles, SessionTags, source_identity};
use super::token::UnverifiedToken;
use super::verified::{Parties, VerifiedToken};

/// What the registered provider demands of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's URL, scheme included, as the tokens have it in `iss`.
    pub issuer: &'a str,
    /// The client ids registered with the provider. Without any, no token is accepted.
    pub client_ids: &'a [&'a str],
    /// The algorithms that the provider may sign with.
    pub algorithms: Algorithms,
}

/// Checks a token against the keys of its issuer and what the provider demands.
///
/// The order, which decides what a token with several defects is refused for:
///
/// 1. the algorithm, the key, the signature;
/// 2. the claims every token has: `iss`, `sub`, `aud`, `exp`, `iat`, and the form of
///    `nbf` and `azp`;
/// 3. the times: expired, too old, issued in the future, not yet valid;
/// 4. for whom the token is: several audiences, registration;
/// 5. what it asks of the session: tags, roles, source identity.
///
/// No claim is looked at before the signature was verified.
///
/// # Errors
/// The first reason against the token.
pub fn verify(
    token: &UnverifiedToken<'_>,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedToken, Refusal> {
    check_signature(token, keys, expected.algorithms)?;
    let claims = Claims(token.decoded().claims());
    if token.issuer() != expected.issuer {
        let (expected, found) = (expected.issuer.to_owned(), echo(token.issuer()));
        return Err(Refusal::Issuer { expected, found });
    }
    let subject = subject(claims)?;
    let audiences = claims.audiences()?;
    let times = Times::read(claims)?;
    let authorized_party = authorized_party(claims)?;
    times.check(now)?;
    let parties = Parties { audiences, authorized_party };
    check_audience(&parties, expected.client_ids)?;
    Ok(VerifiedToken {
        issuer: token.issuer().to_owned(),
        key_id: token.key_id().map(str::to_owned),
        algorithm: token.algorithm(),
        subject,
        parties,
        issued_at: times.issued_at,
        expires_at: times.expires_at,
        session_tags: SessionTags::read(claims)?,
        roles: AuthorizedRoles::read(claims)?,
        source_identity: source_identity(claims)?,
        claims: claims.0.clone(),
    })
}

fn check_signature(
    token: &UnverifiedToken<'_>,
    keys: &KeySet,
    allowed: Algorithms,
) -> Result<(), Refusal> {
    let algorithm = token.algorithm();
    if !allowed.allows(algorithm) {
        return Err(Refusal::AlgorithmNotAllowed { algorithm });
    }
    let key = keys.choose(token.key_id(), algorithm)?;
    if key.verifies(algorithm, token.signed(), token.signature()) {
        Ok(())
    } else {
        Err(Refusal::Signature { key_id: key.id.clone() })
    }
}

/// Choice: AWS was observed to take an empty subject, and a number as one; a trust policy
/// that compares subjects is better off with texts that say something.
fn subject(claims: Claims<'_>) -> Result<String, Refusal> {
    match claims.required("sub")? {
        Value::String(subject) if (1..=SUBJECT_BYTES_MAX).contains(&subject.len()) => {
            Ok(subject.clone())
        }
        other => Err(malformed("sub", "a text of 1 to 2,048 bytes", other)),
    }
}

fn authorized_party(claims: Claims<'_>) -> Result<Option<String>, Refusal> {
    match claims.get("azp") {
        None => Ok(None),
        Some(Value::String(party)) if !party.is_empty() => Ok(Some(party.clone())),
        Some(other) => Err(malformed("azp", "a text", other)),
    }
}

struct Times {
    issued_at: Timestamp,
    expires_at: Timestamp,
    not_before: Option<Timestamp>,
}

impl Times {
    /// Observed: AWS demands `exp` and `iat`, not `nbf`.
    fn read(claims: Claims<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            expires_at: claims.moment("exp")?,
            issued_at: claims.moment("iat")?,
            not_before: claims.optional_moment("nbf")?,
        })
    }

    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let Self { issued_at, expires_at, not_before } = *self;
        if now >= expires_at.plus(SKEW_MAX) {
            return Err(Refusal::Expired { now, expires_at });
        }
        if now > issued_at.plus(AGE_MAX + SKEW_MAX) {
            return Err(Refusal::TooOld { age_seconds: now.seconds_since(issued_at), issued_at });
        }
        if issued_at > now.plus(SKEW_MAX) {
            return Err(Refusal::IssuedInFuture { now, issued_at });
        }
        match not_before {
            Some(not_before) if not_before > now.plus(SKEW_MAX) => {
                Err(Refusal::NotYetValid { now, not_before })
            }
            _ => Ok(()),
        }
    }
}

/// Spec: UG:id_roles_providers_create_oidc: with several audiences `azp` is demanded, and
/// where it stands, it is what must be registered.
fn check_audience(parties: &Parties, registered: &[&str]) -> Result<(), Refusal> {
    let Some((found, claim)) = parties.application() else {
        return Err(Refusal::SeveralAudiences {
            audiences: parties.audiences.iter().map(|audience| echo(audience)).collect(),
        });
    };
    if registered.contains(&found) {
        return Ok(());
    }
    Err(Refusal::Audience {
        found: echo(found),
        claim,
        registered: registered.iter().map(|id| (*id).to_owned()).collect(),
    })
}
