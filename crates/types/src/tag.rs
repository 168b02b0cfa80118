use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A tag key: 1 to 128 characters. Two keys that differ only in case are one key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagKey(Box<str>);

/// A tag value: 0 to 256 characters, case-sensitive.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagValue(Box<str>);

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The key, in the case it was given.
    pub key: TagKey,
    /// The value.
    pub value: TagValue,
}

/// Why a text is not a tag key or value, or a list not a set of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TagError {
    /// Too short or too long.
    #[error("a tag key has 1 to 128 characters, a tag value at most 256")]
    Length,
    /// A character outside `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
    #[error(r"a tag has only characters of [\p{{L}}\p{{Z}}\p{{N}}_.:/=+\-@]")]
    Character,
    /// The prefix `aws:` is reserved.
    #[error("the prefix aws: is reserved for system tags")]
    Reserved,
    /// A key is given twice; case does not tell keys apart.
    #[error("duplicate tag keys")]
    Duplicate,
}

impl TagKey {
    /// The key as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key in lower case, under which it is unique.
    #[must_use]
    pub fn fold(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TagValue {
    /// The value as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// Spec: tagKeyType and tagValueType of the IAM and STS models. `char::is_alphanumeric`
// is Unicode's Alphabetic with N; the few Alphabetic marks beyond \p{L} are accepted.
fn allowed(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
        || (character.is_whitespace() && !character.is_control())
}

impl FromStr for TagKey {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.chars().count() {
            1..=128 if !text.chars().all(allowed) => Err(TagError::Character),
            1..=128 if text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:")) => {
                Err(TagError::Reserved)
            }
            1..=128 => Ok(Self(text.into())),
            _ => Err(TagError::Length),
        }
    }
}

impl FromStr for TagValue {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.chars().count() {
            0..=256 if text.chars().all(allowed) => Ok(Self(text.into())),
            0..=256 => Err(TagError::Character),
            _ => Err(TagError::Length),
        }
    }
}

impl fmt::Debug for TagKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for TagValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Tags with unique keys, whatever their case; listed in the order of the folded keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagSet(BTreeMap<String, Tag>);

impl TagSet {
    /// A set of these tags.
    ///
    /// # Errors
    /// [`TagError::Duplicate`] when two keys differ at most in case.
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<Self, TagError> {
        let mut set = Self::default();
        for tag in tags {
            if set.0.insert(tag.key.fold(), tag).is_some() {
                return Err(TagError::Duplicate);
            }
        }
        Ok(set)
    }

    /// The tag whose key equals `key` but for case.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Tag> {
        self.0.get(&key.to_lowercase())
    }

    /// Adds a tag, or replaces the one with its key.
    pub fn put(&mut self, tag: Tag) {
        self.0.insert(tag.key.fold(), tag);
    }

    /// Removes the tag with this key, if there is one.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(&key.to_lowercase());
    }

    /// The tags in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Tag> {
        self.0.values()
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.parse().unwrap(), value: value.parse().unwrap() }
    }

    #[test]
    fn keys_are_unique_whatever_their_case() {
        assert_eq!(TagSet::new([tag("Team", "a"), tag("team", "b")]), Err(TagError::Duplicate));
        let mut set = TagSet::new([tag("Team", "a"), tag("Cost", "1")]).unwrap();
        assert_eq!(set.find("TEAM").unwrap().value.as_str(), "a");
        set.put(tag("TEAM", "b"));
        assert_eq!((set.len(), set.find("team").unwrap().value.as_str()), (2, "b"));
        set.remove("tEAM");
        assert_eq!(set.len(), 1);
    }

    #[test]
    fn texts_have_bounds_and_a_character_set() {
        assert!("Größe 9_.:/=+-@".parse::<TagKey>().is_ok());
        assert_eq!("".parse::<TagKey>(), Err(TagError::Length));
        assert!("".parse::<TagValue>().is_ok());
        assert_eq!("k".repeat(129).parse::<TagKey>(), Err(TagError::Length));
        assert_eq!("v".repeat(257).parse::<TagValue>(), Err(TagError::Length));
        for bad in ["a*b", "a\nb", "a{b", "a#b"] {
            assert_eq!(bad.parse::<TagKey>(), Err(TagError::Character), "{bad}");
        }
        assert_eq!("AWS:x".parse::<TagKey>(), Err(TagError::Reserved));
    }
}
