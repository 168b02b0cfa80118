use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The thumbprint of a TLS certificate: its SHA-1 digest, 40 lowercase hexadecimal
/// characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint(Box<str>);

/// Why a text is not a thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a thumbprint has 40 hexadecimal characters")]
pub struct ThumbprintError;

impl Thumbprint {
    /// Spec: `thumbprintType` of the IAM model.
    const CHARACTERS: usize = 40;

    /// The text, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    // Observed: IAM answers in lower case what was sent in upper case
    // (ministryofjustice/analytics-platform-ops pull 190).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && text.len() == Self::CHARACTERS {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(ThumbprintError)
        }
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_hexadecimal_characters_in_lower_case() {
        let upper = "6EF423E5272B2347200970D1CD9D1A72BEABC592";
        assert_eq!(upper.parse::<Thumbprint>().unwrap().as_str(), upper.to_lowercase());
        for bad in ["", "a", &"a".repeat(39), &"a".repeat(41), &"g".repeat(40), &"é".repeat(20)] {
            assert_eq!(bad.parse::<Thumbprint>(), Err(ThumbprintError), "{bad}");
        }
    }
}
