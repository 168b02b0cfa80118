//! XML from outside: no DTD, hence no entities of its own, and no endless nesting.

use thiserror::Error;
use uppsala::{Document, NodeId, Parser};

use super::limits::NESTING_DEPTH_MAX;

/// The namespaces of SAML 2.0, of XML signatures and of XML encryption.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(super) const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";
pub(super) const ENCRYPTION_1_1: &str = "http://www.w3.org/2009/xmlenc11#";

/// Why a text is not XML that is read here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("is not well-formed XML without DTD: {reason}")]
pub struct XmlFault {
    /// What the parser says.
    reason: String,
}

/// Longest reason that is kept, since it can quote the document.
const REASON_CHARACTERS_MAX: usize = 200;

pub(super) fn parse(text: &str) -> Result<Document<'_>, XmlFault> {
    let parser = Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_depth(NESTING_DEPTH_MAX);
    parser.parse(text).map_err(|error| {
        let reason: String = error.to_string().chars().take(REASON_CHARACTERS_MAX).collect();
        XmlFault { reason }
    })
}

/// An attribute without namespace.
pub(super) fn attribute<'a>(
    document: &'a Document<'_>,
    element: NodeId,
    name: &str,
) -> Option<&'a str> {
    let attributes = &document.element(element)?.attributes;
    let attribute = attributes.iter().find(|attribute| attribute.name.matches(None, name));
    attribute.map(|attribute| &*attribute.value)
}

/// Whether a node is an element of this name.
pub(super) fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The children of a node that are elements.
pub(super) fn elements(document: &Document<'_>, parent: NodeId) -> Vec<NodeId> {
    let mut children = document.children(parent);
    children.retain(|child| document.element(*child).is_some());
    children
}

/// The one child element of this name.
///
/// # Errors
/// How many there are, where it is not one.
pub(super) fn only_child(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &str,
) -> Result<NodeId, usize> {
    match document.child_elements_by_name_ns(parent, namespace, name).as_slice() {
        [child] => Ok(*child),
        others => Err(others.len()),
    }
}
