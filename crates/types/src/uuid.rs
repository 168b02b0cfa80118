use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Entropy;

/// A random UUID in its usual form, `f47ac10b-58cc-4372-a567-0e02b2c3d479`: 36 characters,
/// hexadecimal digits in lower case.
///
/// Spec: RFC 9562, sections 4 and 5.4 (version 4). One that is read may be of any version.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(Box<str>);

/// The text is not a UUID in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a UUID has 36 characters: hexadecimal digits in lower case, and dashes")]
pub struct UuidError;

/// Where the dashes stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];

impl Uuid {
    /// A new one of 122 random bits.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let number = u128::from_be_bytes(bytes);
        let version = (number & !(0xf << 76)) | (0x4 << 76);
        let digits = format!("{:032x}", (version & !(0x3 << 62)) | (0x2 << 62));
        let mut text = String::with_capacity(36);
        for digit in digits.chars() {
            if DASHES.contains(&text.len()) {
                text.push('-');
            }
            text.push(digit);
        }
        Self(text.into())
    }

    /// The UUID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Uuid {
    type Err = UuidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |(place, byte): (usize, u8)| match byte {
            b'-' => DASHES.contains(&place),
            b'0'..=b'9' | b'a'..=b'f' => !DASHES.contains(&place),
            _ => false,
        };
        if text.len() == 36 && text.bytes().enumerate().all(fits) {
            Ok(Self(text.into()))
        } else {
            Err(UuidError)
        }
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same(u8);

    impl Entropy for Same {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_new_one_has_version_and_variant() {
        for (byte, text) in [
            (0x00, "00000000-0000-4000-8000-000000000000"),
            (0xff, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
        ] {
            let made = Uuid::generate(&mut Same(byte));
            assert_eq!(made.as_str(), text);
            assert_eq!(text.parse::<Uuid>().unwrap(), made);
        }
    }

    #[test]
    fn nothing_but_the_usual_form_is_read() {
        let good = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
        assert_eq!(good.parse::<Uuid>().unwrap().to_string(), good);
        for bad in [
            "",
            "f47ac10b58cc4372a5670e02b2c3d479",
            "F47AC10B-58CC-4372-A567-0E02B2C3D479",
            "f47ac10b-58cc-4372-a567-0e02b2c3d47",
            "f47ac10b-58cc-4372-a567-0e02b2c3d4790",
            "f47ac10b-58cc-4372-a567-0e02b2c3d47g",
            "f47ac10b-58cc-4372-a5670e-02b2c3d479",
            "f47ac10b-58cc-4372-a567-0e02b2c3d-79",
            "-47ac10b-58cc-4372-a567-0e02b2c3d479",
            "f47ac10b-58cc-4372-a567-0e02b2c3d47\u{e9}",
        ] {
            assert_eq!(bad.parse::<Uuid>(), Err(UuidError), "{bad}");
        }
    }
}
