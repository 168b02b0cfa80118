//! XML from outside: no DTD, hence no entities of its own, and no endless nesting.

use thiserror::Error;
use uppsala::{Document, NodeId, Parser};

use super::limits::NESTING_DEPTH_MAX;

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
