//! An issuer of OpenID Connect tokens in this process: two keys, their set over HTTP,
//! and a count of how often the set was fetched.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;
use serde_json::{Value, json};
use stead_server::http::{
    Arrival, HttpLimits, Listener, Readiness, Reply, Respond, Stop, TrustedProxies, serve,
};
use stead_server::request_id::RequestId;
use stead_types::Timestamp;

/// What the issuer's tokens are for.
pub(crate) const AUDIENCE: &str = "sts.amazonaws.com";
/// Whom the issuer's tokens are about.
pub(crate) const SUBJECT: &str = "system:serviceaccount:payments:ledger";

/// What tokens are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// RSASSA-PKCS1-v1_5 with SHA-256 and a key of 2,048 bits.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl Signature {
    const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// An issuer that answers on the loopback interface.
pub(crate) struct Issuer {
    url: String,
    rsa: RsaKeyPair,
    ecdsa: EcdsaKeyPair,
    published: Arc<Published>,
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Issuer {
    /// Makes keys and begins to answer, as a task of this runtime.
    pub(crate) async fn start() -> Result<Self> {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let ecdsa = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("http://{}", listener.address());
        let discovery = json!({
            "issuer": url,
            "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        });
        let keys = json!({ "keys": [rsa_key(&rsa)?, point_key(&ecdsa)?] });
        let published = Arc::new(Published {
            discovery: discovery.to_string(),
            keys: keys.to_string(),
            fetches: AtomicUsize::new(0),
        });
        let limits = HttpLimits {
            connections_max: 64,
            address_connections_max: 64,
            request_timeout: Duration::from_secs(10),
            shutdown_timeout: Duration::from_secs(1),
        };
        let (sender, stop) = Stop::new();
        let answering = Arc::clone(&published);
        tokio::spawn(serve(listener, None, TrustedProxies::default(), limits, answering, stop));
        Ok(Self { url, rsa, ecdsa, published, _stop: sender })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How often the key set was fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::Relaxed)
    }

    /// A token with the claims that every provider gives, unlike any with another `number`.
    pub(crate) fn token(
        &self,
        signature: Signature,
        now: Timestamp,
        number: usize,
    ) -> Result<String> {
        let message = self.unsigned(signature.name(), signature.name(), now, number);
        let signed = self.sign(signature, message.as_bytes())?;
        Ok(format!("{message}.{}", BASE64URL_NOPAD.encode(&signed)))
    }

    /// A token that names a key nobody has, with a signature that cannot be.
    pub(crate) fn foreign_token(&self, now: Timestamp, number: usize) -> String {
        let message = self.unsigned("RS256", &format!("unknown-{number}"), now, number);
        format!("{message}.{}", BASE64URL_NOPAD.encode(&[0x5a; 256]))
    }

    fn unsigned(&self, algorithm: &str, key_id: &str, now: Timestamp, number: usize) -> String {
        let at = now.epoch_seconds();
        let header = json!({ "alg": algorithm, "kid": key_id });
        let claims = json!({
            "aud": [AUDIENCE],
            "exp": at + 3600,
            "iat": at,
            "iss": self.url,
            "jti": format!("00000000-0000-4000-8000-{number:012}"),
            "nbf": at,
            "sub": SUBJECT,
        });
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        format!("{}.{}", part(&header), part(&claims))
    }

    #[expect(clippy::disallowed_methods, reason = "what a signature draws is its own")]
    fn sign(&self, signature: Signature, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        match signature {
            Signature::Rs256 => {
                let mut signed = vec![0; self.rsa.public_modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, message, &mut signed)?;
                Ok(signed)
            }
            Signature::Es256 => Ok(self.ecdsa.sign(&random, message)?.as_ref().to_vec()),
        }
    }

    /// The key that verifies, read beforehand as the server's are.
    pub(crate) fn public_key(&self, signature: Signature) -> Result<ParsedPublicKey> {
        match signature {
            Signature::Rs256 => {
                Ok(ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.rsa.public_key())?)
            }
            Signature::Es256 => {
                Ok(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.ecdsa.public_key())?)
            }
        }
    }
}

/// The DER form is a sequence of modulus and exponent: nine bytes come before the 256 of a
/// modulus of 2,048 bits, and the exponent is the one every library chooses.
fn rsa_key(pair: &RsaKeyPair) -> Result<Value> {
    let der = pair.public_key().as_ref();
    let modulus = der.get(9..9 + 256).ok_or_else(|| anyhow!("a key of {} bytes", der.len()))?;
    let [n, e] = [modulus, &[1, 0, 1]].map(|number| BASE64URL_NOPAD.encode(number));
    Ok(json!({ "kty": "RSA", "use": "sig", "kid": "RS256", "alg": "RS256", "n": n, "e": e }))
}

/// An uncompressed point: a byte, then both coordinates.
fn point_key(pair: &EcdsaKeyPair) -> Result<Value> {
    let point = pair.public_key().as_ref();
    let coordinates = point.get(1..).and_then(|both| both.split_at_checked(32));
    let (x, y) = coordinates.ok_or_else(|| anyhow!("a point of {} bytes", point.len()))?;
    let [x, y] = [x, y].map(|coordinate| BASE64URL_NOPAD.encode(coordinate));
    Ok(json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": "ES256", "x": x, "y": y }))
}

/// What the issuer publishes.
struct Published {
    discovery: String,
    keys: String,
    fetches: AtomicUsize,
}

impl Respond for Published {
    async fn respond(self: Arc<Self>, arrival: Arrival) -> Reply {
        let body = match arrival.head.uri.path() {
            "/.well-known/openid-configuration" => &self.discovery,
            "/keys" => {
                self.fetches.fetch_add(1, Ordering::Relaxed);
                &self.keys
            }
            _ => return Reply::new(StatusCode::NOT_FOUND, "text/plain", ""),
        };
        Reply::new(StatusCode::OK, "application/json", body.clone())
            .with("cache-control", "public, max-age=3600")
    }

    fn failure(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "")
    }

    fn overloaded(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "")
    }

    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }
}
