//! The condition keys of a request.

/// The value or values of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A key with one value.
    One(String),
    /// A key that can have several; with none of them it is absent (point 5).
    Several(Vec<String>),
    /// A binary value.
    Bytes(Vec<u8>),
}

/// Keys in the order in which they were set; what is set later counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub Vec<(String, Given)>);

impl Keys {
    /// Point 16: names of keys in any case, the part behind a slash included.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Given> {
        let (_, given) = self.0.iter().rev().find(|(key, _)| same_but_for_case(key, name))?;
        match given {
            Given::Several(values) if values.is_empty() => None,
            given => Some(given),
        }
    }

    /// Point 19: the value a variable of this name stands for. Point 20: a key with
    /// several values stands for none. Choice: neither does an empty one.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Given::One(value) if !value.is_empty() => Some(value),
            _ => None,
        }
    }
}

/// Letter by letter, of every script (Choice: tag keys may hold them).
#[must_use]
pub fn same_but_for_case(left: &str, right: &str) -> bool {
    let folded = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    // Most keys differ in their first letters: a shortcut that changes nothing.
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    folded(left) == folded(right)
}
