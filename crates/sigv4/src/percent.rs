//! Percent-encoding as Signature Version 4 wants it: every byte but the
//! unreserved ones becomes `%XY`, in upper case.

use crate::settings::PlusInQuery;

/// A `%` that is not followed by two hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadEscape;

/// Appends the encoded form of each byte. Linear; allocates only to grow `out`.
pub(crate) fn encode(bytes: impl IntoIterator<Item = u8>, out: &mut String) {
    for byte in bytes {
        push(byte, out);
    }
}

/// Decodes and encodes again, so that all spellings of one text become one.
pub(crate) fn recode(raw: &str, plus: PlusInQuery, out: &mut String) -> Result<(), BadEscape> {
    for byte in decode(raw, plus) {
        push(byte?, out);
    }
    Ok(())
}

/// The bytes that a percent-encoded text stands for.
pub(crate) fn decode(raw: &str, plus: PlusInQuery) -> Decode<'_> {
    Decode { bytes: raw.bytes(), plus }
}

fn push(byte: u8, out: &mut String) {
    // Spec: unreserved are A-Z, a-z, 0-9, hyphen, underscore, period and tilde.
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        out.push(char::from(byte));
    } else {
        out.push('%');
        out.push(hex_digit(byte >> 4));
        out.push(hex_digit(byte & 0x0f));
    }
}

fn hex_digit(nibble: u8) -> char {
    // INVARIANT: a nibble is below 16, so the fallback cannot be reached.
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

pub(crate) struct Decode<'a> {
    bytes: std::str::Bytes<'a>,
    plus: PlusInQuery,
}

impl Decode<'_> {
    fn nibble(&mut self) -> Result<u8, BadEscape> {
        match self.bytes.next() {
            Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
            Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
            Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
            _ => Err(BadEscape),
        }
    }

    fn escape(&mut self) -> Result<u8, BadEscape> {
        let high = self.nibble()?;
        Ok((high << 4) | self.nibble()?)
    }
}

impl Iterator for Decode<'_> {
    type Item = Result<u8, BadEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match (self.bytes.next()?, self.plus) {
            (b'%', _) => self.escape(),
            (b'+', PlusInQuery::Space) => Ok(b' '),
            (byte, _) => Ok(byte),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expect: Result<&str, BadEscape>) {
        let mut out = String::new();
        let got = recode(raw, PlusInQuery::Space, &mut out).map(|()| out.as_str());
        assert_eq!(got, expect, "{raw}");
    }

    #[test]
    fn every_spelling_of_a_text_becomes_one() {
        check("", Ok(""));
        check("%41%7e%2D", Ok("A~-"));
        check("a b+c%20d", Ok("a%20b%20c%20d"));
        check("%2b%2F*'()!", Ok("%2B%2F%2A%27%28%29%21"));
        check("ሴ%E1%88%b4", Ok("%E1%88%B4%E1%88%B4"));
        check("%00%ff", Ok("%00%FF"));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for raw in ["%", "%4", "%zz", "%4g", "%%41", "a%", "%\u{e9}1", "%+1", "% 1"] {
            check(raw, Err(BadEscape));
        }
    }

    #[test]
    fn a_literal_plus_stays_one() {
        let mut out = String::new();
        recode("a+b", PlusInQuery::Literal, &mut out).unwrap();
        assert_eq!(out, "a%2Bb");
    }
}
