//! The byte encoding under claims and records: fixed-width numbers in network
//! order, texts with their length in front, no padding and no options.
//!
//! Choice: binary rather than JSON. A policy is JSON itself and would be escaped
//! inside JSON, and the token has a hard bound; and with one encoding per value
//! there are no unknown or repeated fields to have an opinion about.

use stead_types::Timestamp;

/// Appends values. Never fails on the way; [`Writer::finish`] tells.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    fit: Fit,
}

#[derive(Clone, Copy)]
enum Fit {
    Whole,
    Cut,
}

/// A text or a list was longer than its length field can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The bytes are not what was to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Writer {
    /// A writer that will not move its bytes as long as they fit `capacity`:
    /// a buffer that grows leaves copies of secrets behind.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), fit: Fit::Whole }
    }

    pub(crate) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn unsigned(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn signed(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    pub(crate) fn timestamp(&mut self, value: Timestamp) {
        self.signed(value.epoch_seconds());
    }

    /// How many items follow: one byte.
    pub(crate) fn count(&mut self, count: usize) {
        let byte = u8::try_from(count).unwrap_or_else(|_| self.cut(u8::MAX));
        self.byte(byte);
    }

    /// A text behind its length in bytes, two bytes.
    pub(crate) fn text(&mut self, text: &str) {
        let length = u16::try_from(text.len()).unwrap_or_else(|_| self.cut(u16::MAX));
        self.bytes(&length.to_be_bytes());
        self.bytes(text.as_bytes());
    }

    /// How many bytes were written so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, TooLong> {
        match self.fit {
            Fit::Whole => Ok(self.bytes),
            Fit::Cut => Err(TooLong),
        }
    }

    fn cut<T>(&mut self, value: T) -> T {
        self.fit = Fit::Cut;
        value
    }
}

/// Reads values from the front.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], Unreadable> {
        let (head, rest) = self.0.split_first_chunk().ok_or(Unreadable)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Unreadable> {
        let [byte] = self.array()?;
        Ok(*byte)
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, Unreadable> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }

    fn signed(&mut self) -> Result<i64, Unreadable> {
        self.array().map(|bytes| i64::from_be_bytes(*bytes))
    }

    /// A moment in seconds; one out of range is not moved into it but refused.
    pub(crate) fn timestamp(&mut self) -> Result<Timestamp, Unreadable> {
        let seconds = self.signed()?;
        let moment = Timestamp::from_epoch_seconds(seconds);
        if moment.epoch_seconds() == seconds { Ok(moment) } else { Err(Unreadable) }
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Unreadable> {
        let length = usize::from(u16::from_be_bytes(*self.array()?));
        let (head, rest) = self.0.split_at_checked(length).ok_or(Unreadable)?;
        self.0 = rest;
        std::str::from_utf8(head).map_err(|_| Unreadable)
    }

    /// A text of a kind with rules of its own.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self) -> Result<T, Unreadable> {
        self.text()?.parse().map_err(|_| Unreadable)
    }

    /// Everything that was not read.
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }

    /// Fails unless everything was read.
    pub(crate) const fn finish(self) -> Result<(), Unreadable> {
        if self.0.is_empty() { Ok(()) } else { Err(Unreadable) }
    }
}
