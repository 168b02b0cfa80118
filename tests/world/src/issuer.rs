//! An issuer of OpenID Connect tokens, with a key of its own.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use stead_federation::oidc::KeySet;
use stead_types::Timestamp;

/// An issuer that signs with ES256.
#[derive(Debug)]
pub struct Issuer {
    url: String,
    key: EcdsaKeyPair,
}

impl Issuer {
    /// An issuer with a new key.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a new key");
        Self { url: url.to_owned(), key }
    }

    /// What it publishes.
    #[must_use]
    pub fn keys(&self) -> KeySet {
        // An uncompressed point: a byte, then both coordinates.
        let point = self.key.public_key().as_ref();
        let (x, y) = point.get(1..).expect("a point").split_at(32);
        let [x, y] = [x, y].map(|coordinate| BASE64URL_NOPAD.encode(coordinate));
        let key = json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": "1", "x": x, "y": y});
        KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).expect("a key set")
    }

    /// A token for five minutes from this moment; what is given replaces claims and adds
    /// to them.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "what a signature of this kind draws is its own")]
    pub fn token(&self, at: Timestamp, claims: &Value) -> String {
        let now = at.epoch_seconds();
        let mut body = json!({
            "iss": self.url, "sub": "alice", "aud": "app", "iat": now, "exp": now + 300,
        });
        let claims = claims.as_object().cloned().unwrap_or_default();
        body.as_object_mut().expect("an object").extend(claims);
        let header = json!({"alg": "ES256", "kid": "1", "typ": "JWT"});
        let [header, body] =
            [header, body].map(|part: Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes()));
        let signed = format!("{header}.{body}");
        let signature =
            self.key.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}
