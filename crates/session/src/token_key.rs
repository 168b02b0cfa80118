//! Keys that sign identity tokens, with which an account vouches for its principals to
//! services elsewhere.
//!
//! The private half is PKCS #8, a secret like others at rest.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use stead_types::{P384Point, PublicTokenKey, RsaNumbers, Secret, TokenAlgorithm};
use thiserror::Error;

/// A key with both halves, ready to sign.
pub struct TokenKeyPair(Pair);

enum Pair {
    Rsa(RsaKeyPair),
    P384(EcdsaKeyPair),
}

/// A key that was just made, with its private half in the clear.
#[derive(Debug)]
pub struct NewTokenKey {
    /// The public half.
    pub public: PublicTokenKey,
    /// The private half, PKCS #8.
    pub private: Secret<Vec<u8>>,
}

/// Why there is no key, or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenKeyError {
    /// The library made none.
    #[error("no key could be made")]
    Generation,
    /// The bytes are not the private half of a key of this kind.
    #[error("not the private half of a key of this kind")]
    Malformed,
    /// The library made none.
    #[error("nothing could be signed")]
    Signing,
}

impl NewTokenKey {
    /// Makes a key, which takes a tenth of a second or more of the processor where it is one
    /// of RSA.
    ///
    /// The library draws the random numbers itself and takes no other source: nobody below
    /// the shell calls this.
    ///
    /// # Errors
    /// The library made none.
    pub fn generate(algorithm: TokenAlgorithm) -> Result<Self, TokenKeyError> {
        let failed = |_| TokenKeyError::Generation;
        match algorithm {
            // Spec: RFC 7518, section 3.3: 2,048 bits at least. Observed: keys of AWS have
            // as many (radkawar/stackd, recorded in 2026).
            TokenAlgorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(failed)?;
                let numbers = numbers(pair.public_key().as_ref());
                let public = PublicTokenKey::Rsa(numbers.ok_or(TokenKeyError::Generation)?);
                Ok(Self { public, private: Secret::new(private.as_ref().to_vec()) })
            }
            TokenAlgorithm::Es384 => {
                let pair =
                    EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(failed)?;
                let private = pair.to_pkcs8v1().map_err(failed)?;
                let point = point(pair.public_key().as_ref());
                let public = PublicTokenKey::P384(point.ok_or(TokenKeyError::Generation)?);
                Ok(Self { public, private: Secret::new(private.as_ref().to_vec()) })
            }
        }
    }
}

impl TokenKeyPair {
    /// The key with this private half.
    ///
    /// # Errors
    /// [`TokenKeyError::Malformed`].
    pub fn open(
        algorithm: TokenAlgorithm,
        private: &Secret<Vec<u8>>,
    ) -> Result<Self, TokenKeyError> {
        let malformed = |_| TokenKeyError::Malformed;
        let private = private.expose();
        Ok(Self(match algorithm {
            TokenAlgorithm::Rs256 => Pair::Rsa(RsaKeyPair::from_pkcs8(private).map_err(malformed)?),
            TokenAlgorithm::Es384 => {
                let algorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
                Pair::P384(EcdsaKeyPair::from_pkcs8(algorithm, private).map_err(malformed)?)
            }
        }))
    }

    /// The signature of a message, as RFC 7518 writes it: of ES384 two numbers of 48 bytes.
    ///
    /// # Errors
    /// [`TokenKeyError::Signing`].
    #[expect(
        clippy::disallowed_methods,
        reason = "the library draws what a signature hides its key with itself, and takes no \
                  other source"
    )]
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TokenKeyError> {
        let random = SystemRandom::new();
        let failed = |_| TokenKeyError::Signing;
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::P384(pair) => {
                let signature = pair.sign(&random, message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

impl fmt::Debug for TokenKeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match &self.0 {
            Pair::Rsa(_) => "TokenKeyPair(RS256)",
            Pair::P384(_) => "TokenKeyPair(ES384)",
        })
    }
}

/// An uncompressed point: a byte, then both coordinates.
fn point(public: &[u8]) -> Option<P384Point> {
    let coordinates = public.strip_prefix(&[0x04])?;
    let (x, y) = coordinates.split_at_checked(48)?;
    P384Point::new(x, y).ok()
}

/// Spec: RFC 8017, appendix A.1.1: the sequence of modulus and exponent. The library
/// writes it; only with a feature that Stead does without it gives out the numbers.
fn numbers(public: &[u8]) -> Option<RsaNumbers> {
    let (sequence, rest) = element(0x30, public)?;
    let (modulus, exponent) = element(0x02, sequence)?;
    let (exponent, behind) = element(0x02, exponent)?;
    if !rest.is_empty() || !behind.is_empty() {
        return None;
    }
    RsaNumbers::new(unsigned(modulus), unsigned(exponent)).ok()
}

/// A DER integer without the zero that keeps it positive.
fn unsigned(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// The content of a DER element of this tag, and what stands behind it. Lengths of up to
/// two bytes: a key of 8,192 bits needs no more.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let der = der.strip_prefix(&[tag])?;
    let (length, rest) = match der {
        [length @ 0..=0x7f, rest @ ..] => (usize::from(*length), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
        UnparsedPublicKey,
    };

    use super::*;

    fn is_signed(public: &PublicTokenKey, message: &[u8], signature: &[u8]) -> bool {
        match public {
            PublicTokenKey::Rsa(numbers) => {
                let key = RsaPublicKeyComponents { n: numbers.modulus(), e: numbers.exponent() };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            PublicTokenKey::P384(point) => {
                let point = [[4].as_slice(), point.x(), point.y()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point);
                key.verify(message, signature).is_ok()
            }
        }
    }

    #[test]
    fn what_the_private_half_signs_the_public_one_verifies() {
        for algorithm in TokenAlgorithm::ALL {
            let (made, other) = (
                NewTokenKey::generate(algorithm).unwrap(),
                NewTokenKey::generate(algorithm).unwrap(),
            );
            assert_eq!(made.public.algorithm(), algorithm);
            let pair = TokenKeyPair::open(algorithm, &made.private).unwrap();
            let signature = pair.sign(b"a message").unwrap();
            assert!(is_signed(&made.public, b"a message", &signature));
            assert!(!is_signed(&made.public, b"b message", &signature));
            assert!(!is_signed(&other.public, b"a message", &signature));
        }
    }

    #[test]
    fn other_bytes_are_no_private_half() {
        let made = NewTokenKey::generate(TokenAlgorithm::Es384).unwrap();
        let cut = made.private.expose().split_last().unwrap().1.to_vec();
        for (algorithm, bytes) in [
            (TokenAlgorithm::Rs256, made.private.expose().clone()),
            (TokenAlgorithm::Es384, cut),
            (TokenAlgorithm::Es384, Vec::new()),
        ] {
            let opened = TokenKeyPair::open(algorithm, &Secret::new(bytes));
            assert_eq!(opened.unwrap_err(), TokenKeyError::Malformed);
        }
    }
}
