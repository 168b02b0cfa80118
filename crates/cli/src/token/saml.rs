//! Reports on SAML responses.

use serde_json::{Value, json};
use stead_federation::saml::{Claimed, DecodedAssertion, UnverifiedResponse};
use stead_types::Timestamp;

use super::report::{Kind, Report, Signature};
use crate::arguments::InspectFlags;
use crate::exit::Failure;

pub(super) fn report(text: &str, flags: &InspectFlags, now: Timestamp) -> Result<Report, Failure> {
    if flags.jwks.is_some() {
        return Err(Failure::usage("--jwks is for OpenID Connect tokens, and this is none"));
    }
    let unread = Signature::NotChecked("it cannot be read".to_owned());
    let mut report = Report::new(Kind::Saml, now, unread);
    let response = match UnverifiedResponse::parse(text) {
        Ok(response) => response,
        Err(fault) => {
            report.refuse(fault);
            return Ok(report);
        }
    };
    match response.decoded() {
        Claimed::Plain(assertion) => describe(&mut report, *assertion),
        Claimed::Encrypted => {
            report.signature = Signature::NotChecked(
                "its assertion is encrypted for the provider's private key".to_owned(),
            );
            let issuer = response.issuer().map(|issuer| ("Issuer".to_owned(), json!(issuer)));
            report.claims.extend(issuer);
        }
        Claimed::Not(refusal) => report.refuse(refusal),
    }
    let audiences: Vec<_> = flags.audience.iter().map(String::as_str).collect();
    let audiences = (!audiences.is_empty()).then_some(audiences.as_slice());
    let refusal = response.refusal(flags.issuer.as_deref(), audiences, None, now);
    if let Some(refusal) = refusal {
        report.refuse(refusal);
    }
    Ok(report)
}

fn describe(report: &mut Report, assertion: DecodedAssertion) {
    let carries = |has| if has { "carries a signature" } else { "carries none" };
    report.signature = Signature::NotChecked(format!(
        "the assertion {}, the response {}; neither was looked at",
        carries(assertion.is_signed),
        carries(assertion.is_response_signed),
    ));
    if !assertion.is_signed {
        report.refuse(stead_federation::saml::Refusal::Unsigned);
    }
    let named = [
        ("Issuer", assertion.issuer),
        ("NameID", assertion.subject),
        ("NameID/@Format", assertion.subject_format),
        ("Recipient", assertion.recipient),
    ];
    for (name, value) in named {
        report.claims.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    }
    report.claims.insert("Audience".to_owned(), json!(assertion.audiences));
    report.claims.extend(
        assertion
            .attributes
            .into_iter()
            .map(|(name, values)| (format!("attribute {name}"), json!(values))),
    );
    for (place, at) in assertion.moments {
        let (before, after) = match () {
            () if place.ends_with("OnOrAfter") => ("ends", "ended"),
            () if place.ends_with("NotBefore") => ("begins", "began"),
            () => ("issued in the future,", "issued"),
        };
        report.moment(place, at, before, after);
    }
    report.condition_keys = assertion.condition_keys;
    let pairs = assertion.roles.iter();
    let pairs =
        pairs.map(|pair| format!("{} through {}", pair.role.as_str(), pair.provider.as_str()));
    report.session.roles = Some(pairs.collect());
    if let Ok(name) = &assertion.role_session_name {
        report.session.name = Some(name.as_str().to_owned());
    }
    if let Ok(tags) = &assertion.session_tags {
        report.tags(tags);
    }
    if let Ok(Some(identity)) = &assertion.source_identity {
        report.session.source_identity = Some(identity.as_str().to_owned());
    }
    report.notes.push(
        "`saml:namequalifier` and `saml:doc` are set too; they depend on account and provider"
            .to_owned(),
    );
    if assertion.roles.is_empty() {
        report.refuse("offers no role: no `Role` attribute has a role's and a provider's ARN");
    }
}
