//! A tiny issuer of OpenID Connect tokens, on the loopback interface and with a key of
//! its own, as the identity provider of a CI system has them.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use stead_types::{Secret, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::exit::Failure;
use crate::loopback;

const KEY_ID: &str = "demo-1";

/// How long a token is good: five minutes.
const TOKEN_SECONDS: i64 = 300;

/// An issuer that answers until it is dropped.
#[derive(Debug)]
pub(super) struct Issuer {
    url: String,
    key: EcdsaKeyPair,
    served: JoinHandle<()>,
}

impl Issuer {
    pub(super) async fn start() -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(format!("cannot start an issuer of tokens: {error}"))
        };
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let key = key.map_err(|error| failed(&error))?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let url = format!("http://{address}");
        let discovery = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
        let documents = Arc::new((discovery.to_string(), key_set(&key).to_string()));
        let served = tokio::spawn(loopback::serve(listener, move |head| {
            let documents = Arc::clone(&documents);
            async move {
                let (status, body) = match head.uri.path() {
                    "/.well-known/openid-configuration" => (StatusCode::OK, documents.0.clone()),
                    "/keys" => (StatusCode::OK, documents.1.clone()),
                    _ => (StatusCode::NOT_FOUND, String::new()),
                };
                let mut response = Response::new(Full::new(body.into()));
                *response.status_mut() = status;
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                response
            }
        }));
        Ok(Self { url, key, served })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What stands in ARNs and before the claims in condition keys.
    pub(super) fn bare(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// A token that vouches for a subject.
    pub(super) fn token(
        &self,
        subject: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<Secret<String>, Failure> {
        let now = now.epoch_seconds();
        let header = json!({ "alg": "ES256", "kid": KEY_ID, "typ": "JWT" });
        let claims = json!({
            "iss": self.url, "sub": subject, "aud": audience, "iat": now,
            "exp": now + TOKEN_SECONDS,
        });
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.key.sign(&random(), signed.as_bytes());
        let signature = signature.map_err(|error| Failure::new(format!("cannot sign: {error}")))?;
        Ok(Secret::new(format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))))
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// The public key: behind a byte that says so, the two coordinates of its point.
fn key_set(key: &EcdsaKeyPair) -> Value {
    let point = key.public_key().as_ref();
    let point = point.split_first().map_or(point, |(_, coordinates)| coordinates);
    let (x, y) = point.split_at(point.len() / 2);
    let [x, y] = [x, y].map(|coordinate| BASE64URL_NOPAD.encode(coordinate));
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID, "x": x, "y": y,
    });
    json!({ "keys": [key] })
}

fn encoded(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

#[expect(clippy::disallowed_methods, reason = "the library signs with its own randomness only")]
fn random() -> SystemRandom {
    SystemRandom::new()
}
