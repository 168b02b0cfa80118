use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use thiserror::Error;

use crate::Entropy;

/// The unique id of a SAML provider, or of one of its private keys: 22 to 64 upper-case
/// letters and digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SamlId(Box<str>);

/// Why a text is not such an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an id of a SAML provider or its key is 22 to 64 upper-case letters and digits")]
pub struct SamlIdError;

impl SamlId {
    /// A new id: 26 characters with 128 random bits. Choice: AWS does not say how its
    /// ids are made.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut random = [0_u8; 16];
        entropy.fill(&mut random);
        Self(BASE32_NOPAD.encode(&random).into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SamlId {
    type Err = SamlIdError;

    // Spec: `privateKeyIdType` of the IAM model, which the ids of both have.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if (22..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(SamlIdError)
        }
    }
}

impl fmt::Display for SamlId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SamlId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same(u8);

    impl Entropy for Same {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn made_ids_are_read_and_carry_all_random_bits() {
        let id = SamlId::generate(&mut Same(0xff));
        assert_eq!(id.as_str().len(), 26);
        assert_eq!(id.as_str().parse::<SamlId>(), Ok(id.clone()));
        assert_ne!(id, SamlId::generate(&mut Same(0xfe)));
    }

    #[test]
    fn other_texts_are_refused() {
        let (shortest, longest) = ("A".repeat(22), "9".repeat(64));
        assert!(shortest.parse::<SamlId>().is_ok() && longest.parse::<SamlId>().is_ok());
        for bad in ["", &"A".repeat(21), &"9".repeat(65), &"a".repeat(22), &"A ".repeat(11)] {
            assert_eq!(bad.parse::<SamlId>(), Err(SamlIdError), "{bad}");
        }
    }
}
