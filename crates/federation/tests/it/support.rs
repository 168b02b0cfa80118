//! An issuer with one key of every kind, signing whatever a test wants signed.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use stead_federation::oidc::{
    Algorithm, Algorithms, ClientIds, Expected, KeySet, Refusal, UnverifiedToken, VerifiedToken,
    claim_refusals, verify,
};
use stead_types::Timestamp;

/// 2026-03-01T12:00:00Z.
pub(crate) const NOW: i64 = 1_772_366_400;
pub(crate) const ISSUER: &str = "https://idp.example.com/tenant";
pub(crate) const CLIENT: &str = "sts.example.com";

pub(crate) static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| elliptic(&signature::ECDSA_P256_SHA256_FIXED_SIGNING));
static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| elliptic(&signature::ECDSA_P384_SHA384_FIXED_SIGNING));
static P521: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| elliptic(&signature::ECDSA_P521_SHA512_FIXED_SIGNING));
static ED25519: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::generate().unwrap());

pub(crate) fn elliptic(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    EcdsaKeyPair::generate(algorithm).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the tests sign with keys of their own")]
fn random() -> aws_lc_rs::rand::SystemRandom {
    aws_lc_rs::rand::SystemRandom::new()
}

/// The signature of this issuer.
pub(crate) fn sign(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Rs256 => rsa(&RSA, &signature::RSA_PKCS1_SHA256, message),
        Algorithm::Rs384 => rsa(&RSA, &signature::RSA_PKCS1_SHA384, message),
        Algorithm::Rs512 => rsa(&RSA, &signature::RSA_PKCS1_SHA512, message),
        Algorithm::Ps256 => rsa(&RSA, &signature::RSA_PSS_SHA256, message),
        Algorithm::Ps384 => rsa(&RSA, &signature::RSA_PSS_SHA384, message),
        Algorithm::Ps512 => rsa(&RSA, &signature::RSA_PSS_SHA512, message),
        Algorithm::Es256 => P256.sign(&random(), message).unwrap().as_ref().to_vec(),
        Algorithm::Es384 => P384.sign(&random(), message).unwrap().as_ref().to_vec(),
        Algorithm::Es512 => P521.sign(&random(), message).unwrap().as_ref().to_vec(),
        Algorithm::EdDsa => ED25519.sign(message).as_ref().to_vec(),
    }
}

pub(crate) fn rsa(key: &RsaKeyPair, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &random(), message, &mut signature).unwrap();
    signature
}

/// The kid of the issuer's key for an algorithm.
pub(crate) fn kid(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => "p256",
        Algorithm::Es384 => "p384",
        Algorithm::Es512 => "p521",
        Algorithm::EdDsa => "ed25519",
        _ => "rsa",
    }
}

/// The issuer's public key for an algorithm, without `alg`.
pub(crate) fn jwk(algorithm: Algorithm) -> Value {
    match algorithm {
        Algorithm::Es256 => elliptic_jwk("p256", "P-256", P256.public_key().as_ref()),
        Algorithm::Es384 => elliptic_jwk("p384", "P-384", P384.public_key().as_ref()),
        Algorithm::Es512 => elliptic_jwk("p521", "P-521", P521.public_key().as_ref()),
        Algorithm::EdDsa => json!({
            "kty": "OKP", "crv": "Ed25519", "kid": "ed25519", "use": "sig",
            "x": text(ED25519.public_key().as_ref()),
        }),
        _ => rsa_jwk("rsa", &modulus(&RSA), &[1, 0, 1]),
    }
}

pub(crate) fn rsa_jwk(kid: &str, n: &[u8], e: &[u8]) -> Value {
    json!({"kty": "RSA", "kid": kid, "use": "sig", "n": text(n), "e": text(e)})
}

pub(crate) fn elliptic_jwk(kid: &str, curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({"kty": "EC", "crv": curve, "kid": kid, "use": "sig", "x": text(x), "y": text(y)})
}

/// The modulus of a key of 2,048 bits, out of its DER form.
pub(crate) fn modulus(key: &RsaKeyPair) -> Vec<u8> {
    let der = key.public_key().as_ref();
    der[9..9 + 256].to_vec()
}

/// The private scalar, for a key that is published whole by mistake.
pub(crate) fn private_scalar() -> Vec<u8> {
    P256.private_key().as_be_bytes().unwrap().as_ref().to_vec()
}

pub(crate) fn set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// The issuer's five keys.
pub(crate) fn keys() -> KeySet {
    use Algorithm::{EdDsa, Es256, Es384, Es512, Rs256};
    set(&[Rs256, Es256, Es384, Es512, EdDsa].map(jwk))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Claims that are accepted.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "iat": NOW - 60, "exp": NOW + 3600,
    })
}

/// Accepted claims with some set, and those that are set to null removed.
pub(crate) fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// A signed token with the issuer's own header.
pub(crate) fn token(algorithm: Algorithm, claims: &Value) -> String {
    let header = json!({"alg": algorithm.name(), "kid": kid(algorithm), "typ": "JWT"});
    token_with(&header.to_string(), algorithm, &claims.to_string())
}

/// A token of whatever header and claims, signed.
pub(crate) fn token_with(header: &str, algorithm: Algorithm, claims: &str) -> String {
    let signed = format!("{}.{}", text(header.as_bytes()), text(claims.as_bytes()));
    let signature = sign(algorithm, signed.as_bytes());
    format!("{signed}.{}", text(&signature))
}

pub(crate) fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_ids: ClientIds::Registered(&[CLIENT]),
        algorithms: Algorithms::EXTENDED,
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(NOW)
}

/// Checks a token against the issuer's keys.
pub(crate) fn check(token: &str) -> Result<VerifiedToken, Refusal> {
    check_with(token, &keys())
}

pub(crate) fn check_with(token: &str, keys: &KeySet) -> Result<VerifiedToken, Refusal> {
    let token = UnverifiedToken::parse(token).expect("the token can be read");
    let verdict = verify(&token, keys, &expected(), now());
    // What people are told without keys is what the check with keys refuses for.
    let told = claim_refusals(token.decoded(), Some(&expected()), now());
    match &verdict {
        Ok(verified) => {
            assert_eq!(told, []);
            assert_eq!(token.decoded().condition_keys(), verified.condition_keys());
        }
        Err(refusal) if refusal.newer_keys_may_help() => {}
        Err(Refusal::Signature { .. }) => {}
        Err(refusal) => assert_eq!(told.first(), Some(refusal)),
    }
    verdict
}

/// Signs claims and checks the token.
pub(crate) fn check_claims(changes: Value) -> Result<VerifiedToken, Refusal> {
    check(&token(Algorithm::Es256, &claims_with(changes)))
}
