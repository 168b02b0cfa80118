//! What an assertion says, read from the node that was signed.

use stead_types::Timestamp;
use uppsala::{Document, NodeId};

use super::attributes::Attributes;
use super::limits::{AGE_MAX, SKEW_MAX, SUBJECT_BYTES_MAX};
use super::refusal::Refusal;
use super::session;
use super::verified::{Subject, VerifiedAssertion};
use super::verify::Expected;
use super::xml::{self, ASSERTION, attribute, elements, only_child};
use crate::oidc::echo;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// Reads the assertion and holds it against what is expected.
///
/// Spec: UG:id_roles_providers_create_saml_assertions. Observed (radkawar/stackd,
/// recorded in 2026): what AWS cannot do without: conditions, a subject with a format,
/// one confirmation with recipient and end, an authentication statement.
pub(super) fn read(
    document: &Document<'_>,
    assertion: NodeId,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, Refusal> {
    let version = attribute(document, assertion, "Version").unwrap_or_default();
    if version != "2.0" {
        return Err(malformed("Assertion/@Version", "2.0", version));
    }
    let issuer = document.text_content_deep(only(document, assertion, "Issuer", "Issuer")?);
    if issuer != expected.entity_id {
        let found = echo(&issuer);
        return Err(Refusal::Issuer { expected: expected.entity_id.to_owned(), found });
    }
    let subject = subject(document, assertion)?;
    let confirmation = Confirmation::read(document, assertion)?;
    let conditions = only(document, assertion, "Conditions", "Conditions")?;
    let usable_until = check_times(document, assertion, &confirmation, conditions, now)?;
    let session_ends = session_ends(document, assertion, now)?;
    let use_count = check_conditions(document, conditions, expected.audiences)?;
    check_recipient(&confirmation.recipient, expected.recipients)?;
    let attributes = Attributes::read(document, assertion);
    Ok(VerifiedAssertion {
        issuer,
        id: attribute(document, assertion, "ID").unwrap_or_default().to_owned(),
        subject,
        recipient: confirmation.recipient,
        usable_until,
        session_ends,
        use_count,
        roles: session::roles(&attributes),
        role_session_name: session::role_session_name(&attributes)?,
        session_duration: session::duration(&attributes)?,
        session_tags: session::tags(&attributes)?,
        source_identity: session::source_identity(&attributes)?,
        attribute_keys: super::condition_keys::of_attributes(&attributes),
    })
}

/// How often an assertion may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UseCount {
    Any,
    One,
}

fn subject(document: &Document<'_>, assertion: NodeId) -> Result<Subject, Refusal> {
    const PART: &str = "Subject/NameID";
    let subject = only(document, assertion, "Subject", PART)?;
    let name = only(document, subject, "NameID", PART)?;
    // All the text, whatever comments stand in it: they are not signed, and half a name
    // is somebody else's.
    let text = document.text_content_deep(name);
    if !(1..=SUBJECT_BYTES_MAX).contains(&text.len()) {
        return Err(malformed(PART, "a text of 1 to 2,048 bytes", &text));
    }
    let format = attribute(document, name, "Format").unwrap_or_default();
    if format.is_empty() {
        return Err(Refusal::Missing { part: "Subject/NameID/@Format" });
    }
    Ok(Subject { name: text, format: format.to_owned() })
}

/// Where and until when the bearer may hand the assertion in.
struct Confirmation {
    recipient: String,
    not_before: Option<Timestamp>,
    not_on_or_after: Timestamp,
}

impl Confirmation {
    fn read(document: &Document<'_>, assertion: NodeId) -> Result<Self, Refusal> {
        let subject = only(document, assertion, "Subject", "Subject")?;
        let confirmation = only(document, subject, "SubjectConfirmation", "SubjectConfirmation")?;
        let method = attribute(document, confirmation, "Method").unwrap_or_default();
        if method != BEARER {
            return Err(malformed("SubjectConfirmation/@Method", BEARER, method));
        }
        let part = "SubjectConfirmationData";
        let data = only(document, confirmation, part, part)?;
        let end = "SubjectConfirmationData/@NotOnOrAfter";
        let recipient = attribute(document, data, "Recipient");
        Ok(Self {
            recipient: recipient
                .ok_or(Refusal::Missing { part: "SubjectConfirmationData/@Recipient" })?
                .to_owned(),
            not_before: moment(document, data, "NotBefore", "SubjectConfirmationData/@NotBefore")?,
            not_on_or_after: moment(document, data, "NotOnOrAfter", end)?
                .ok_or(Refusal::Missing { part: end })?,
        })
    }
}

/// Checks all times of an assertion; until when it can be used.
///
/// Choice: `NotBefore` and `IssueInstant` count, which AWS was observed not to look at.
fn check_times(
    document: &Document<'_>,
    assertion: NodeId,
    confirmation: &Confirmation,
    conditions: NodeId,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let issued = Refusal::ISSUE_INSTANT;
    let issued_at = moment(document, assertion, "IssueInstant", issued)?
        .ok_or(Refusal::Missing { part: issued })?;
    let (begin, end) = ("Conditions/@NotBefore", "Conditions/@NotOnOrAfter");
    let begins = [
        (issued, Some(issued_at)),
        (begin, moment(document, conditions, "NotBefore", begin)?),
        ("SubjectConfirmationData/@NotBefore", confirmation.not_before),
    ];
    let ends = [
        ("SubjectConfirmationData/@NotOnOrAfter", Some(confirmation.not_on_or_after)),
        (end, moment(document, conditions, "NotOnOrAfter", end)?),
        (issued, Some(issued_at.plus(AGE_MAX))),
    ];
    let moments = |list: [(&'static str, Option<Timestamp>); 3]| {
        list.into_iter().filter_map(|(part, at)| at.map(|at| (part, at)))
    };
    for (part, at) in moments(ends) {
        check_end(part, at, now)?;
    }
    for (part, at) in moments(begins) {
        if at > now.plus(SKEW_MAX) {
            return Err(Refusal::NotYetValid { part, at, now });
        }
    }
    let last = confirmation.not_on_or_after;
    Ok(moments(ends).map(|(_, at)| at).min().unwrap_or(last))
}

fn check_end(part: &'static str, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if now >= at { Err(Refusal::Expired { part, at, now }) } else { Ok(()) }
}

/// The earliest end of the sessions at the provider that the assertion tells of.
fn session_ends(
    document: &Document<'_>,
    assertion: NodeId,
    now: Timestamp,
) -> Result<Option<Timestamp>, Refusal> {
    const PART: &str = "AuthnStatement/@SessionNotOnOrAfter";
    let statements = document.child_elements_by_name_ns(assertion, ASSERTION, "AuthnStatement");
    if statements.is_empty() {
        return Err(Refusal::Missing { part: "AuthnStatement" });
    }
    let mut earliest: Option<Timestamp> = None;
    for statement in statements {
        if let Some(at) = moment(document, statement, "SessionNotOnOrAfter", PART)? {
            check_end(PART, at, now)?;
            earliest = Some(earliest.map_or(at, |other| other.min(at)));
        }
    }
    Ok(earliest)
}

/// Checks every condition; how often the assertion may be used.
///
/// Spec: SAML 2.0 Core, section 2.5.1: an assertion with a condition that is not
/// understood must not be relied on; each audience restriction must be met. Choice: AWS,
/// which asks for an audience in its documentation, was observed not to compare it.
fn check_conditions(
    document: &Document<'_>,
    conditions: NodeId,
    audiences: &[&str],
) -> Result<UseCount, Refusal> {
    let mut use_count = UseCount::Any;
    for condition in elements(document, conditions) {
        let is = |name| xml::is(document, condition, ASSERTION, name);
        if is("AudienceRestriction") {
            check_audience(document, condition, audiences)?;
        } else if is("OneTimeUse") {
            use_count = UseCount::One;
        } else if !is("ProxyRestriction") {
            let name = document.element(condition).map(|it| it.name.prefixed_name().into_owned());
            let expected = "a condition of SAML 2.0";
            return Err(malformed("Conditions", expected, &name.unwrap_or_default()));
        }
    }
    Ok(use_count)
}

fn check_audience(
    document: &Document<'_>,
    restriction: NodeId,
    audiences: &[&str],
) -> Result<(), Refusal> {
    let elements = document.child_elements_by_name_ns(restriction, ASSERTION, "Audience");
    let found: Vec<_> = elements.iter().map(|it| document.text_content_deep(*it)).collect();
    if found.iter().any(|audience| is_one_of(audiences, audience)) {
        return Ok(());
    }
    Err(Refusal::Audience {
        expected: audiences.iter().map(|it| (*it).to_owned()).collect(),
        found: found.iter().map(|it| echo(it)).collect(),
    })
}

/// Spec: UG:id_roles_providers_create_saml_assertions: the recipient must match an
/// endpoint of AWS. Choice: AWS was observed to take any; whoever accepts responses that
/// were meant for somebody else lets that somebody pass them on.
fn check_recipient(found: &str, recipients: &[&str]) -> Result<(), Refusal> {
    if is_one_of(recipients, found) {
        return Ok(());
    }
    let expected = recipients.iter().map(|it| (*it).to_owned()).collect();
    Err(Refusal::Recipient { expected, found: echo(found) })
}

/// The one child element of this name; `part` is what it is called in refusals.
fn only(
    document: &Document<'_>,
    parent: NodeId,
    name: &str,
    part: &'static str,
) -> Result<NodeId, Refusal> {
    only_child(document, parent, ASSERTION, name).map_err(|found| match found {
        0 => Refusal::Missing { part },
        found => Refusal::Several { part, found },
    })
}

fn moment(
    document: &Document<'_>,
    element: NodeId,
    name: &str,
    part: &'static str,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = attribute(document, element, name) else { return Ok(None) };
    let moment = text.parse().map_err(|_| malformed(part, "a time in UTC", text))?;
    Ok(Some(moment))
}

pub(super) fn malformed(part: &'static str, expected: &'static str, found: &str) -> Refusal {
    Refusal::Malformed { part, expected, found: echo(found) }
}

/// Whether an expected name is this one. `{region}` in it stands for a region, a label of
/// a host name, and for nothing longer.
fn is_one_of(expected: &[&str], found: &str) -> bool {
    let is_region = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=REGION_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain)
    };
    expected.iter().any(|expected| match expected.split_once("{region}") {
        None => *expected == found,
        Some((before, after)) => {
            let rest = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            rest.is_some_and(is_region)
        }
    })
}

/// Bytes of a region's name. Spec: RFC 1035, section 2.3.4: those of a label.
const REGION_BYTES_MAX: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_one_label_of_a_host_name() {
        let expected = ["urn:a", "https://{region}.example.com/saml"];
        let region = |region: &str| format!("https://{region}.example.com/saml");
        for good in ["urn:a", &region("us-east-1"), &region(&"a".repeat(63))] {
            assert!(is_one_of(&expected, good), "{good}");
        }
        for bad in [
            "urn:ab",
            "",
            &region(""),
            &region("a.b"),
            &region("evil.example/x"),
            &region("US-EAST-1"),
            &region("{region}"),
            &region(&"a".repeat(64)),
            "https://us-east-1.example.com/saml/",
            "http://us-east-1.example.com/saml",
            "https://.example.com/saml",
        ] {
            assert!(!is_one_of(&expected, bad), "{bad}");
        }
    }
}
