//! An issuer of OpenID Connect tokens, with a key of its own.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use stead_federation::oidc::KeySet;
use stead_types::Timestamp;

/// A key that signs tokens with ES256, and its id.
pub struct TokenKey {
    id: String,
    pair: EcdsaKeyPair,
}

impl TokenKey {
    /// A new key.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a new key");
        Self { id: id.to_owned(), pair }
    }

    /// What an issuer publishes of it, a JSON Web Key.
    #[must_use]
    pub fn published(&self) -> Value {
        // An uncompressed point: a byte, then both coordinates.
        let point = self.pair.public_key().as_ref();
        let (x, y) = point.get(1..).expect("a point").split_at(32);
        let [x, y] = [x, y].map(|coordinate| BASE64URL_NOPAD.encode(coordinate));
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": self.id, "x": x, "y": y})
    }

    /// A token with these claims.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.id, claims)
    }

    /// A token in which this key is called `key_id`.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "what a signature of this kind draws is its own")]
    pub fn sign_as(&self, key_id: &str, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "kid": key_id, "typ": "JWT"});
        let [header, claims] =
            [&header, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
        let signed = format!("{header}.{claims}");
        let signature =
            self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The claims of a token for five minutes from this moment; what is given replaces claims
/// and adds to them.
#[must_use]
pub fn token_claims(url: &str, at: Timestamp, more: &Value) -> Value {
    let now = at.epoch_seconds();
    let mut claims = json!({
        "iss": url, "sub": "alice", "aud": "app", "iat": now, "exp": now + 300,
    });
    let more = more.as_object().cloned().unwrap_or_default();
    claims.as_object_mut().expect("an object").extend(more);
    claims
}

/// An issuer that signs with ES256.
#[derive(Debug)]
pub struct Issuer {
    url: String,
    key: TokenKey,
}

impl Issuer {
    /// An issuer with a new key.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), key: TokenKey::new("1") }
    }

    /// What it publishes.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        let published = json!({ "keys": [self.key.published()] });
        KeySet::parse(published.to_string().as_bytes()).expect("a key set")
    }

    /// A token with [`token_claims`].
    #[must_use]
    pub fn token(&self, at: Timestamp, claims: &Value) -> String {
        self.key.sign(&token_claims(&self.url, at, claims))
    }
}
