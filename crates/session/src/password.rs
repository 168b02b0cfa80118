//! Passwords: hashed slowly, so that who has the hashes cannot try many.
//!
//! Argon2id (RFC 9106). A hash says what it was made with, so that the costs can be
//! raised and older hashes still be verified. Hashing takes tens of milliseconds and
//! [`MEMORY_KIB`] of memory by intent: callers do it where nobody waits for it.

use std::fmt;
use std::str::FromStr;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use stead_types::{Entropy, Secret};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroize;

/// Memory for one hash, in kibibytes.
///
/// Choice: with [`PASSES`] and [`LANES`] what OWASP's Password Storage Cheat Sheet
/// recommends for Argon2id: 19 MiB, two passes, one lane.
pub const MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
pub const PASSES: u32 = 2;
/// Lanes, one after the other.
pub const LANES: u32 = 1;

/// Most memory, passes and lanes that a stored hash may ask for. Choice: ten times what
/// is used now; a hash that asks for more was not written here.
const MEMORY_KIB_MAX: u32 = 194_560;
const PASSES_MAX: u32 = 20;
const LANES_MAX: u32 = 4;

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// The hash of a password, with what it was made with.
#[derive(Clone)]
pub struct PasswordHash {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

/// Why a password was not hashed, or a text is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The text is not a hash of the kind that is written here.
    #[error("not an argon2id hash of the expected form")]
    Form,
    /// Hashing itself failed: its costs are out of the algorithm's bounds.
    #[error("the password could not be hashed")]
    Hashing,
}

/// A salt of its own for one hash.
#[derive(Clone, Copy, Debug)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// A salt that was not used before.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        Self(salt)
    }
}

impl PasswordHash {
    /// Hashes a password, slowly.
    ///
    /// # Errors
    /// [`PasswordError::Hashing`], which the costs used here do not lead to.
    pub fn of(password: &Secret<String>, salt: Salt) -> Result<Self, PasswordError> {
        let mut made = Self {
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: salt.0,
            hash: [0; HASH_BYTES],
        };
        made.hash = made.hash_of(password)?;
        Ok(made)
    }

    /// Whether it is the hash of this password, as slowly.
    ///
    /// # Errors
    /// [`PasswordError::Hashing`] when its costs are out of the algorithm's bounds.
    pub fn is_of(&self, password: &Secret<String>) -> Result<bool, PasswordError> {
        let mut hash = self.hash_of(password)?;
        let same = hash.ct_eq(&self.hash).into();
        hash.zeroize();
        Ok(same)
    }

    /// The hash as a text in the form of the reference implementation, to be wrapped.
    #[must_use]
    pub fn to_text(&self) -> Secret<String> {
        let Self { memory_kib, passes, lanes, salt, hash } = self;
        let [salt, hash] = [salt.as_slice(), hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
        Secret::new(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${hash}"))
    }

    fn hash_of(&self, password: &Secret<String>) -> Result<[u8; HASH_BYTES], PasswordError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(HASH_BYTES));
        let params = params.map_err(|_| PasswordError::Hashing)?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.expose().as_bytes(), &self.salt, &mut hash)
            .map_err(|_| PasswordError::Hashing)?;
        Ok(hash)
    }
}

impl FromStr for PasswordHash {
    type Err = PasswordError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = PasswordError::Form;
        let rest = text.strip_prefix("$argon2id$v=19$").ok_or(bad)?;
        let mut parts = rest.split('$');
        let (Some(costs), Some(salt), Some(hash), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad);
        };
        let mut costs = costs.split(',');
        let mut cost = |name: &str, max: u32| {
            let number = costs.next()?.strip_prefix(name)?.parse().ok()?;
            (1..=max).contains(&number).then_some(number)
        };
        let memory_kib = cost("m=", MEMORY_KIB_MAX).ok_or(bad)?;
        let passes = cost("t=", PASSES_MAX).ok_or(bad)?;
        let lanes = cost("p=", LANES_MAX).ok_or(bad)?;
        if costs.next().is_some() {
            return Err(bad);
        }
        Ok(Self { memory_kib, passes, lanes, salt: bytes(salt)?, hash: bytes(hash)? })
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], PasswordError> {
    let decoded = STANDARD_NO_PAD.decode(text).map_err(|_| PasswordError::Form)?;
    decoded.try_into().map_err(|_| PasswordError::Form)
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_hash_is_of_its_password_only() {
        let mut entropy = Counting(0);
        let hash = PasswordHash::of(&secret("Pa55word!"), Salt::generate(&mut entropy)).unwrap();
        let other = PasswordHash::of(&secret("Pa55word!"), Salt::generate(&mut entropy)).unwrap();
        assert!(*hash.to_text().expose() != *other.to_text().expose(), "one salt for two");
        let again: PasswordHash = hash.to_text().expose().parse().unwrap();
        for wrong in ["Pa55word", "pa55word!", "Pa55word! ", ""] {
            assert!(!again.is_of(&secret(wrong)).unwrap(), "{wrong}");
        }
        assert!(again.is_of(&secret("Pa55word!")).unwrap());
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }

    #[test]
    fn texts_of_another_form_or_of_too_high_costs_are_refused() {
        let salt = "AQIDBAUGBwgJCgsMDQ4PEA";
        let hash = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
        let good = format!("$argon2id$v=19$m=64,t=2,p=1${salt}${hash}");
        assert!(good.parse::<PasswordHash>().is_ok());
        for (from, to) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("m=64", "m=194561"),
            ("m=64", "m=0"),
            ("t=2", "t=21"),
            ("p=1", "p=5"),
            ("m=64,t=2", "t=2,m=64"),
            ("p=1", "p=1,x=1"),
            (salt, "AQID"),
            (hash, "AQID"),
            (hash, "***"),
            (hash, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA$"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert_eq!(bad.parse::<PasswordHash>().unwrap_err(), PasswordError::Form, "{bad}");
        }
    }
}
