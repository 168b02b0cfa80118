//! Reports on SAML responses.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use stead_federation::saml::limits::METADATA_BYTES_MAX;
use stead_federation::saml::{
    Claimed, DecodedAssertion, Encryption, Expected, Metadata, MetadataFault, Refusal,
    ServiceNames, UnverifiedResponse, verify,
};
use stead_types::Timestamp;

use super::report::{Kind, Report, Signature};
use crate::arguments::InspectFlags;
use crate::exit::Failure;

pub(super) fn report(text: &str, flags: &InspectFlags, now: Timestamp) -> Result<Report, Failure> {
    if flags.jwks.is_some() {
        return Err(Failure::usage("--jwks is for OpenID Connect tokens, and this is none"));
    }
    let metadata = flags.metadata.as_deref().map(|file| read_metadata(file, now)).transpose()?;
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
    match metadata {
        Some(_) if response.is_encrypted() => report.notes.push(ENCRYPTED.to_owned()),
        Some(Ok(metadata)) => check(&mut report, &response, &metadata, flags),
        Some(Err(at)) => {
            report.refuse(format!("is of a provider whose metadata was valid until {at}"));
        }
        None => {
            let audiences: Vec<_> = flags.audience.iter().map(String::as_str).collect();
            let audiences = (!audiences.is_empty()).then_some(audiences.as_slice());
            let refusal = response.refusal(flags.issuer.as_deref(), audiences, None, now);
            report.refuse_all(refusal);
        }
    }
    Ok(report)
}

const ENCRYPTED: &str = "what is encrypted cannot be judged here, also with --metadata";

/// Holds the response against its provider's metadata, with what the server has.
fn check(
    report: &mut Report,
    response: &UnverifiedResponse,
    metadata: &Metadata,
    flags: &InspectFlags,
) {
    let names = ServiceNames::new(&flags.saml_endpoint, None);
    let (recipients, audiences) = (names.recipients(), names.audiences());
    let entity_id = metadata.entity_id.as_str();
    let certificates: Vec<&[u8]> =
        metadata.signing_certificates.iter().map(Vec::as_slice).collect();
    let expected = Expected {
        entity_id,
        certificates: &certificates,
        recipients: &recipients,
        audiences: &audiences,
        decryption_keys: &[],
        assertions: Encryption::Allowed,
    };
    let refusal = verify(response, &expected, report.now).err();
    report.signature = refusal.as_ref().map_or(HOLDS, signature);
    report.refuse_all(refusal);
    // What is said is judged also where nobody has signed it.
    report.refuse_all(response.refusal(
        Some(entity_id),
        Some(&audiences),
        Some(&recipients),
        report.now,
    ));
}

const HOLDS: Signature = Signature::Holds { key_id: None };

/// What a refusal says of the signature, which is checked before anything that is signed.
fn signature(refusal: &Refusal) -> Signature {
    match refusal {
        Refusal::Unsigned
        | Refusal::StraySignature
        | Refusal::SignatureForm { .. }
        | Refusal::Signature { .. } => Signature::Fails,
        Refusal::Response(_)
        | Refusal::Status { .. }
        | Refusal::Assertions { .. }
        | Refusal::NotEncrypted
        | Refusal::EncryptionForm { .. }
        | Refusal::Encrypted => {
            Signature::NotChecked("it is refused before its signature is looked at".to_owned())
        }
        Refusal::Issuer { .. }
        | Refusal::Missing { .. }
        | Refusal::Several { .. }
        | Refusal::Malformed { .. }
        | Refusal::Expired { .. }
        | Refusal::NotYetValid { .. }
        | Refusal::Audience { .. }
        | Refusal::Recipient { .. }
        | Refusal::NoRoleSessionName
        | Refusal::RoleSessionName { .. }
        | Refusal::SourceIdentity { .. }
        | Refusal::SessionTag { .. } => HOLDS,
    }
}

/// The metadata in a file, or when it ended.
fn read_metadata(path: &Path, now: Timestamp) -> Result<Result<Metadata, Timestamp>, Failure> {
    let refuse = |reason: String| {
        Failure::usage(format!("cannot read metadata from `{}`: {reason}", path.display()))
            .with_help(
                "--metadata names a file with the metadata document of the identity provider",
            )
    };
    let mut text = String::new();
    let limit = u64::try_from(METADATA_BYTES_MAX).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path).map_err(|error| refuse(error.to_string()))?;
    let read = file.take(limit + 1).read_to_string(&mut text);
    read.map_err(|error| refuse(error.to_string()))?;
    match Metadata::parse(&text, now) {
        Ok(metadata) => Ok(Ok(metadata)),
        Err(MetadataFault::Expired { at }) => Ok(Err(at)),
        Err(fault) => Err(refuse(format!("it {fault}"))),
    }
}

fn describe(report: &mut Report, assertion: DecodedAssertion) {
    let carries = |has| if has { "carries a signature" } else { "carries none" };
    report.signature = Signature::NotChecked(format!(
        "the assertion {}, the response {}; neither was checked: --metadata FILE does, with the \
         provider's certificates",
        carries(assertion.is_signed),
        carries(assertion.is_response_signed),
    ));
    if !assertion.is_signed {
        report.refuse(Refusal::Unsigned);
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
