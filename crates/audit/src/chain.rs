//! Lines that form a chain: each has a number, and a digest over the one before.

use std::fmt;
use std::io::Write as _;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::HEXLOWER;
use thiserror::Error;

use crate::limits::{LINE_BYTES_MAX, SEQUENCE_MAX};

/// What stands between a line's own members and its number.
const NUMBER: &[u8] = b",\"chain\":{\"sequence\":";
/// What stands between the number and the digest.
const DIGEST: &[u8] = b",\"digest\":\"";
/// What follows the digest.
const END: &[u8] = b"\"}}";

/// A SHA-256 digest: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; Digest::BYTES]);

/// A text that is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct DigestError;

impl Digest {
    const BYTES: usize = 32;
    const DIGITS: usize = 2 * Self::BYTES;

    fn digits(self) -> [u8; Self::DIGITS] {
        let mut digits = [0; Self::DIGITS];
        HEXLOWER.encode_mut(&self.0, &mut digits);
        digits
    }

    fn from_digits(digits: &[u8]) -> Option<Self> {
        HEXLOWER.decode(digits).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::from_digits(text.as_bytes()).ok_or(DigestError)
    }
}

/// A place in a chain: the number of a line, and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number: the first line has 1.
    pub sequence: u64,
    /// The digest.
    pub digest: Digest,
}

impl Link {
    /// Before the first line.
    pub const START: Self = Self { sequence: 0, digest: Digest([0; Digest::BYTES]) };

    /// Seals a line behind this place, appends it with its line end, and moves on to it.
    ///
    /// `line` is a JSON object with at least one member, on one line. Costs one digest
    /// over it, and allocates nothing but room in `out`.
    pub fn seal(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let members = line.strip_suffix(b"}").unwrap_or(line);
        let sequence = self.sequence + 1;
        let digest = digest(self.digest, sequence, members);
        out.extend_from_slice(members);
        out.extend_from_slice(NUMBER);
        // Writing to memory cannot fail.
        let _ = write!(out, "{sequence}");
        out.extend_from_slice(DIGEST);
        out.extend_from_slice(&digest.digits());
        out.extend_from_slice(END);
        out.push(b'\n');
        *self = Self { sequence, digest };
    }
}

fn digest(previous: Digest, sequence: u64, members: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(&previous.0);
    context.update(&sequence.to_be_bytes());
    context.update(members);
    let mut bytes = [0; Digest::BYTES];
    bytes.copy_from_slice(context.finish().as_ref());
    Digest(bytes)
}

/// Why bytes are no line of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LineFault {
    /// Longer than [`LINE_BYTES_MAX`].
    #[error("it is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// It does not end in a number and a digest.
    #[error("it has no number and digest")]
    NotSealed,
}

/// A line as it was found, taken apart and not believed.
#[derive(Clone, Copy, Debug)]
pub struct SealedLine<'a> {
    whole: &'a [u8],
    members: &'a [u8],
    /// The place that the line says it has.
    pub link: Link,
}

impl<'a> SealedLine<'a> {
    /// Takes a line without its line end apart. It is read from its end, so that nothing
    /// within it can stand for its number.
    ///
    /// # Errors
    /// Whatever no [`Link::seal`] has written.
    pub fn parse(line: &'a [u8]) -> Result<Self, LineFault> {
        if line.len() > LINE_BYTES_MAX {
            return Err(LineFault::TooLong);
        }
        Self::taken_apart(line).ok_or(LineFault::NotSealed)
    }

    fn taken_apart(whole: &'a [u8]) -> Option<Self> {
        let rest = whole.strip_suffix(END)?;
        let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(Digest::DIGITS)?)?;
        let digest = Digest::from_digits(digits)?;
        let rest = rest.strip_suffix(DIGEST)?;
        let number = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (rest, number) = rest.split_at_checked(rest.len() - number)?;
        let sequence: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
        // One spelling for a number, or a line could be changed and stay the same.
        if sequence == 0 || sequence > SEQUENCE_MAX || number.first() == Some(&b'0') {
            return None;
        }
        let members = rest.strip_suffix(NUMBER)?;
        let is_object = members.starts_with(b"{") && !members.contains(&b'\n');
        is_object.then_some(Self { whole, members, link: Link { sequence, digest } })
    }

    /// Whether the line is what was sealed behind `previous`.
    #[must_use]
    pub fn follows(&self, previous: Digest) -> bool {
        digest(previous, self.link.sequence, self.members) == self.link.digest
    }

    /// The line as JSON, the chain's members included.
    #[must_use]
    pub const fn json(&self) -> &'a [u8] {
        self.whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(lines: &[&str]) -> Vec<String> {
        let mut link = Link::START;
        let mut out = Vec::new();
        for line in lines {
            link.seal(line.as_bytes(), &mut out);
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_follows_the_one_before_and_no_other() {
        let lines = sealed(&[r#"{"a":1}"#, r#"{"b":{}}"#, r#"{"c":"}"}"#]);
        let mut previous = Link::START.digest;
        for (index, line) in (1..).zip(&lines) {
            let line = SealedLine::parse(line.as_bytes()).unwrap();
            assert_eq!(line.link.sequence, index);
            assert!(line.follows(previous));
            assert!(!line.follows(line.link.digest));
            assert!(serde_json::from_slice::<serde_json::Value>(line.json()).is_ok());
            previous = line.link.digest;
        }
    }

    #[test]
    fn every_changed_byte_shows() {
        let line = sealed(&[r#"{"a":"value"}"#]).remove(0);
        for at in 0..line.len() {
            for change in [1, 0x20, 0x80] {
                let mut bytes = line.clone().into_bytes();
                bytes[at] ^= change;
                let parsed = SealedLine::parse(&bytes);
                let holds = parsed.is_ok_and(|line| line.follows(Link::START.digest));
                assert!(!holds, "{at}");
            }
        }
    }

    #[test]
    fn what_was_not_sealed_is_refused() {
        let line = sealed(&[r#"{"a":1}"#]).remove(0);
        let (digits, zeros) = ("0".repeat(63), "0".repeat(64));
        for bad in [
            String::new(),
            "{}".to_owned(),
            format!("{line} "),
            line.to_uppercase(),
            line.replace("\"sequence\":1", "\"sequence\":01"),
            line.replace("\"sequence\":1", "\"sequence\":0"),
            line.replace("\"sequence\":1", "\"sequence\":"),
            line.replace("\"sequence\":1", "\"sequence\":99999999999999999999"),
            line.replace("\"sequence\":1", &format!("\"sequence\":{}", SEQUENCE_MAX + 1)),
            format!("{{\"a\":1,\"chain\":{{\"sequence\":1,\"digest\":\"{digits}\"}}}}"),
            format!(",\"chain\":{{\"sequence\":1,\"digest\":\"{zeros}\"}}}}"),
        ] {
            assert_eq!(
                SealedLine::parse(bad.as_bytes()).unwrap_err(),
                LineFault::NotSealed,
                "{bad}"
            );
        }
        let longest = " ".repeat(LINE_BYTES_MAX);
        assert_eq!(SealedLine::parse(longest.as_bytes()).unwrap_err(), LineFault::NotSealed);
        let longer = format!("{longest} ");
        assert_eq!(SealedLine::parse(longer.as_bytes()).unwrap_err(), LineFault::TooLong);
    }
}
