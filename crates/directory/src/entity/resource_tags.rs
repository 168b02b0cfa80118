use std::collections::BTreeMap;

use stead_types::{Tag, TagError, TagKey, TagValue};

/// Tags of a managed policy, MFA device, identity provider, instance profile or server
/// certificate, whose keys are told apart by case.
///
/// Spec: UG:id_tags, "Case sensitivity": keys of users and roles are not
/// distinguished by case, those of the other IAM resources are.
/// Observed: CreatePolicy takes the keys `a` and `A` together (2026-02).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceTags(
    // Observed: ListPolicyTags lists `a`, `b`, `z`, `abc` in this order (2026-02).
    // Choice: shorter keys first, then by bytes; it agrees with every recorded list.
    BTreeMap<(usize, TagKey), TagValue>,
);

impl ResourceTags {
    /// A set of these tags.
    ///
    /// # Errors
    /// [`TagError::Duplicate`] when a key is given twice.
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<Self, TagError> {
        let mut set = Self::default();
        for tag in tags {
            if set.0.insert(order(tag.key), tag.value).is_some() {
                return Err(TagError::Duplicate);
            }
        }
        Ok(set)
    }

    /// The value of the tag with exactly this key.
    #[must_use]
    pub fn find(&self, key: &TagKey) -> Option<&TagValue> {
        self.0.get(&order(key.clone()))
    }

    /// Adds a tag, or replaces the one with its key.
    pub fn put(&mut self, tag: Tag) {
        self.0.insert(order(tag.key), tag.value);
    }

    /// Removes the tag with exactly this key, if there is one.
    pub fn remove(&mut self, key: &TagKey) {
        self.0.remove(&order(key.clone()));
    }

    /// The tags, shorter keys first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&TagKey, &TagValue)> {
        self.0.iter().map(|((_, key), value)| (key, value))
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

fn order(key: TagKey) -> (usize, TagKey) {
    (key.as_str().chars().count(), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str) -> Tag {
        Tag { key: key.parse().unwrap(), value: "x".parse().unwrap() }
    }

    #[test]
    fn case_tells_keys_apart_and_the_order_is_the_recorded_one() {
        let set = ResourceTags::new(["abc", "b", "z", "a", "A"].map(tag)).unwrap();
        let keys: Vec<_> = set.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["A", "a", "b", "z", "abc"]);
        assert_eq!(ResourceTags::new([tag("a"), tag("a")]), Err(TagError::Duplicate));
    }
}
