//! The id that ties an answer to its log lines.

use std::fmt;
use std::ops::Deref;

use stead_types::Entropy;

/// The id of one request, in the shape AWS uses: `8b9f0e0e-4d4f-4e34-9d5a-0c9b3a5d2f10`.
///
/// It stands in the body, in the `x-amzn-RequestId` header and in every log line
/// of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A random id (UUID version 4).
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0_u8; 16];
        entropy.fill(&mut bytes);
        // Spec: RFC 9562 section 5.4, version 4 and the variant of that RFC.
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        Self(bytes)
    }

    /// The id that is spelled so; `None` of every other spelling.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits: String = text.split('-').collect();
        let id = Self(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes());
        (id.to_string() == text).then_some(id)
    }

    pub(crate) const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// As it is written, without a formatter: several times for each request.
    pub(crate) fn text(self) -> RequestIdText {
        let digits = self.0.map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]);
        let mut text = [b'-'; 36];
        let (mut free, mut rest) = (text.as_mut_slice(), digits.as_flattened());
        for length in GROUPS {
            let (Some((group, behind)), Some((digits, others))) =
                (free.split_at_mut_checked(length), rest.split_at_checked(length))
            else {
                break;
            };
            group.copy_from_slice(digits);
            // The dash between two groups stands there already.
            (free, rest) = (behind.get_mut(1..).unwrap_or_default(), others);
        }
        RequestIdText(text)
    }
}

/// The text of an id.
pub(crate) struct RequestIdText([u8; 36]);

impl Deref for RequestIdText {
    type Target = str;

    fn deref(&self) -> &str {
        // INVARIANT: digits and dashes.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// How many digits stand between dashes.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// The digit of a number below 16. By arithmetic, so that all digits are made at once.
const fn digit(value: u8) -> u8 {
    value + if value < 10 { b'0' } else { b'a' - 10 }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Entropy for Ones {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(0xff);
        }
    }

    #[test]
    fn an_id_is_a_version_four_uuid() {
        assert_eq!(
            RequestId::generate(&mut Ones).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        let id = RequestId(std::array::from_fn(|index| u8::try_from(index * 0x11).unwrap()));
        assert_eq!(id.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(RequestId::parse("00112233-4455-6677-8899-aabbccddeeff"), Some(id));
        for bad in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-AABBCCDDEEFF",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233-4455-6677-8899-aabbccddeeff0",
            "0011223-34455-6677-8899-aabbccddeeff",
            "+0112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(RequestId::parse(bad), None, "{bad}");
        }
    }
}
