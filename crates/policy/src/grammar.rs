use crate::{DocumentKind, Parsed};

/// Reads a document and finds every problem in it.
#[must_use]
pub fn parse(_text: &str, _kind: DocumentKind) -> Parsed {
    Parsed { policy: None, diagnostics: Vec::new() }
}
