//! Keys as they are compared and looked up.
//!
//! Letters of ASCII are folded eight at a time while keys are read, so that the keys of
//! a request are kept as they were given.

use std::borrow::Cow;
use std::cmp::Ordering;

/// The highest bit of eight bytes, which is set beyond ASCII.
const HIGH: u64 = 0x8080_8080_8080_8080;

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
        let (hash, _) = hash(&folded);
        Self { hash, folded: folded.into() }
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

/// What is kept of a key, and its number: the key as it is, or, when it is not ASCII,
/// folded.
pub(super) fn kept(key: &str) -> (Cow<'_, str>, u64) {
    let (hash, seen) = hash(key);
    if seen & HIGH == 0 {
        return (Cow::Borrowed(key), hash);
    }
    let folded = key.to_lowercase();
    let (hash, _) = self::hash(&folded);
    (Cow::Owned(folded), hash)
}

/// A number for a kept key, the same for each case of its letters, and the bits that
/// occur in its bytes.
///
/// The number only has to be quick and to differ mostly: equal ones are told apart.
fn hash(kept: &str) -> (u64, u64) {
    // An odd number without a pattern in its bits: the golden ratio's fraction.
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |(hash, seen): (u64, u64), word| {
        ((hash.rotate_left(5) ^ lower(word)).wrapping_mul(MIX), seen | word)
    };
    let (words, last) = words(kept);
    mix(words.fold((0, 0), mix), last)
}

/// Whether two kept keys are the same.
pub(super) fn same(left: &str, right: &str) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let ((left, left_last), (right, right_last)) = (words(left), words(right));
    let same = |(left, right)| left == right || lower(left) == lower(right);
    same((left_last, right_last)) && left.zip(right).all(same)
}

/// The order of kept keys: that of the alphabet.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let [left, right] = [left, right].map(|key| key.bytes().map(|byte| byte.to_ascii_lowercase()));
    left.cmp(right)
}

/// A text's bytes, eight at a time. The last eight overlap those before, or are
/// filled up with zeros when there are fewer.
fn words(text: &str) -> (impl Iterator<Item = u64>, u64) {
    let bytes = text.as_bytes();
    let (words, rest) = bytes.as_chunks();
    let last = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(byte, given)| *byte = *given);
        last
    });
    (words.iter().map(|word| u64::from_le_bytes(*word)), u64::from_le_bytes(last))
}

/// The letters of ASCII among eight bytes in lower case, all else as it is.
const fn lower(word: u64) -> u64 {
    // Added to a byte below 0x80 they set its high bit from `A` on, and from behind `Z`
    // on; nothing is carried into the next byte.
    const FROM_A: u64 = 0x3f3f_3f3f_3f3f_3f3f;
    const BEHIND_Z: u64 = 0x2525_2525_2525_2525;
    let low = word & !HIGH;
    let upper = low.wrapping_add(FROM_A) & !low.wrapping_add(BEHIND_Z) & !word & HIGH;
    word | (upper >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_ascii_are_folded_and_nothing_else() {
        for byte in 0..=u8::MAX {
            let word = [byte, b'A', 0x80, byte, b'[', b'@', 0xff, byte];
            let wanted = word.map(|byte| byte.to_ascii_lowercase());
            assert_eq!(lower(u64::from_le_bytes(word)).to_le_bytes(), wanted, "{byte:#x}");
        }
    }

    #[test]
    fn keys_are_the_same_when_only_case_differs() {
        let words = ["", "a", "Tag", "aws:user", "AWS:username", "aws:PrincipalTag/ÄRA-Ä"];
        for key in words {
            let (upper, lower) = (key.to_uppercase(), key.to_lowercase());
            let ((one, one_hash), (other, other_hash)) = (kept(&upper), kept(&lower));
            assert!(same(&one, &other) && one_hash == other_hash, "{key}");
            assert!(compare(&one, &other).is_eq(), "{key}");
            for at in 0..lower.len() {
                let mut bytes = lower.clone().into_bytes();
                bytes[at] ^= 1;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(!same(&one, &kept(&changed).0), "{key} {changed}");
            }
        }
    }
}
