//! An assertion for people: what it says, with nothing of it proven.

use std::fmt;

use stead_types::{SessionName, SourceIdentity, Timestamp};
use uppsala::{Document, NodeId};

use super::assertion;
use super::attributes::Attributes;
use super::condition_keys::of_attributes;
use super::refusal::Refusal;
use super::response::{self, UnverifiedResponse};
use super::session;
use super::verified::{RoleAndProvider, short_format};
use super::verify::{Encryption, Expected};
use super::xml::{ASSERTION, SIGNATURE, attribute, only_child};
use crate::oidc::{ConditionKey, KeyValues, SessionTags};

/// What a response says of its assertion. **Nothing of it is proven.**
#[derive(Debug)]
pub enum Claimed {
    /// It is readable.
    Plain(Box<DecodedAssertion>),
    /// It is encrypted, for the provider's private key.
    Encrypted,
    /// There is not exactly one.
    Not(Refusal),
}

/// An assertion taken apart, for people. **Nothing of it is proven.** What it would be
/// refused for stands in the place of what it says.
#[derive(Clone)]
pub struct DecodedAssertion {
    /// `Issuer`: the entity id that the provider's metadata must have.
    pub issuer: Option<String>,
    /// `Subject/NameID`.
    pub subject: Option<String>,
    /// `Subject/NameID/@Format`.
    pub subject_format: Option<String>,
    /// `SubjectConfirmationData/@Recipient`: the key `saml:aud`.
    pub recipient: Option<String>,
    /// Every `Audience` of the conditions.
    pub audiences: Vec<String>,
    /// The times, by where they stand; texts that are no times are left out.
    pub moments: Vec<(&'static str, Timestamp)>,
    /// The attributes with their values, in the order of the document.
    pub attributes: Vec<(String, Vec<String>)>,
    /// The pairs that the `Role` attribute has.
    pub roles: Vec<RoleAndProvider>,
    /// The `RoleSessionName`.
    pub role_session_name: Result<SessionName, Refusal>,
    /// The session tags.
    pub session_tags: Result<SessionTags, Refusal>,
    /// The source identity.
    pub source_identity: Result<Option<SourceIdentity>, Refusal>,
    /// The condition keys of subject, issuer, recipient and attributes. Those that name
    /// account and provider are missing.
    pub condition_keys: Vec<ConditionKey>,
    /// Whether the assertion carries a signature, good or not.
    pub is_signed: bool,
    /// Whether the response around it carries one.
    pub is_response_signed: bool,
}

impl UnverifiedResponse {
    /// What the response says, for people.
    #[must_use]
    pub fn decoded(&self) -> Claimed {
        let (document, root) = match response::read(self.text()) {
            Ok(read) => read,
            Err(fault) => return Claimed::Not(fault.into()),
        };
        match only_child(&document, root, ASSERTION, "Assertion") {
            Ok(assertion) => Claimed::Plain(Box::new(decode(&document, root, assertion))),
            Err(0) if only_child(&document, root, ASSERTION, "EncryptedAssertion").is_ok() => {
                Claimed::Encrypted
            }
            Err(found) => Claimed::Not(Refusal::Assertions { found }),
        }
    }

    /// The first thing that the assertion itself gives against it, for people: the
    /// signature is not looked at, and neither is what is not given here.
    #[must_use]
    pub fn refusal(
        &self,
        entity_id: Option<&str>,
        audiences: Option<&[&str]>,
        recipients: Option<&[&str]>,
        now: Timestamp,
    ) -> Option<Refusal> {
        let (document, root) = response::read(self.text()).ok()?;
        let assertion = only_child(&document, root, ASSERTION, "Assertion").ok()?;
        let said = decode(&document, root, assertion);
        let own_audiences: Vec<_> = said.audiences.iter().map(String::as_str).collect();
        let own_recipient: Vec<_> = said.recipient.iter().map(String::as_str).collect();
        let expected = Expected {
            entity_id: entity_id.or(said.issuer.as_deref()).unwrap_or_default(),
            certificates: &[],
            recipients: recipients.unwrap_or(&own_recipient),
            audiences: audiences.unwrap_or(&own_audiences),
            decryption_keys: &[],
            assertions: Encryption::Allowed,
        };
        assertion::read(&document, assertion, &expected, now).err()
    }
}

fn decode(document: &Document<'_>, response: NodeId, node: NodeId) -> DecodedAssertion {
    let attributes = Attributes::read(document, node);
    let below = |path: &[&str]| {
        path.iter().try_fold(node, |node, name| only_child(document, node, ASSERTION, name).ok())
    };
    let text = |path: &[&str]| below(path).map(|node| document.text_content_deep(node));
    let value = |path: &[&str], name| {
        below(path).and_then(|node| attribute(document, node, name)).map(str::to_owned)
    };
    let data = ["Subject", "SubjectConfirmation", "SubjectConfirmationData"];
    let carries = |node| only_child(document, node, SIGNATURE, "Signature").is_ok();
    let (issuer, subject) = (text(&["Issuer"]), text(&["Subject", "NameID"]));
    let recipient = value(&data, "Recipient");
    let subject_format = value(&["Subject", "NameID"], "Format");
    let sub_type = subject_format.as_deref().map(short_format);
    let named = [
        ("saml:aud", recipient.as_deref()),
        ("saml:iss", issuer.as_deref()),
        ("saml:sub", subject.as_deref()),
        ("saml:sub_type", sub_type),
    ];
    let key = |(name, value): (&str, Option<&str>)| {
        let values = KeyValues::One(value?.to_owned());
        Some(ConditionKey { name: name.to_owned(), values })
    };
    let condition_keys = named.into_iter().filter_map(key);
    let condition_keys = condition_keys.chain(of_attributes(&attributes)).collect();
    DecodedAssertion {
        issuer,
        subject,
        subject_format,
        recipient,
        audiences: below(&["Conditions"]).map(|it| audiences(document, it)).unwrap_or_default(),
        moments: moments(document, node, &data),
        roles: session::roles(&attributes),
        role_session_name: session::role_session_name(&attributes),
        session_tags: session::tags(&attributes),
        source_identity: session::source_identity(&attributes),
        condition_keys,
        is_signed: carries(node),
        is_response_signed: carries(response),
        attributes: attributes
            .iter()
            .map(|(name, values)| (name.to_owned(), values.to_vec()))
            .collect(),
    }
}

fn audiences(document: &Document<'_>, conditions: NodeId) -> Vec<String> {
    let named = |parent, name| document.child_elements_by_name_ns(parent, ASSERTION, name);
    let restrictions = named(conditions, "AudienceRestriction").into_iter();
    let audiences = restrictions.flat_map(|restriction| named(restriction, "Audience"));
    audiences.map(|audience| document.text_content_deep(audience)).collect()
}

fn moments(
    document: &Document<'_>,
    assertion: NodeId,
    data: &[&str],
) -> Vec<(&'static str, Timestamp)> {
    let places: [(&[&str], &str, &'static str); 6] = [
        (&[], "IssueInstant", "Assertion/@IssueInstant"),
        (&["Conditions"], "NotBefore", "Conditions/@NotBefore"),
        (&["Conditions"], "NotOnOrAfter", "Conditions/@NotOnOrAfter"),
        (data, "NotBefore", "SubjectConfirmationData/@NotBefore"),
        (data, "NotOnOrAfter", "SubjectConfirmationData/@NotOnOrAfter"),
        (&["AuthnStatement"], "SessionNotOnOrAfter", "AuthnStatement/@SessionNotOnOrAfter"),
    ];
    let moment = |(path, name, place): (&[&str], &str, &'static str)| {
        let node = path
            .iter()
            .try_fold(assertion, |node, name| only_child(document, node, ASSERTION, name).ok())?;
        Some((place, attribute(document, node, name)?.parse().ok()?))
    };
    places.into_iter().filter_map(moment).collect()
}

// The attributes are somebody's personal data and stay out of logs.
impl fmt::Debug for DecodedAssertion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodedAssertion")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("recipient", &self.recipient)
            .finish_non_exhaustive()
    }
}
