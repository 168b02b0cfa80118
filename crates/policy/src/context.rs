use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

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
    // Every key, folded, with its text values behind it.
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

/// Which keys are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unknown {
    #[default]
    None,
    /// Those that say so.
    Named,
    /// All that say nothing, and those that say so.
    Others,
}

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
    text: &'a str,
    ends: &'a [usize],
}

/// Collects the keys of a request.
#[derive(Clone, Debug, Default)]
pub struct ContextBuilder {
    // In the order in which they were set, keys that were set twice included.
    unsorted: Context,
}

/// A key in the form in which it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContextKey {
    hash: u64,
    folded: Box<str>,
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

/// What is set aside for keys and values at once: enough for the keys most requests
/// have, so that a context is two allocations.
const ENTRIES_EXPECTED: usize = 16;
const TEXT_EXPECTED: usize = 896;

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
        let folded = folded(key);
        self.find(hash(&folded), &folded)
    }

    /// The value of a key that has one value.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        self.get(key)?.single()
    }

    /// Every key, lower-case, in the order of the alphabet.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ContextValue<'_>)> {
        let mut entries: Vec<_> = self.pairs().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
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
        let folded = folded(key);
        self.is_open(hash(&folded), &folded)
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

    fn is_open(&self, hash: u64, folded: &str) -> bool {
        match self.entry(hash, folded) {
            Some(entry) => matches!(entry.value, Place::Unknown),
            None => self.unknown == Unknown::Others,
        }
    }

    /// The value of a key that was made ready before: no allocation, and a search over
    /// numbers.
    pub(crate) fn lookup(&self, key: &ContextKey) -> Option<ContextValue<'_>> {
        self.find(key.hash, &key.folded)
    }

    fn find(&self, hash: u64, folded: &str) -> Option<ContextValue<'_>> {
        self.value(self.entry(hash, folded)?)
    }

    /// Keys of equal hash are told apart by comparing them, in the same search: who
    /// chooses tag keys so that their hashes collide gains nothing.
    fn entry(&self, hash: u64, folded: &str) -> Option<&Entry> {
        let key = |entry: &Entry| part(&self.text, &entry.key);
        if self.entries.len() <= SCANNED_MAX {
            let is_it = |entry: &&Entry| entry.hash == hash && key(entry) == folded;
            return self.entries.iter().find(is_it);
        }
        let below = self.entries.partition_point(|entry| entry.hash < hash);
        let candidates = self.entries.get(below..)?;
        let first = candidates.first().filter(|entry| entry.hash == hash)?;
        if key(first) == folded {
            return Some(first);
        }
        let order = |entry: &Entry| entry.hash.cmp(&hash).then_with(|| key(entry).cmp(folded));
        let index = candidates.binary_search_by(order).ok()?;
        candidates.get(index)
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, ContextValue<'_>)> {
        self.entries
            .iter()
            .filter_map(|entry| Some((part(&self.text, &entry.key), self.value(entry)?)))
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

    /// Compares each with each, so it is asked of few entries only.
    fn has_equal_hashes(&self) -> bool {
        let mut entries = self.entries.as_slice();
        while let Some((first, others)) = entries.split_first() {
            if others.iter().any(|entry| entry.hash == first.hash) {
                return true;
            }
            entries = others;
        }
        false
    }

    /// Puts the entries into their order. Of a key that was set twice the last counts,
    /// which is the one that lies behind the others.
    fn sort(&mut self) {
        let text = &self.text;
        let by_key = |left: &Entry, right: &Entry| {
            let hashes = left.hash.cmp(&right.hash);
            hashes.then_with(|| part(text, &left.key).cmp(part(text, &right.key)))
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
        let unknown: BTreeSet<&str> = unknown.map(|entry| part(&self.text, &entry.key)).collect();
        let mut map = formatter.debug_map();
        map.entries(self.iter()).entries(unknown.iter().map(|key| (key, Unknown::Named)));
        if self.unknown == Unknown::Others {
            map.entry(&"*", &Unknown::Others);
        }
        map.finish()
    }
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

impl ContextBuilder {
    /// No keys yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { unsorted: Context::empty() }
    }

    /// A key with one value. A key that was set before is overwritten.
    #[must_use]
    pub fn single(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.put_single(key, value.as_ref());
        self
    }

    /// A key that can have several values.
    ///
    /// Without any value the key is absent: a multi-valued key with an empty set is
    /// what AWS calls a null data set (Spec: UG:reference_policies_multi-value-conditions).
    #[must_use]
    pub fn multi<V: AsRef<str>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        let (hash, key) = self.key(key);
        let first_end = self.unsorted.ends.len();
        let start = key.end;
        let mut end = start;
        for value in values {
            end = self.text(value.as_ref()).end;
            self.unsorted.ends.push(end - start);
        }
        let ends = first_end..self.unsorted.ends.len();
        let place =
            if ends.is_empty() { Place::Unset } else { Place::Multi { text: start..end, ends } };
        self.unsorted.entries.push(Entry { hash, key, value: place });
        self
    }

    /// A key with a binary value.
    #[must_use]
    pub fn binary(mut self, key: &str, value: &[u8]) -> Self {
        let (hash, key) = self.key(key);
        let start = self.unsorted.bytes.len();
        self.unsorted.bytes.extend_from_slice(value);
        let value = Place::Binary(start..self.unsorted.bytes.len());
        self.unsorted.entries.push(Entry { hash, key, value });
        self
    }

    /// The key with this value, if there is one.
    #[must_use]
    pub fn optional(self, key: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.single(key, value),
            None => self,
        }
    }

    /// The key is absent, whatever was said of it before.
    ///
    /// Keys of which nothing is said are absent anyway, unless
    /// [all of them are unknown](Self::others_unknown).
    #[must_use]
    pub fn absent(mut self, key: &str) -> Self {
        let (hash, key) = self.key(key);
        self.unsorted.entries.push(Entry { hash, key, value: Place::Unset });
        self
    }

    /// Nobody knows whether the key is there, and with which value.
    ///
    /// [`evaluate_partial`](crate::evaluate_partial) says what depends on it.
    /// [`evaluate`](crate::evaluate) takes the worst for granted: what an Allow asks of
    /// the key does not hold, what a Deny asks of it does.
    ///
    /// ```
    /// use stead_policy::ContextBuilder;
    /// let context = ContextBuilder::new().unknown("aws:SourceIp").build();
    /// assert!(context.is_unknown("aws:sourceip") && context.get("aws:SourceIp").is_none());
    /// assert!(!context.is_unknown("aws:username"));
    /// ```
    #[must_use]
    pub fn unknown(mut self, key: &str) -> Self {
        let (hash, key) = self.key(key);
        if self.unsorted.unknown == Unknown::None {
            self.unsorted.unknown = Unknown::Named;
        }
        self.unsorted.entries.push(Entry { hash, key, value: Place::Unknown });
        self
    }

    /// Every key is unknown of which nothing is said, before or after.
    #[must_use]
    pub fn others_unknown(mut self) -> Self {
        self.unsorted.unknown = Unknown::Others;
        self
    }

    /// As if everything that was set in the other had been set here too, afterwards.
    #[must_use]
    pub fn overlaid(self, other: &Self) -> Self {
        let other = &other.unsorted;
        let below = if other.unknown == Unknown::Others { self.others_unknown() } else { self };
        other.entries.iter().fold(below, |builder, entry| {
            let key = part(&other.text, &entry.key);
            match other.value(entry) {
                Some(ContextValue::Single(value)) => builder.single(key, value),
                Some(ContextValue::Multi(values)) => builder.multi(key, values.iter()),
                Some(ContextValue::Binary(value)) => builder.binary(key, value),
                None if matches!(entry.value, Place::Unknown) => builder.unknown(key),
                None => builder.absent(key),
            }
        })
    }

    /// The request's keys.
    #[must_use]
    pub fn build(self) -> Context {
        let mut context = self.unsorted;
        context.settle();
        context
    }

    fn put_single(&mut self, key: &str, value: &str) {
        let (hash, key) = self.key(key);
        let value = Place::Single(self.text(value));
        self.unsorted.entries.push(Entry { hash, key, value });
    }

    /// Writes a key, folded, into the buffer.
    fn key(&mut self, key: &str) -> (u64, Range<usize>) {
        if self.unsorted.entries.capacity() == 0 && self.unsorted.text.capacity() == 0 {
            self.unsorted.entries = Vec::with_capacity(ENTRIES_EXPECTED);
            self.unsorted.text = String::with_capacity(TEXT_EXPECTED);
        }
        let text = &mut self.unsorted.text;
        let start = text.len();
        if key.is_ascii() {
            text.push_str(key);
            if let Some(pushed) = text.get_mut(start..) {
                pushed.make_ascii_lowercase();
            }
        } else {
            text.push_str(&key.to_lowercase());
        }
        let place = start..text.len();
        (hash(part(text, &place)), place)
    }

    fn text(&mut self, value: &str) -> Range<usize> {
        let text = &mut self.unsorted.text;
        let start = text.len();
        text.push_str(value);
        start..text.len()
    }
}

impl ContextKey {
    /// The key of this name, in any case.
    pub(crate) fn new(key: &str) -> Self {
        let folded = folded(key);
        Self { hash: hash(&folded), folded: folded.into() }
    }

    /// The name as it is compared.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }
}

/// A key as it is compared. Choice: letters of other scripts are folded too, since
/// tag keys may hold them; AWS documents case-insensitivity without saying which.
fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(key.to_lowercase())
    }
}

/// A number for a key, eight bytes at a time: it only has to be quick and to differ
/// mostly, since equal ones are told apart.
fn hash(folded: &str) -> u64 {
    // An odd number without a pattern in its bits: the golden ratio's fraction.
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: [u8; 8]| {
        (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(MIX)
    };
    let (words, rest) = folded.as_bytes().as_chunks();
    let hash = words.iter().copied().fold(0, mix);
    // The last word overlaps the one before, unless there is none.
    let last = folded.as_bytes().last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(byte, given)| *byte = *given);
        last
    });
    mix(hash, last)
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
        assert_eq!(hash(short), hash(long));
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
