use std::borrow::Cow;

use crate::limits::{HEADER_BYTES_MAX, HEADERS_MAX};
use crate::rejection::{Limit, Rejection};

/// The names of the headers that this crate reads.
pub(crate) mod name {
    pub(crate) const AUTHORIZATION: &str = "authorization";
    pub(crate) const CONTENT_SHA256: &str = "x-amz-content-sha256";
    pub(crate) const DATE: &str = "date";
    pub(crate) const HOST: &str = "host";
    pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";
    pub(crate) const X_AMZ_DATE: &str = "x-amz-date";
}

/// The headers of a request by lower-case name; values of one name stay in the
/// order of the wire.
pub(crate) struct Headers<'a>(Vec<Header<'a>>);

struct Header<'a> {
    name: Cow<'a, str>,
    value: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Sorts the headers. One allocation, and one per name that is not in lower
    /// case; `n log n`.
    pub(crate) fn read(headers: &[(&'a str, &'a [u8])]) -> Result<Self, Rejection> {
        if headers.len() > HEADERS_MAX {
            return Err(Rejection::LimitExceeded { limit: Limit::Headers });
        }
        let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > HEADER_BYTES_MAX {
            return Err(Rejection::LimitExceeded { limit: Limit::HeaderBytes });
        }
        let mut sorted = Vec::with_capacity(headers.len());
        for (name, value) in headers.iter().copied() {
            sorted.push(Header { name: lower_case(name)?, value });
        }
        // Stable: the order of the values of one name is part of the signature.
        sorted.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self(sorted))
    }

    /// The value of a header that may occur once, without surrounding space.
    pub(crate) fn unique(&self, name: &'static str) -> Result<Option<&'a [u8]>, Rejection> {
        match self.named(name) {
            [] => Ok(None),
            [header] => Ok(Some(header.value.trim_ascii())),
            _ => Err(Rejection::DuplicateHeader { name }),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        !self.named(name).is_empty()
    }

    /// Every name once, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.chunk_by(|left, right| left.name == right.name).filter_map(|group| {
            let header = group.first()?;
            Some(header.name.as_ref())
        })
    }

    /// Appends the canonical line: the values joined by commas, each trimmed, and
    /// runs of white space inside them made one space.
    pub(crate) fn write(&self, name: &str, text: &mut Vec<u8>) {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        for (index, header) in self.named(name).iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            write_value(header.value, text);
        }
        text.push(b'\n');
    }

    fn named(&self, name: &str) -> &[Header<'a>] {
        // Names have lengths of their own: of a few headers nearly none is compared.
        let start = if self.0.len() <= SCANNED_MAX {
            self.0.iter().position(|header| header.name.as_ref() == name).unwrap_or(self.0.len())
        } else {
            self.0.partition_point(|header| header.name.as_ref() < name)
        };
        let rest = self.0.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|header| header.name.as_ref() == name).count();
        rest.get(..count).unwrap_or_default()
    }
}

/// Up to this many headers are gone through to find one.
const SCANNED_MAX: usize = 16;

fn write_value(value: &[u8], text: &mut Vec<u8>) {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    // Without a way out of the loop, which the compiler takes several steps of at once.
    if !value.iter().fold(false, |any, byte| any | is_space(*byte)) {
        return text.extend_from_slice(value);
    }
    // A value folded over several lines counts as one with spaces, and quoted
    // text is treated like any other (both are cases of AWS's test suite).
    let words = value.split(|byte| is_space(*byte));
    for (index, word) in words.filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

/// A name that is a token of HTTP, in lower case. Any other could not be told
/// apart in the canonical request.
fn lower_case(name: &str) -> Result<Cow<'_, str>, Rejection> {
    if is_usual(name) {
        return Ok(name.into());
    }
    if !is_token(name) {
        return Err(Rejection::MalformedHeaderName);
    }
    Ok(name.to_ascii_lowercase().into())
}

/// Whether a name is of lower-case letters, digits and hyphens, which most are: such a one
/// is a token in lower case. Without a way out of the loop, so that several bytes are looked
/// at together.
pub(super) fn is_usual(name: &str) -> bool {
    let is_usual_byte =
        |byte: u8| (byte.wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10) | (byte == b'-');
    !name.is_empty() && name.bytes().fold(true, |all, byte| all & is_usual_byte(byte))
}

/// Spec: RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| IS_TOKEN_BYTE.get(usize::from(byte)) == Some(&true);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// By byte: the names of all headers of every request are looked at.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
const IS_TOKEN_BYTE: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0_u8);
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#'
                    | b'$'
                    | b'%'
                    | b'&'
                    | b'\''
                    | b'*'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'^'
                    | b'_'
                    | b'`'
                    | b'|'
                    | b'~'
            );
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn line(headers: &[(&str, &[u8])], name: &str) -> String {
        let mut text = Vec::new();
        Headers::read(headers).unwrap().write(name, &mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn values_are_trimmed_collapsed_and_joined_in_wire_order() {
        let headers: [(&str, &[u8]); 5] = [
            ("B", b" 2  2\t"),
            ("a", b"x"),
            ("b", b""),
            ("b", b"\"1   1\""),
            ("C", b"v1\r\n  v2\r\n\tv3"),
        ];
        assert_eq!(line(&headers, "b"), "b:2 2,,\"1 1\"\n");
        assert_eq!(line(&headers, "c"), "c:v1 v2 v3\n");
        let headers = Headers::read(&headers).unwrap();
        assert_eq!(headers.names().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn a_header_that_must_be_single_is_refused_twice() {
        let headers = Headers::read(&[("Host", b" a "), ("Date", b"1"), ("date", b"1")]).unwrap();
        assert_eq!(headers.unique(name::HOST), Ok(Some(b"a".as_slice())));
        assert_eq!(headers.unique(name::X_AMZ_DATE), Ok(None));
        assert_eq!(
            headers.unique(name::DATE),
            Err(Rejection::DuplicateHeader { name: name::DATE })
        );
    }

    #[test]
    fn a_token_has_letters_digits_and_these_marks() {
        for byte in 0..=u8::MAX {
            let text = char::from(byte).to_string();
            let allowed = byte.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(&text);
            assert_eq!(is_token(&text), allowed, "{byte}");
        }
    }

    #[test]
    fn names_that_are_no_tokens_and_too_much_are_refused() {
        for name in ["", "a b", "a:b", "a\nb", "é"] {
            let result = Headers::read(&[(name, b"")]).map(|_| ());
            assert_eq!(result, Err(Rejection::MalformedHeaderName), "{name:?}");
        }
        let many = vec![("a", b"".as_slice()); HEADERS_MAX + 1];
        let limit = Rejection::LimitExceeded { limit: Limit::Headers };
        assert_eq!(Headers::read(&many).map(|_| ()), Err(limit));
        let long = vec![b'a'; HEADER_BYTES_MAX];
        let limit = Rejection::LimitExceeded { limit: Limit::HeaderBytes };
        assert_eq!(Headers::read(&[("a", &long)]).map(|_| ()), Err(limit));
    }
}
