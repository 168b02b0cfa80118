//! What a key has: one value, several, or bytes.

use std::fmt;

use super::part;

/// The value or values of a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextValue<'a> {
    /// A key with one value.
    Single(&'a str),
    /// A key that can have several values, with those it has: at least one.
    Multi(ContextValues<'a>),
    /// A key with a binary value.
    Binary(&'a [u8]),
}

/// The values of a key that can have several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContextValues<'a> {
    pub(super) text: &'a str,
    pub(super) ends: &'a [usize],
}

impl<'a> ContextValue<'a> {
    /// The value of a key that has one.
    #[must_use]
    pub const fn single(self) -> Option<&'a str> {
        match self {
            Self::Single(value) => Some(value),
            Self::Multi(_) | Self::Binary(_) => None,
        }
    }

    /// The text values, one or several.
    pub fn texts(self) -> impl Iterator<Item = &'a str> + Clone {
        let (single, multi) = match self {
            Self::Single(value) => (Some(value), ContextValues::NONE),
            Self::Multi(values) => (None, values),
            Self::Binary(_) => (None, ContextValues::NONE),
        };
        single.into_iter().chain(multi.iter())
    }
}

impl<'a> ContextValues<'a> {
    const NONE: Self = Self { text: "", ends: &[] };

    /// The values, in the order in which they were given.
    pub fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(self.ends).map(move |(start, end)| part(self.text, &(start..*end)))
    }

    /// How many there are: at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a key without any value is absent")]
    pub const fn len(self) -> usize {
        self.ends.len()
    }
}

impl fmt::Debug for ContextValues<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
