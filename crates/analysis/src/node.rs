//! A place in a JSON document: a value with the pointer that leads to it.

use serde_json::{Map, Value};

use crate::CaseError;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    /// A JSON pointer (RFC 6901).
    pub(crate) pointer: String,
}

/// A reference token of a JSON pointer. Spec: RFC 6901, section 3.
pub(crate) fn escaped(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The reference tokens of a JSON pointer.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"))
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    /// A member that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<Self, CaseError> {
        self.member(name).ok_or_else(|| self.wrong(&format!("an object with a member `{name}`")))
    }

    /// A member; absent, null and empty are the same where this is asked.
    pub(crate) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, pointer: format!("{}/{}", self.pointer, escaped(name)) })
    }

    /// The elements of a member that is a list, none where it is absent.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Self>, CaseError> {
        match self.member(name) {
            None => Ok(Vec::new()),
            Some(node) => node.elements(),
        }
    }

    pub(crate) fn elements(&self) -> Result<Vec<Self>, CaseError> {
        let Value::Array(values) = self.value else { return Err(self.wrong("a list")) };
        let element = |(index, value)| Self { value, pointer: format!("{}/{index}", self.pointer) };
        Ok(values.iter().enumerate().map(element).collect())
    }

    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, CaseError> {
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    pub(crate) fn text(&self) -> Result<&'a str, CaseError> {
        self.value.as_str().ok_or_else(|| self.wrong("a text"))
    }

    /// A text that parses.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, expected: &str) -> Result<T, CaseError> {
        self.text()?.parse().map_err(|_| self.wrong(expected))
    }

    pub(crate) fn wrong(&self, expected: &str) -> CaseError {
        CaseError::Unexpected { pointer: self.pointer.clone(), expected: expected.to_owned() }
    }
}
