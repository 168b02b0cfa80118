//! The attributes of an assertion.

use uppsala::{Document, NodeId};

use super::refusal::Refusal;
use super::xml::{ASSERTION, attribute};

/// The attributes of an assertion: their names, exactly as written, with their values,
/// both in the order of the document.
pub(super) struct Attributes(Vec<(String, Vec<String>)>);

impl Attributes {
    /// Reads every attribute of every statement. A value is all text in its element.
    pub(super) fn read(document: &Document<'_>, assertion: NodeId) -> Self {
        let children = |parent, name| document.child_elements_by_name_ns(parent, ASSERTION, name);
        let statements = children(assertion, "AttributeStatement").into_iter();
        let attributes = statements.flat_map(|statement| children(statement, "Attribute"));
        let read = attributes.map(|node| {
            let name = attribute(document, node, "Name").unwrap_or_default().to_owned();
            let values = children(node, "AttributeValue").into_iter();
            (name, values.map(|value| document.text_content_deep(value)).collect())
        });
        Self(read.collect())
    }

    /// All attributes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// All values of all attributes of this name.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.iter().filter(move |(other, _)| *other == name);
        named.flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    /// The value of an attribute that has one.
    ///
    /// # Errors
    /// Several values, whether of one attribute or of several of the same name.
    pub(super) fn value(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let values: Vec<_> = self.values(name).collect();
        match values.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            several => Err(Refusal::Several { part: name, found: several.len() }),
        }
    }
}
