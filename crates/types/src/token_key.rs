use thiserror::Error;

/// The public half of a key that signs identity tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicTokenKey {
    /// Of RSA, for RS256.
    Rsa(RsaNumbers),
    /// A point of the curve P-384, for ES384.
    P384(P384Point),
}

/// The numbers of a public RSA key, big-endian and without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaNumbers {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
}

/// The coordinates of a point of P-384, big-endian, 48 bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct P384Point {
    x: [u8; 48],
    y: [u8; 48],
}

/// Which of the two kinds of keys is meant.
///
/// Spec: API GetWebIdentityToken, `SigningAlgorithm`: tokens are signed with one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenAlgorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    Rs256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

/// The numbers are of another size than those of a key that is made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the numbers of a public key of 2,048 to 8,192 bits")]
pub struct PublicTokenKeyError;

impl TokenAlgorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es384];

    /// The name in requests, headers and keys. Spec: RFC 7518, section 3.1.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }

    /// The algorithm of this name; names are compared exactly.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl PublicTokenKey {
    /// The algorithm that tokens are signed with by the private half.
    #[must_use]
    pub const fn algorithm(&self) -> TokenAlgorithm {
        match self {
            Self::Rsa(_) => TokenAlgorithm::Rs256,
            Self::P384(_) => TokenAlgorithm::Es384,
        }
    }
}

impl RsaNumbers {
    /// These numbers. Whether they make a key is not checked, only that they can.
    ///
    /// # Errors
    /// Leading zeros, a modulus of another length than 256 to 1,024 bytes, or an exponent
    /// of none or more than eight.
    pub fn new(
        modulus: impl Into<Box<[u8]>>,
        exponent: impl Into<Box<[u8]>>,
    ) -> Result<Self, PublicTokenKeyError> {
        let (modulus, exponent) = (modulus.into(), exponent.into());
        let plain = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
        let fits = (256..=1_024).contains(&modulus.len()) && exponent.len() <= 8;
        match fits && plain(&modulus) && plain(&exponent) {
            true => Ok(Self { modulus, exponent }),
            false => Err(PublicTokenKeyError),
        }
    }

    /// The modulus.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The exponent.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }
}

impl P384Point {
    /// These coordinates. Whether the point lies on the curve is not checked.
    ///
    /// # Errors
    /// Coordinates of another length than 48 bytes.
    pub fn new(x: &[u8], y: &[u8]) -> Result<Self, PublicTokenKeyError> {
        match (x.try_into(), y.try_into()) {
            (Ok(x), Ok(y)) => Ok(Self { x, y }),
            _ => Err(PublicTokenKeyError),
        }
    }

    /// The first coordinate.
    #[must_use]
    pub const fn x(&self) -> &[u8; 48] {
        &self.x
    }

    /// The second coordinate.
    #[must_use]
    pub const fn y(&self) -> &[u8; 48] {
        &self.y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_size_of_a_key() {
        let modulus = |length| vec![0x80; length];
        assert!(RsaNumbers::new(modulus(256), [1, 0, 1]).is_ok());
        assert!(RsaNumbers::new(modulus(1_024), [3]).is_ok());
        for (modulus, exponent) in [
            (modulus(255), vec![3]),
            (modulus(1_025), vec![3]),
            (vec![0; 256], vec![3]),
            (modulus(256), vec![]),
            (modulus(256), vec![0, 3]),
            (modulus(256), vec![1; 9]),
        ] {
            assert_eq!(RsaNumbers::new(modulus, exponent), Err(PublicTokenKeyError));
        }
        assert!(P384Point::new(&[1; 48], &[2; 48]).is_ok());
        assert_eq!(P384Point::new(&[1; 47], &[2; 48]), Err(PublicTokenKeyError));
        assert_eq!(P384Point::new(&[1; 48], &[2; 49]), Err(PublicTokenKeyError));
    }

    #[test]
    fn algorithms_are_named_exactly() {
        assert_eq!(TokenAlgorithm::from_name("ES384"), Some(TokenAlgorithm::Es384));
        assert_eq!(TokenAlgorithm::from_name("RS256"), Some(TokenAlgorithm::Rs256));
        for other in ["rs256", "RS384", "ES256", "HS256", "none", ""] {
            assert_eq!(TokenAlgorithm::from_name(other), None, "{other}");
        }
    }
}
