//! Keys as they are compared and looked up.

use std::borrow::Cow;

/// A key in the form in which it is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContextKey {
    pub(super) hash: u64,
    pub(super) folded: Box<str>,
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
pub(super) fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(key.to_lowercase())
    }
}

/// A number for a key, eight bytes at a time: it only has to be quick and to differ
/// mostly, since equal ones are told apart.
pub(super) fn hash(folded: &str) -> u64 {
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
