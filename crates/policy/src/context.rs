use std::borrow::Cow;

/// The condition keys of one request, with their values.
///
/// Keys are compared without regard to case, the part behind a slash included
/// (Spec: UG:reference_policies_condition-keys: "key names are not case-sensitive").
/// A key that is not in here is absent, which is something else than empty.
///
/// ```
/// use stead_policy::{Context, ContextBuilder};
/// let context = ContextBuilder::new()
///     .single("aws:PrincipalTag/Team", "blue")
///     .multi("aws:TagKeys", ["cost", "owner"])
///     .build();
/// assert_eq!(context.single("AWS:principaltag/team"), Some("blue"));
/// assert!(context.get("aws:SourceIp").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Context {
    // INVARIANT: sorted by key; keys are lower-case and occur once.
    entries: Vec<(Box<str>, ContextValue)>,
}

/// The value or values of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// A key with one value.
    Single(Box<str>),
    /// A key that can have several values, with those it has: at least one.
    Multi(Box<[Box<str>]>),
    /// A key with a binary value.
    Binary(Box<[u8]>),
}

/// Collects the keys of a request.
#[derive(Clone, Debug, Default)]
pub struct ContextBuilder {
    entries: Vec<(Box<str>, ContextValue)>,
}

impl Context {
    /// A request without any condition key.
    #[must_use]
    pub const fn empty() -> Self {
        Self { entries: Vec::new() }
    }

    /// The value or values of a key, in any case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.lookup(&folded(key))
    }

    /// The value of a key that has one value.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        self.get(key)?.single()
    }

    /// Every key, lower-case, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// The same keys and more; where both have a key, the other's value.
    #[must_use]
    pub fn to_builder(&self) -> ContextBuilder {
        ContextBuilder { entries: self.entries.clone() }
    }

    /// The value of a key that is folded already: no allocation, a binary search.
    pub(crate) fn lookup(&self, folded_key: &str) -> Option<&ContextValue> {
        let found = self.entries.binary_search_by(|(key, _)| key.as_ref().cmp(folded_key));
        found.ok().and_then(|index| self.entries.get(index)).map(|(_, value)| value)
    }
}

impl ContextValue {
    /// The value of a key that has one.
    #[must_use]
    pub fn single(&self) -> Option<&str> {
        match self {
            Self::Single(value) => Some(value),
            Self::Multi(_) | Self::Binary(_) => None,
        }
    }

    /// The text values, one or several.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (single, multi): (Option<&str>, &[Box<str>]) = match self {
            Self::Single(value) => (Some(value), &[]),
            Self::Multi(values) => (None, values),
            Self::Binary(_) => (None, &[]),
        };
        single.into_iter().chain(multi.iter().map(Box::as_ref))
    }
}

impl ContextBuilder {
    /// No keys yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// A key with one value. A key that was set before is overwritten.
    #[must_use]
    pub fn single(self, key: &str, value: impl Into<Box<str>>) -> Self {
        self.with(key, ContextValue::Single(value.into()))
    }

    /// A key that can have several values.
    ///
    /// Without any value the key is absent: a multi-valued key with an empty set is
    /// what AWS calls a null data set (Spec: UG:reference_policies_multi-value-conditions).
    #[must_use]
    pub fn multi<V: Into<Box<str>>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values: Box<[Box<str>]> = values.into_iter().map(Into::into).collect();
        if values.is_empty() {
            let key = folded(key);
            self.entries.retain(|(present, _)| present.as_ref() != key);
            return self;
        }
        self.with(key, ContextValue::Multi(values))
    }

    /// A key with a binary value.
    #[must_use]
    pub fn binary(self, key: &str, value: &[u8]) -> Self {
        self.with(key, ContextValue::Binary(value.into()))
    }

    /// The key with this value, if there is one.
    #[must_use]
    pub fn optional(self, key: &str, value: Option<impl Into<Box<str>>>) -> Self {
        match value {
            Some(value) => self.single(key, value),
            None => self,
        }
    }

    /// The request's keys.
    #[must_use]
    pub fn build(self) -> Context {
        let mut entries = self.entries;
        // A stable sort keeps the order of equal keys; the last one set wins.
        entries.reverse();
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
        entries.dedup_by(|(later, _), (kept, _)| later == kept);
        Context { entries }
    }

    fn with(mut self, key: &str, value: ContextValue) -> Self {
        self.entries.push((folded(key).into(), value));
        self
    }
}

/// A key as it is compared. Choice: letters of other scripts are folded too, since
/// tag keys may hold them; AWS documents case-insensitivity without saying which.
pub(crate) fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(key.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case() {
        let context = ContextBuilder::new()
            .single("aws:username", "alice")
            .single("aws:PrincipalTag/ÄRA", "x")
            .multi("aws:TagKeys", ["b", "a"])
            .build();
        assert_eq!(context.single("AWS:UserName"), Some("alice"));
        assert_eq!(context.single("aws:principaltag/ära"), Some("x"));
        assert_eq!(context.single("aws:TagKeys"), None);
        let tags: Vec<_> = context.get("aws:tagkeys").unwrap().texts().collect();
        assert_eq!(tags, ["b", "a"]);
        assert_eq!(context.get("aws:userid"), None);
    }

    #[test]
    fn the_last_value_set_wins_and_empty_sets_are_absent() {
        let context = ContextBuilder::new()
            .single("k", "1")
            .single("K", "2")
            .multi("t", ["x"])
            .multi("T", Vec::<String>::new())
            .build();
        assert_eq!(context.single("k"), Some("2"));
        assert_eq!(context.get("t"), None);
        assert_eq!(context.iter().count(), 1);
        let more = context.to_builder().single("k", "3").optional("z", None::<&str>).build();
        assert_eq!(more.single("k"), Some("3"));
    }
}
