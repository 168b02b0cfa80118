//! Percent-encoding, in the two forms the protocol knows.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Why a text is not percent-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PercentError {
    /// A percent sign without two hexadecimal digits.
    Sequence,
    /// Bytes that are no UTF-8.
    Utf8,
}

/// Decodes a name or a value of a form: `%XX` is a byte, `+` is a space. What stands for
/// itself is copied in runs, and not at all where all of it does; else `scratch` holds what
/// is given back.
pub(crate) fn decode<'d>(
    bytes: &'d [u8],
    scratch: &'d mut Vec<u8>,
) -> Result<&'d str, PercentError> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| PercentError::Utf8);
    let Some(mut next) = memchr::memchr2(b'+', b'%', bytes) else { return text(bytes) };
    scratch.clear();
    let mut rest = bytes;
    loop {
        let (plain, escaped) = rest.split_at(next);
        scratch.extend_from_slice(plain);
        rest = match escaped {
            [b'%', high, low, tail @ ..] => {
                let digits = hexadecimal(*high).zip(hexadecimal(*low));
                let (high, low) = digits.ok_or(PercentError::Sequence)?;
                scratch.push(high << 4 | low);
                tail
            }
            [b'+', tail @ ..] => {
                scratch.push(b' ');
                tail
            }
            _ => return Err(PercentError::Sequence),
        };
        match memchr::memchr2(b'+', b'%', rest) {
            Some(at) => next = at,
            None => break,
        }
    }
    scratch.extend_from_slice(rest);
    text(scratch)
}

const fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a text as IAM encodes policy documents in its answers.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        for (encoded, decoded) in [
            ("", ""),
            ("a+b", "a b"),
            ("a%20b", "a b"),
            ("%2B", "+"),
            ("%c3%A9", "é"),
            ("é", "é"),
            ("%00", "\0"),
        ] {
            let mut scratch = b"of the one before".to_vec();
            assert_eq!(decode(encoded.as_bytes(), &mut scratch), Ok(decoded), "{encoded}");
        }
    }

    fn fault(bytes: &[u8]) -> Option<PercentError> {
        decode(bytes, &mut Vec::new()).err()
    }

    #[test]
    fn broken_sequences_are_refused() {
        for bad in ["%", "%2", "a%", "%zz", "%2g", "% 2", "%+2", "%%41"] {
            assert_eq!(fault(bad.as_bytes()), Some(PercentError::Sequence), "{bad}");
        }
        for bad in ["%ff", "%c3", "%c3%28", "%ed%a0%80", "%c0%80", "%f5%80%80%80"] {
            assert_eq!(fault(bad.as_bytes()), Some(PercentError::Utf8), "{bad}");
        }
        assert_eq!(fault(b"\xff"), Some(PercentError::Utf8));
    }

    #[test]
    fn documents_are_encoded_as_rfc_3986_says() {
        assert_eq!(
            encode(r#"{"a b": "*~-_./é"}"#),
            "%7B%22a%20b%22%3A%20%22%2A~-_.%2F%C3%A9%22%7D"
        );
    }
}
