use std::fmt;

use data_encoding::BASE64;
use thiserror::Error;
use uppsala::{Document, NodeId};

use super::limits::{ATTRIBUTES_MAX, ELEMENTS_MAX, NODES_MAX, RESPONSE_CHARACTERS_MAX};
use super::xml::{self, ASSERTION, PROTOCOL, XmlFault, only_child};

/// The parameter `SAMLAssertion`, read within limits and nothing of it believed.
///
/// The text is kept, not the tree: what [`verify`](super::verify) reads, it reads from
/// the tree whose nodes it has just computed the digests of.
#[derive(Clone)]
pub struct UnverifiedResponse {
    text: String,
    issuer: Option<String>,
    is_encrypted: bool,
}

/// Why a text is not a SAML response. The list is complete on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ResponseFault {
    /// Too many characters.
    #[error("has {characters} characters, at most {RESPONSE_CHARACTERS_MAX} are read")]
    TooLong {
        /// Characters found.
        characters: usize,
    },
    /// Not base64.
    #[error("is not base64")]
    Base64,
    /// Not UTF-8. Choice: no identity provider writes anything else.
    #[error("is not UTF-8")]
    Utf8,
    /// Not XML, or with a DTD.
    #[error(transparent)]
    Xml(#[from] XmlFault),
    /// Too many elements, or too many nodes of all kinds.
    #[error("has more than {ELEMENTS_MAX} elements or {NODES_MAX} nodes")]
    Elements,
    /// An element with too many attributes and namespace declarations.
    #[error("has an element with more than {ATTRIBUTES_MAX} attributes")]
    Attributes,
    /// An attribute with a tab or a line break in its value.
    ///
    /// Choice: XML makes blanks of them (XML 1.0, section 3.3.3), the parser does not, so
    /// that what is signed would be read otherwise than it was meant.
    #[error("has an attribute with a tab or a line break in its value")]
    AttributeBlanks,
    /// The outermost element is not `Response`.
    #[error("is not a Response of SAML 2.0")]
    Root,
}

impl UnverifiedResponse {
    /// Reads the base64 of a response; blanks and line breaks in it do not count.
    ///
    /// # Errors
    /// Everything that is not an XML document, within limits and without DTD, whose
    /// outermost element is a SAML 2.0 `Response`.
    pub fn parse(base64: &str) -> Result<Self, ResponseFault> {
        let characters = base64.chars().count();
        if characters > RESPONSE_CHARACTERS_MAX {
            return Err(ResponseFault::TooLong { characters });
        }
        let dense: Vec<u8> = base64.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let bytes = BASE64.decode(&dense).map_err(|_| ResponseFault::Base64)?;
        let text = String::from_utf8(bytes).map_err(|_| ResponseFault::Utf8)?;
        let (document, root) = read(&text)?;
        let issuer = claimed_issuer(&document, root);
        let encrypted = document.get_elements_by_tag_name_ns(ASSERTION, "EncryptedAssertion");
        let is_encrypted = !encrypted.is_empty();
        Ok(Self { text, issuer, is_encrypted })
    }

    /// Who issued the assertion, as it says: its `Issuer`, or that of the response where
    /// the assertion is encrypted. Good for explanations and nothing else.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether there is anything that takes a private key to read.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

// Assertions hold personal data and signatures.
impl fmt::Debug for UnverifiedResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnverifiedResponse")
            .field("issuer", &self.issuer)
            .field("bytes", &self.text.len())
            .finish()
    }
}

/// The tree of a response, within limits, and its outermost element.
pub(super) fn read(text: &str) -> Result<(Document<'_>, NodeId), ResponseFault> {
    let document = xml::parse(text)?;
    check_elements(&document)?;
    let root = document.document_element().ok_or(ResponseFault::Root)?;
    if xml::is(&document, root, PROTOCOL, "Response") {
        Ok((document, root))
    } else {
        Err(ResponseFault::Root)
    }
}

fn check_elements(document: &Document<'_>) -> Result<(), ResponseFault> {
    let nodes = document.descendants(document.root());
    let elements: Vec<_> = nodes.iter().filter_map(|node| document.element(*node)).collect();
    if elements.len() > ELEMENTS_MAX || nodes.len() > NODES_MAX {
        return Err(ResponseFault::Elements);
    }
    let attributes = |element: &&uppsala::Element<'_>| {
        element.attributes.len() + element.namespace_declarations.len()
    };
    if elements.iter().map(attributes).any(|count| count > ATTRIBUTES_MAX) {
        return Err(ResponseFault::Attributes);
    }
    let values = elements.iter().flat_map(|element| &element.attributes);
    if values.into_iter().any(|attribute| attribute.value.contains(['\t', '\n', '\r'])) {
        return Err(ResponseFault::AttributeBlanks);
    }
    Ok(())
}

fn claimed_issuer(document: &Document<'_>, response: NodeId) -> Option<String> {
    let holder = only_child(document, response, ASSERTION, "Assertion").unwrap_or(response);
    let issuer = only_child(document, holder, ASSERTION, "Issuer").ok()?;
    Some(document.text_content_deep(issuer))
}
