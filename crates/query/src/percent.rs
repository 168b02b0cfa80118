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
/// itself is copied in runs.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, PercentError> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr2(b'+', b'%', rest) {
        let (plain, escaped) = rest.split_at(at);
        decoded.extend_from_slice(plain);
        rest = match escaped {
            [b'%', high, low, tail @ ..] => {
                let digits = hexadecimal(*high).zip(hexadecimal(*low));
                let (high, low) = digits.ok_or(PercentError::Sequence)?;
                decoded.push(high << 4 | low);
                tail
            }
            [b'+', tail @ ..] => {
                decoded.push(b' ');
                tail
            }
            _ => return Err(PercentError::Sequence),
        };
    }
    decoded.extend_from_slice(rest);
    String::from_utf8(decoded).map_err(|_| PercentError::Utf8)
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
            assert_eq!(decode(encoded.as_bytes()).as_deref(), Ok(decoded), "{encoded}");
        }
    }

    #[test]
    fn broken_sequences_are_refused() {
        for bad in ["%", "%2", "a%", "%zz", "%2g", "% 2", "%+2", "%%41"] {
            assert_eq!(decode(bad.as_bytes()), Err(PercentError::Sequence), "{bad}");
        }
        for bad in ["%ff", "%c3", "%c3%28", "%ed%a0%80", "%c0%80", "%f5%80%80%80"] {
            assert_eq!(decode(bad.as_bytes()), Err(PercentError::Utf8), "{bad}");
        }
        assert_eq!(decode(b"\xff"), Err(PercentError::Utf8));
    }

    #[test]
    fn documents_are_encoded_as_rfc_3986_says() {
        assert_eq!(
            encode(r#"{"a b": "*~-_./é"}"#),
            "%7B%22a%20b%22%3A%20%22%2A~-_.%2F%C3%A9%22%7D"
        );
    }
}
