//! Finds every key that a text begins with.

/// Values under text keys, asked with a text for all keys that are its prefixes.
///
/// A lookup is one binary search and a walk along the keys that are prefixes of the
/// key found, the longest first: at most (logarithm of the number of keys) + (length
/// of the text) steps, whatever the keys are.
#[derive(Clone, Debug)]
pub(super) struct PrefixTable<T> {
    // INVARIANT: sorted by key; keys occur once.
    entries: Box<[Entry<T>]>,
}

#[derive(Clone, Debug)]
struct Entry<T> {
    key: Box<str>,
    // The longest other key that this one begins with.
    parent: Option<u32>,
    value: T,
}

/// How much of the text a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Its beginning.
    Beginning,
}

impl<T> PrefixTable<T> {
    /// Takes the keys, which are in order and occur once. Linear in their total length.
    pub(super) fn new(values: impl IntoIterator<Item = (Box<str>, T)>) -> Self {
        let values = values.into_iter();
        let mut entries: Vec<Entry<T>> = Vec::with_capacity(values.size_hint().0);
        // The chain of keys that the next one may begin with, by their places.
        let mut open: Vec<u32> = Vec::new();
        for ((key, value), place) in values.zip(0_u32..) {
            let begins = |at: &u32| {
                let entry = usize::try_from(*at).ok().and_then(|at| entries.get(at));
                entry.is_some_and(|entry| key.starts_with(entry.key.as_ref()))
            };
            while open.last().is_some_and(|last| !begins(last)) {
                open.pop();
            }
            let parent = open.last().copied();
            open.push(place);
            entries.push(Entry { key, parent, value });
        }
        Self { entries: entries.into() }
    }

    /// Calls for every key that the text begins with, the longest first.
    pub(super) fn visit<'t>(&'t self, text: &str, mut found: impl FnMut(&'t T, Extent)) {
        // Every prefix of the text that is a key is one of the greatest key that does
        // not come after the text: what lies between a text and its prefix in order
        // begins with that prefix too.
        let behind = self.entries.partition_point(|entry| entry.key.as_ref() <= text);
        let Some(nearest) = behind.checked_sub(1).and_then(|at| self.entries.get(at)) else {
            return;
        };
        let shared = shared_length(&nearest.key, text);
        let mut next = Some(nearest);
        while let Some(entry) = next {
            if entry.key.len() <= shared {
                let whole = entry.key.len() == text.len();
                found(&entry.value, if whole { Extent::Whole } else { Extent::Beginning });
            }
            let parent = entry.parent.and_then(|at| usize::try_from(at).ok());
            next = parent.and_then(|at| self.entries.get(at));
        }
    }
}

/// How many bytes two texts have in common at their beginning.
fn shared_length(left: &str, right: &str) -> usize {
    left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found<'t>(table: &'t PrefixTable<String>, text: &str) -> Vec<(&'t str, Extent)> {
        let mut found = Vec::new();
        table.visit(text, |value, extent| found.push((value.as_str(), extent)));
        found
    }

    fn table<'k>(keys: impl IntoIterator<Item = &'k str>) -> PrefixTable<String> {
        PrefixTable::new(keys.into_iter().map(|key| (key.into(), key.to_owned())))
    }

    #[test]
    fn keys_are_found_longest_first() {
        let table = table(["", "s3:", "s3:get", "s3:getobject", "s3:getobjecttagging", "sts:"]);
        let (whole, beginning) = (Extent::Whole, Extent::Beginning);
        for (text, keys) in [
            (
                "s3:getobject",
                vec![
                    ("s3:getobject", whole),
                    ("s3:get", beginning),
                    ("s3:", beginning),
                    ("", beginning),
                ],
            ),
            (
                "s3:getobjectx",
                vec![
                    ("s3:getobject", beginning),
                    ("s3:get", beginning),
                    ("s3:", beginning),
                    ("", beginning),
                ],
            ),
            ("s3:h", vec![("s3:", beginning), ("", beginning)]),
            ("a", vec![("", beginning)]),
            ("", vec![("", whole)]),
            ("zz", vec![("", beginning)]),
        ] {
            assert_eq!(found(&table, text), keys, "{text}");
        }
        assert!(found(&self::table(["b"]), "a").is_empty());
        assert!(found(&self::table([]), "a").is_empty());
    }

    proptest! {
        #[test]
        fn agrees_with_asking_every_key(
            keys in proptest::collection::btree_set("[abé]{0,4}", 0..12),
            text in "[abé]{0,6}",
        ) {
            let table = table(keys.iter().map(String::as_str));
            let mut asked: Vec<&str> =
                keys.iter().map(String::as_str).filter(|key| text.starts_with(key)).collect();
            asked.reverse();
            let found: Vec<&str> = found(&table, &text).into_iter().map(|(key, _)| key).collect();
            prop_assert_eq!(found, asked);
        }
    }
}
