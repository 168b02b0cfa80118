//! How a context comes about, key by key.

use std::ops::Range;

use super::key::kept;
use super::{Context, Entry, Place, Unknown};

/// Collects the keys of a request.
#[derive(Clone, Debug, Default)]
pub struct ContextBuilder {
    // In the order in which they were set, keys that were set twice included.
    pub(super) unsorted: Context,
}

/// What is set aside for keys and values at once: enough for the keys most requests
/// have, so that a context is two allocations.
const ENTRIES_EXPECTED: usize = 24;
const TEXT_EXPECTED: usize = 1024;

impl ContextBuilder {
    /// No keys yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { unsorted: Context::empty() }
    }

    /// A key with one value. A key that was set before is overwritten.
    #[must_use]
    #[inline]
    pub fn single(mut self, key: &str, value: impl AsRef<str>) -> Self {
        self.set(key, value.as_ref());
        self
    }

    /// As [`single`](Self::single), where the builder stays where it is: moving it, key
    /// by key, takes as long as setting them.
    #[inline]
    pub fn set(&mut self, key: &str, value: &str) -> &mut Self {
        self.set_with(key, |text| text.push_str(value))
    }

    /// As [`set`](Self::set), of a value that is written where it is kept: `write` appends it
    /// to what it is given, and leaves alone what stands there.
    #[inline]
    pub fn set_with(&mut self, key: &str, write: impl FnOnce(&mut String)) -> &mut Self {
        let start = self.unsorted.text.len();
        let hash = self.put_key(key);
        let end = self.unsorted.text.len();
        write(&mut self.unsorted.text);
        let value = Place::Single(end..self.unsorted.text.len());
        self.unsorted.entries.push(Entry { hash, key: start..end, value });
        self
    }

    /// A key that can have several values.
    ///
    /// Without any value the key is absent: a multi-valued key with an empty set is
    /// what AWS calls a null data set (Spec: UG:reference_policies_multi-value-conditions).
    #[must_use]
    pub fn multi<V: AsRef<str>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.set_all(key, values);
        self
    }

    /// As [`multi`](Self::multi), where the builder stays where it is.
    pub fn set_all<V: AsRef<str>>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
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
    ///
    /// Copies buffers: no key is read again.
    #[must_use]
    pub fn overlaid(mut self, other: &Self) -> Self {
        let (below, above) = (&mut self.unsorted, &other.unsorted);
        let (text, bytes, ends) = (below.text.len(), below.bytes.len(), below.ends.len());
        below.text.push_str(&above.text);
        below.bytes.extend_from_slice(&above.bytes);
        below.ends.extend_from_slice(&above.ends);
        below.entries.extend(above.entries.iter().map(|entry| Entry {
            hash: entry.hash,
            key: behind(&entry.key, text),
            value: match &entry.value {
                Place::Single(place) => Place::Single(behind(place, text)),
                Place::Multi { text: place, ends: those } => {
                    Place::Multi { text: behind(place, text), ends: behind(those, ends) }
                }
                Place::Binary(place) => Place::Binary(behind(place, bytes)),
                Place::Unset => Place::Unset,
                Place::Unknown => Place::Unknown,
            },
        }));
        below.unknown = below.unknown.max(above.unknown);
        self
    }

    /// The request's keys.
    #[must_use]
    pub fn build(mut self) -> Context {
        self.unsorted.settle();
        self.unsorted
    }

    /// Writes a key into the buffer, and gives its number and place.
    fn key(&mut self, key: &str) -> (u64, Range<usize>) {
        let start = self.unsorted.text.len();
        let hash = self.put_key(key);
        (hash, start..self.unsorted.text.len())
    }

    fn put_key(&mut self, key: &str) -> u64 {
        if self.unsorted.entries.capacity() == 0 && self.unsorted.text.capacity() == 0 {
            self.unsorted.entries = Vec::with_capacity(ENTRIES_EXPECTED);
            self.unsorted.text = String::with_capacity(TEXT_EXPECTED);
        }
        let (key, hash) = kept(key);
        self.unsorted.text.push_str(&key);
        hash
    }

    fn text(&mut self, value: &str) -> Range<usize> {
        let text = &mut self.unsorted.text;
        let start = text.len();
        text.push_str(value);
        start..text.len()
    }
}

/// A place of a buffer that now stands behind others.
const fn behind(place: &Range<usize>, others: usize) -> Range<usize> {
    place.start + others..place.end + others
}
