//! The check of a response, all of it.

use stead_types::{Secret, Timestamp};
use uppsala::{Document, NodeId};

use super::assertion;
use super::decryption;
use super::refusal::{Refusal, Signed};
use super::response::{self, UnverifiedResponse};
use super::signature;
use super::verified::VerifiedAssertion;
use super::xml::{ASSERTION, PROTOCOL, attribute, only_child};
use crate::oidc::echo;

/// What a response is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The entity id in the provider's metadata, which the assertion has as `Issuer`.
    pub entity_id: &'a str,
    /// The signing certificates in the provider's metadata, in DER. How long they are
    /// valid does not matter.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): AWS takes signatures of expired ones.
    pub certificates: &'a [&'a [u8]],
    /// The URLs at which this service takes responses. `{region}` in one stands for the
    /// name of any region.
    pub recipients: &'a [&'a str],
    /// The names under which assertions can be for this service, written likewise.
    pub audiences: &'a [&'a str],
    /// The provider's private keys, in PEM, that open encrypted assertions.
    pub decryption_keys: &'a [Secret<String>],
    /// Whether assertions must be encrypted.
    pub assertions: Encryption,
}

/// Whether assertions must be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// They may be.
    Allowed,
    /// They must be.
    Required,
}

/// Checks a response against what is known of its provider.
///
/// The order, which decides what a response with several defects is refused for:
///
/// 1. the form of the response: its status, one assertion directly in it;
/// 2. whether the assertion is encrypted as demanded, and opens;
/// 3. the signatures: the assertion's, which there must be, and the response's, if there
///    is one;
/// 4. of the assertion: its issuer, what every assertion must have, the times, for whom
///    it is, what it asks of the session.
///
/// Of the response nothing but its one assertion is read, and that from the very node
/// whose digest was signed.
///
/// # Errors
/// The first reason against the response.
pub fn verify(
    response: &UnverifiedResponse,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, Refusal> {
    let (document, root) = response::read(response.text())?;
    check_status(&document, root)?;
    match content(&document, root)? {
        Content::Plain(assertion) if expected.assertions == Encryption::Allowed => {
            check_signatures(&document, root, assertion, expected)?;
            assertion::read(&document, assertion, expected, now)
        }
        Content::Plain(_) => Err(Refusal::NotEncrypted),
        Content::Encrypted(encrypted) => {
            check_response_signature(&document, root, expected)?;
            let keys = expected.decryption_keys;
            let opened = decryption::open(response.text(), &document, encrypted, keys)?;
            verify_opened(&opened, expected, now)
        }
    }
}

/// Checks a response whose encrypted assertion was replaced by what it holds.
///
/// The response's own signature covered the encrypted form, and was checked there.
fn verify_opened(
    text: &str,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, Refusal> {
    let (document, root) = response::read(text).map_err(|_| Refusal::Encrypted)?;
    let assertion = opened_assertion(&document, root).ok_or(Refusal::Encrypted)?;
    let signatures = signature::find(&document, root, Some(assertion));
    let signatures = signatures.map_err(|_| Refusal::Encrypted)?;
    let of_assertion = |it: &signature::Signature| it.element == Signed::Assertion;
    if !signatures.iter().any(of_assertion) {
        return Err(Refusal::Encrypted);
    }
    signature::check(&document, &signatures, of_assertion, expected.certificates)
        .map_err(|_| Refusal::Encrypted)?;
    assertion::read(&document, assertion, expected, now)
}

/// Choice: a response that reports a failure carries no assertion worth having. One
/// without a status is taken, since AWS is not known to demand it.
fn check_status(document: &Document<'_>, response: NodeId) -> Result<(), Refusal> {
    const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
    for status in document.child_elements_by_name_ns(response, PROTOCOL, "Status") {
        let code = only_child(document, status, PROTOCOL, "StatusCode").ok();
        let found = code.and_then(|code| attribute(document, code, "Value")).unwrap_or_default();
        if found != SUCCESS {
            return Err(Refusal::Status { found: echo(found) });
        }
    }
    Ok(())
}

enum Content {
    Plain(NodeId),
    Encrypted(NodeId),
}

/// The one assertion of a response.
///
/// There is no other assertion anywhere in the document, so that there is no second one
/// that anybody could mean.
fn content(document: &Document<'_>, response: NodeId) -> Result<Content, Refusal> {
    let found = |name| document.get_elements_by_tag_name_ns(ASSERTION, name);
    let (plain, encrypted) = (found("Assertion"), found("EncryptedAssertion"));
    let is_child = |node: NodeId| document.parent(node) == Some(response);
    match (plain.as_slice(), encrypted.as_slice()) {
        ([assertion], []) if is_child(*assertion) => Ok(Content::Plain(*assertion)),
        ([], [encrypted]) if is_child(*encrypted) => Ok(Content::Encrypted(*encrypted)),
        _ => Err(Refusal::Assertions { found: plain.len() + encrypted.len() }),
    }
}

/// The one assertion within the one element that was encrypted.
fn opened_assertion(document: &Document<'_>, response: NodeId) -> Option<NodeId> {
    let wrapper = only_child(document, response, ASSERTION, "EncryptedAssertion").ok()?;
    match document.get_elements_by_tag_name_ns(ASSERTION, "Assertion").as_slice() {
        [assertion] if document.parent(*assertion) == Some(wrapper) => Some(*assertion),
        _ => None,
    }
}

/// The assertion must be signed; the response may be, and then it must hold too.
fn check_signatures(
    document: &Document<'_>,
    response: NodeId,
    assertion: NodeId,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    let signatures = signature::find(document, response, Some(assertion))?;
    if !signatures.iter().any(|it| it.element == Signed::Assertion) {
        return Err(Refusal::Unsigned);
    }
    signature::check(document, &signatures, |_| true, expected.certificates)
}

fn check_response_signature(
    document: &Document<'_>,
    response: NodeId,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    let signatures = signature::find(document, response, None)?;
    if signatures.is_empty() {
        return Ok(());
    }
    signature::check(document, &signatures, |_| true, expected.certificates)
}
