use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls_pki_types::CertificateDer;
use thiserror::Error;

/// The SHA-1 of a certificate, as IAM lists it: 40 hexadecimal digits, shown in lower
/// case.
///
/// Spec: `ThumbprintList`,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>.
/// That SHA-1 collides does not help an impostor, who needs a second certificate for a
/// sum that is given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thumbprint([u8; 20]);

/// Why a text is no thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a thumbprint is 40 hexadecimal digits")]
pub struct ThumbprintError;

impl Thumbprint {
    /// The thumbprint of a certificate.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
        let mut bytes = [0; 20];
        for (byte, summed) in bytes.iter_mut().zip(sum.as_ref()) {
            *byte = *summed;
        }
        Self(bytes)
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 40 {
            return Err(ThumbprintError);
        }
        let mut digits = text.chars().map(|digit| digit.to_digit(16));
        let mut bytes = [0_u8; 20];
        for byte in &mut bytes {
            let high = digits.next().flatten().ok_or(ThumbprintError)?;
            let low = digits.next().flatten().ok_or(ThumbprintError)?;
            *byte = u8::try_from(high * 16 + low).map_err(|_| ThumbprintError)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_the_sha_1_of_the_whole_certificate() {
        // FIPS 180-4's example: the SHA-1 of "abc".
        let certificate = CertificateDer::from(b"abc".to_vec());
        let expected = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(Thumbprint::of(&certificate).to_string(), expected);
        assert_eq!(expected.to_uppercase().parse(), Ok(Thumbprint::of(&certificate)));
    }

    #[test]
    fn exactly_forty_digits_are_read() {
        for bad in ["", &"a".repeat(39), &"a".repeat(41), &"g".repeat(40), &"é".repeat(20)] {
            assert_eq!(bad.parse::<Thumbprint>(), Err(ThumbprintError), "{bad}");
        }
    }
}
