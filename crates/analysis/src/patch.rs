//! Changes of a case, as RFC 6902 has them.

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::node::tokens;

/// One change of a document.
///
/// Of RFC 6902 the three operations that a fix needs; they cannot copy or move what
/// nobody has looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Change {
    /// Puts a member, or an element at its place or (`-`) at the end.
    Add {
        /// A JSON pointer.
        path: String,
        /// What is put there.
        value: Value,
    },
    /// Replaces what stands there.
    Replace {
        /// A JSON pointer.
        path: String,
        /// What is put there.
        value: Value,
    },
    /// Takes away what stands there.
    Remove {
        /// A JSON pointer.
        path: String,
    },
}

/// Changes, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Patch(pub Vec<Change>);

/// A change does not fit the document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("nothing can be changed at `{path}`")]
pub struct PatchError {
    /// The JSON pointer of the change.
    pub path: String,
}

impl Change {
    pub(crate) fn add(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Add { path: path.into(), value: value.into() }
    }

    pub(crate) fn replace(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Replace { path: path.into(), value: value.into() }
    }

    pub(crate) fn remove(path: impl Into<String>) -> Self {
        Self::Remove { path: path.into() }
    }

    /// Whether it changes what was tried, and no account.
    pub(crate) fn is_of_attempt(&self) -> bool {
        self.path().starts_with("/attempt/")
    }

    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Add { path, .. } | Self::Replace { path, .. } | Self::Remove { path } => path,
        }
    }

    fn apply(&self, document: &mut Value) -> Option<()> {
        let (parent, _) = self.path().rsplit_once('/')?;
        let name = tokens(self.path()).last()?;
        match (document.pointer_mut(parent)?, self) {
            (Value::Object(members), Self::Add { value, .. }) => {
                members.insert(name, value.clone());
            }
            (Value::Object(members), Self::Replace { value, .. }) => {
                *members.get_mut(&name)? = value.clone();
            }
            (Value::Object(members), Self::Remove { .. }) => {
                members.remove(&name)?;
            }
            (Value::Array(elements), Self::Add { value, .. }) => {
                let place = if name == "-" { elements.len() } else { index(&name)? };
                if place > elements.len() {
                    return None;
                }
                elements.insert(place, value.clone());
            }
            (Value::Array(elements), Self::Replace { value, .. }) => {
                *elements.get_mut(index(&name)?)? = value.clone();
            }
            (Value::Array(elements), Self::Remove { .. }) => {
                let place = index(&name)?;
                if place >= elements.len() {
                    return None;
                }
                elements.remove(place);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Spec: RFC 6901, section 4: digits without a leading zero.
fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit());
    let leading = token.len() > 1 && token.starts_with('0');
    if plain && !leading { token.parse().ok() } else { None }
}

impl Patch {
    pub(crate) fn apply(&self, document: &mut Value) -> Result<(), PatchError> {
        for change in &self.0 {
            let refused = || PatchError { path: change.path().to_owned() };
            change.apply(document).ok_or_else(refused)?;
        }
        Ok(())
    }

    pub(crate) fn followed_by(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }
}

impl From<Vec<Change>> for Patch {
    fn from(changes: Vec<Change>) -> Self {
        Self(changes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_those_of_the_standard() {
        let mut document = json!({"a/b": [1, 2], "c": {"d": 3}});
        let patch = Patch(vec![
            Change::add("/a~1b/-", 4),
            Change::add("/a~1b/0", 0),
            Change::replace("/a~1b/1", 9),
            Change::remove("/a~1b/2"),
            Change::add("/c/e", "new"),
            Change::remove("/c/d"),
        ]);
        patch.apply(&mut document).unwrap();
        assert_eq!(document, json!({"a/b": [0, 9, 4], "c": {"e": "new"}}));
        for path in ["/a~1b/3", "/a~1b/01", "/c/x", "/x/y", "c"] {
            let patch = Patch(vec![Change::remove(path)]);
            assert!(patch.apply(&mut document.clone()).is_err(), "{path}");
        }
    }
}
