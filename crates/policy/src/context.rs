//! The condition keys of a request: in one buffer, asked by prepared keys.

mod builder;
mod key;
mod value;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

pub use builder::ContextBuilder;
pub(crate) use key::ContextKey;
use key::{compare, folded, kept, same};
pub use value::{ContextValue, ContextValues};

/// The condition keys of one request, with their values.
///
/// Keys are compared without regard to case, the part behind a slash included
/// (Spec: UG:reference_policies_condition-keys: "key names are not case-sensitive").
/// A key that is not in here is absent, which is something else than empty; one that
/// was said to be [unknown](ContextBuilder::unknown) is neither.
///
/// A context is made for every request, so it is cheap: whatever it holds lies in one
/// buffer, and the number of allocations does not depend on the number of keys (but
/// for its logarithm, where there are many).
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
#[derive(Clone, Default)]
pub struct Context {
    // Every key, as it is kept, with its text values behind it.
    text: String,
    // The binary values, which are rare.
    bytes: Vec<u8>,
    // Where each value of the keys with several values ends, counted from the first.
    ends: Vec<usize>,
    // INVARIANT: keys occur once; more than `SCANNED_MAX` are sorted by hash and then by
    // key; none is unset unless all others are unknown.
    entries: Vec<Entry>,
    unknown: Unknown,
}

/// Which keys are unknown: the more, the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Unknown {
    #[default]
    None,
    /// Those that say so.
    Named,
    /// All that say nothing, and those that say so.
    Others,
}

/// One key of a context: places in its buffers.
#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    key: Range<usize>,
    value: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Single(Range<usize>),
    Multi {
        text: Range<usize>,
        ends: Range<usize>,
    },
    Binary(Range<usize>),
    /// The key was taken back, or said to be absent.
    Unset,
    /// The key may be absent or have any value.
    Unknown,
}

/// Among up to this many keys one is found by going through them: it takes longer to
/// put them into an order.
const SCANNED_MAX: usize = 16;

impl Context {
    /// A request without any condition key.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            text: String::new(),
            bytes: Vec::new(),
            ends: Vec::new(),
            entries: Vec::new(),
            unknown: Unknown::None,
        }
    }

    /// The value or values of a key, in any case; none for one that is unknown.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<ContextValue<'_>> {
        let (key, hash) = kept(key);
        self.find(hash, &key)
    }

    /// The value of a key that has one value.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        self.get(key)?.single()
    }

    /// Every key, lower-case, in the order of the alphabet.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, ContextValue<'_>)> {
        let mut entries: Vec<_> = self.pairs().collect();
        entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        entries.into_iter()
    }

    /// The same keys and more; where both have a key, the other's value.
    #[must_use]
    pub fn to_builder(&self) -> ContextBuilder {
        ContextBuilder { unsorted: self.clone() }
    }

    /// Whether a key, in any case, is unknown.
    #[must_use]
    pub fn is_unknown(&self, key: &str) -> bool {
        let (key, hash) = kept(key);
        self.is_open(hash, &key)
    }

    /// Whether no key is unknown.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self.unknown, Unknown::None)
    }

    /// Whether a key that was made ready before is unknown.
    pub(crate) fn leaves_open(&self, key: &ContextKey) -> bool {
        self.is_open(key.hash, &key.folded)
    }

    fn is_open(&self, hash: u64, wanted: &str) -> bool {
        match self.entry(hash, wanted) {
            Some(entry) => matches!(entry.value, Place::Unknown),
            None => self.unknown == Unknown::Others,
        }
    }

    /// The value of a key that was made ready before: no allocation, and a search over
    /// numbers.
    pub(crate) fn lookup(&self, key: &ContextKey) -> Option<ContextValue<'_>> {
        self.find(key.hash, &key.folded)
    }

    fn find(&self, hash: u64, wanted: &str) -> Option<ContextValue<'_>> {
        self.value(self.entry(hash, wanted)?)
    }

    /// Keys of equal hash are told apart by comparing them, in the same search: who
    /// chooses tag keys so that their hashes collide gains nothing.
    fn entry(&self, hash: u64, wanted: &str) -> Option<&Entry> {
        let key = |entry: &Entry| part(&self.text, &entry.key);
        if self.entries.len() <= SCANNED_MAX {
            let is_it = |entry: &&Entry| entry.hash == hash && same(key(entry), wanted);
            return self.entries.iter().find(is_it);
        }
        let below = self.entries.partition_point(|entry| entry.hash < hash);
        let candidates = self.entries.get(below..)?;
        let first = candidates.first().filter(|entry| entry.hash == hash)?;
        if same(key(first), wanted) {
            return Some(first);
        }
        let order = |entry: &Entry| entry.hash.cmp(&hash).then_with(|| compare(key(entry), wanted));
        let index = candidates.binary_search_by(order).ok()?;
        candidates.get(index)
    }

    fn pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, ContextValue<'_>)> {
        let folded = |entry: &Entry| folded(part(&self.text, &entry.key));
        self.entries.iter().filter_map(move |entry| Some((folded(entry), self.value(entry)?)))
    }

    fn value(&self, entry: &Entry) -> Option<ContextValue<'_>> {
        match &entry.value {
            Place::Single(place) => Some(ContextValue::Single(part(&self.text, place))),
            Place::Multi { text, ends } => Some(ContextValue::Multi(ContextValues {
                text: part(&self.text, text),
                ends: self.ends.get(ends.clone()).unwrap_or_default(),
            })),
            Place::Binary(place) => {
                Some(ContextValue::Binary(self.bytes.get(place.clone()).unwrap_or_default()))
            }
            Place::Unset | Place::Unknown => None,
        }
    }

    /// Makes of the entries, as they were set, what can be searched.
    fn settle(&mut self) {
        if self.entries.len() > SCANNED_MAX || self.has_equal_hashes() {
            self.sort();
        }
        self.drop_unset();
    }

    /// Compares with each other those that begin with the same bits, so it is asked of
    /// few entries only.
    fn has_equal_hashes(&self) -> bool {
        let mut seen = 0_u128;
        self.entries.iter().enumerate().any(|(at, entry)| {
            let bit = 1 << (entry.hash >> (u64::BITS - 7));
            let is_new = seen & bit == 0;
            seen |= bit;
            !is_new && self.entries.iter().take(at).any(|other| other.hash == entry.hash)
        })
    }

    /// Puts the entries into their order. Of a key that was set twice the last counts,
    /// which is the one that lies behind the others.
    fn sort(&mut self) {
        let text = &self.text;
        let by_key = |left: &Entry, right: &Entry| {
            let hashes = left.hash.cmp(&right.hash);
            hashes.then_with(|| compare(part(text, &left.key), part(text, &right.key)))
        };
        self.entries.sort_unstable_by_key(|entry| entry.hash);
        if self.entries.is_sorted_by(|left, right| left.hash < right.hash) {
            return;
        }
        self.entries.sort_unstable_by(|left, right| {
            by_key(left, right).then_with(|| right.key.start.cmp(&left.key.start))
        });
        self.entries.dedup_by(|earlier, last| by_key(earlier, last).is_eq());
    }

    fn drop_unset(&mut self) {
        let is_unset = |entry: &Entry| matches!(entry.value, Place::Unset);
        if self.unknown != Unknown::Others && self.entries.iter().any(is_unset) {
            self.entries.retain(|entry| !is_unset(entry));
        }
        if self.unknown == Unknown::Named {
            let named = self.entries.iter().any(|entry| matches!(entry.value, Place::Unknown));
            self.unknown = if named { Unknown::Named } else { Unknown::None };
        }
    }

    /// The value, and whether it is unknown.
    fn says(&self, entry: &Entry) -> (Option<ContextValue<'_>>, bool) {
        (self.value(entry), matches!(entry.value, Place::Unknown))
    }
}

impl PartialEq for Context {
    fn eq(&self, other: &Self) -> bool {
        let same = |entry: &Entry| {
            let of_other = other.entry(entry.hash, part(&self.text, &entry.key));
            of_other.is_some_and(|of_other| self.says(entry) == other.says(of_other))
        };
        self.unknown == other.unknown
            && self.entries.len() == other.entries.len()
            && self.entries.iter().all(same)
    }
}

impl Eq for Context {}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.entries.iter().filter(|entry| self.says(entry).1);
        let unknown: BTreeSet<_> =
            unknown.map(|entry| folded(part(&self.text, &entry.key))).collect();
        let mut map = formatter.debug_map();
        map.entries(self.iter()).entries(unknown.iter().map(|key| (key, Unknown::Named)));
        if self.unknown == Unknown::Others {
            map.entry(&"*", &Unknown::Others);
        }
        map.finish()
    }
}

/// A part of a buffer, by a place that was made for it.
fn part<'t>(text: &'t str, place: &Range<usize>) -> &'t str {
    text.get(place.clone()).unwrap_or_default()
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
    fn keys_are_known_absent_or_unknown() {
        let named = ContextBuilder::new()
            .unknown("A")
            .single("b", "1")
            .unknown("b")
            .unknown("c")
            .single("c", "1")
            .unknown("d")
            .absent("d")
            .build();
        fn said(context: &Context) -> [(bool, Option<ContextValue<'_>>); 5] {
            ["a", "b", "c", "d", "e"].map(|key| (context.is_unknown(key), context.get(key)))
        }
        let one = Some(ContextValue::Single("1"));
        let wanted = [(true, None), (true, None), (false, one), (false, None), (false, None)];
        assert_eq!(said(&named), wanted);
        let others = named.to_builder().absent("d").multi("f", [""; 0]).others_unknown().build();
        assert_eq!(said(&others)[..4], wanted[..4]);
        assert!(others.is_unknown("e") && !others.is_unknown("F"));
        assert!(!named.is_complete() && !others.is_complete() && named != others);
        assert!(named.to_builder().absent("a").single("b", "2").build().is_complete());
        let below = ContextBuilder::new().single("a", "0").single("e", "0");
        let above = ContextBuilder::new().unknown("a").absent("e").others_unknown();
        let overlaid = below.overlaid(&above).build();
        assert!(overlaid.is_unknown("a") && !overlaid.is_unknown("e") && overlaid.is_unknown("x"));
        assert_eq!(format!("{named:?}"), r#"{"c": Single("1"), "a": Named, "b": Named}"#);
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
        let again = more.to_builder().multi("K", Vec::<String>::new()).build();
        assert_eq!(again, Context::empty());
        assert_eq!(again.to_builder().multi("t", ["x"]).build().iter().count(), 1);
    }

    #[test]
    fn values_come_back_as_they_were_given() {
        let context = ContextBuilder::new()
            .multi("t", ["", "é", "", "ab"])
            .binary("B", &[0xff, 0])
            .single("empty", "")
            .binary("c", &[])
            .build();
        let Some(ContextValue::Multi(values)) = context.get("t") else { panic!("several") };
        assert_eq!(values.iter().collect::<Vec<_>>(), ["", "é", "", "ab"]);
        assert_eq!(values.len(), 4);
        assert_eq!(context.get("b"), Some(ContextValue::Binary(&[0xff, 0])));
        assert_eq!(context.get("c"), Some(ContextValue::Binary(&[])));
        assert_eq!(context.get("empty"), Some(ContextValue::Single("")));
        let keys: Vec<_> = context.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["b", "c", "empty", "t"]);
    }

    #[test]
    fn contexts_are_equal_by_what_they_say() {
        let one = ContextBuilder::new().single("a", "1").multi("b", ["x", "y"]).build();
        let other =
            ContextBuilder::new().single("a", "0").multi("B", ["x", "y"]).single("A", "1").build();
        assert_eq!(one, other);
        for different in [
            one.to_builder().single("c", "").build(),
            one.to_builder().multi("b", ["xy"]).build(),
            one.to_builder().multi("a", ["1"]).build(),
            one.to_builder().binary("a", b"1").build(),
        ] {
            assert_ne!(one, different);
        }
        let below = ContextBuilder::new().single("a", "0").single("z", "2").build();
        let above = one.to_builder().single("z", "3").multi("Z", [""; 0]);
        assert_eq!(below.to_builder().overlaid(&above).build(), one);
    }

    #[test]
    fn keys_of_equal_hash_are_told_apart() {
        // A zero byte is what the last word is filled up with.
        let (short, long) = ("k", "k\0");
        assert_eq!(kept(short).1, kept(long).1);
        let context = ContextBuilder::new().single(long, "2").single(short, "1").build();
        assert_eq!((context.single(short), context.single(long)), (Some("1"), Some("2")));
        assert_eq!(context.get("k\0\0"), None);
    }

    #[test]
    fn as_many_keys_as_there_are_are_found() {
        let key = |number: usize| format!("aws:RequestTag/{number}");
        let context = (0..500).fold(ContextBuilder::new(), |builder, number| {
            builder.single(&key(number), number.to_string())
        });
        let context = context.build();
        for number in 0..500 {
            assert_eq!(context.single(&key(number)), Some(number.to_string().as_str()));
        }
        assert_eq!(context.get(&key(500)), None);
    }
}
