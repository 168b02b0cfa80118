use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use stead_types::Secret;

use crate::scope::{Scope, TERMINATOR};

/// A key that signs for one day, one region and one service; derived from a
/// secret access key, which cannot be computed back from it.
///
/// Overwritten when dropped. Of the steps in between, copies may stay behind on
/// the stack of the cryptographic library. A clone is the same key.
#[derive(Clone)]
pub struct SigningKey(Arc<Prepared>);

struct Prepared {
    bytes: Secret<[u8; 32]>,
    /// What the library makes of the key before it signs: two blocks of SHA-256 that each
    /// signature would cost otherwise. The library overwrites it when it is dropped.
    hmac: hmac::Key,
}

impl SigningKey {
    /// Derives the key of a scope. Costs four HMACs, about 2 µs.
    ///
    /// The terminator of the scope is not read: it is always `aws4_request`.
    ///
    /// Spec: IAM User Guide, "Create a signed AWS API request", step 3.
    #[must_use]
    pub fn derive(secret: &Secret<String>, scope: &Scope) -> Self {
        let mut first = Vec::with_capacity(PREFIX.len() + secret.expose().len());
        first.extend_from_slice(PREFIX);
        first.extend_from_slice(secret.expose().as_bytes());
        let first = Secret::new(first);
        let day = Secret::new(hmac_sha256(first.expose(), scope.date().as_bytes()));
        let region = Secret::new(hmac_sha256(day.expose(), scope.region().as_bytes()));
        let service = Secret::new(hmac_sha256(region.expose(), scope.service().as_bytes()));
        Self::from_bytes(Secret::new(hmac_sha256(service.expose(), TERMINATOR.as_bytes())))
    }

    /// A key that was derived elsewhere, by a service that keeps the secrets.
    #[must_use]
    pub fn from_bytes(bytes: Secret<[u8; 32]>) -> Self {
        let hmac = hmac::Key::new(hmac::HMAC_SHA256, bytes.expose());
        Self(Arc::new(Prepared { bytes, hmac }))
    }

    /// The key itself, to be handed to a service that verifies without secrets.
    #[must_use]
    pub fn as_bytes(&self) -> &Secret<[u8; 32]> {
        &self.0.bytes
    }

    /// The signature of a text. Costs one HMAC.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> [u8; 32] {
        tag(&self.0.hmac, string_to_sign)
    }

    /// Whether a signature is that of a text; takes the same time wherever the
    /// two differ.
    pub(crate) fn matches(&self, string_to_sign: &[u8], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0.hmac, string_to_sign, signature).is_ok()
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SigningKey").field(self.as_bytes()).finish()
    }
}

const PREFIX: &[u8] = b"AWS4";

fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    tag(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

fn tag(key: &hmac::Key, data: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(key, data);
    let mut out = [0; 32];
    // INVARIANT: a tag of HMAC-SHA256 has 32 bytes, so the lengths are equal.
    out.copy_from_slice(tag.as_ref());
    out
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn the_published_example_is_derived() {
        // Spec: IAM User Guide, "Signature Version 4 request signature examples".
        let secret = Secret::new(String::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
        let scope = Scope::from_parts("20150830", "us-east-1", "iam", TERMINATOR);
        let key = SigningKey::derive(&secret, &scope);
        assert_eq!(
            HEXLOWER.encode(key.as_bytes().expose()),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
        assert_eq!(format!("{key:?}"), "SigningKey(Secret(..))");
    }
}
