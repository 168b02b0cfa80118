//! Foreign tokens, and the keys that verify them.

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use stead_federation::oidc::{
    Algorithms, ClientIds, DecodedToken, Discovery, Expected, KeySet, Transport, UnverifiedToken,
    claim_refusals, verify,
};
use stead_types::Timestamp;

const ISSUER: &str = "https://idp.example.com";

/// A token, or claims in braces, which are signed here so that what lies behind the
/// signature is reached.
pub fn web_identity_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.starts_with('{') {
        signed_claims(text);
    } else {
        let _ = DecodedToken::parse(text).map(|token| token.condition_keys());
        let Ok(token) = UnverifiedToken::parse(text) else { return };
        let verdict = verify(&token, &KEYS, &expected(), now());
        assert!(verdict.is_err(), "a token that nobody signed was verified");
    }
}

/// What is accepted and why not is told without keys as with them.
fn signed_claims(claims: &str) {
    let text = signed(claims);
    let Ok(token) = UnverifiedToken::parse(&text) else { return };
    let told = claim_refusals(token.decoded(), Some(&expected()), now());
    match verify(&token, &KEYS, &expected(), now()) {
        Ok(verified) => {
            assert!(told.is_empty());
            assert!(!verified.subject().is_empty());
            assert!(!verified.application_id().is_empty());
            let keys = verified.condition_keys();
            assert!(keys.iter().all(|key| key.name.starts_with("idp.example.com:")));
            assert_eq!(token.decoded().condition_keys(), keys);
        }
        Err(refusal) => assert_eq!(told.first(), Some(&refusal)),
    }
}

/// A set of keys and a discovery document.
pub fn key_set(data: &[u8]) {
    if let Ok(discovery) = Discovery::parse(data, ISSUER, Transport::Https) {
        let address = discovery.jwks_uri();
        assert!(address.starts_with("https://"));
        assert!(address.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    let Ok(keys) = KeySet::parse(data) else { return };
    let set: Value = serde_json::from_slice(data).expect("what was read is JSON");
    let listed = set["keys"].as_array().expect("a list of keys");
    assert_eq!(keys.usable() + keys.skipped_count(), listed.len());
    assert_eq!(keys.key_ids().count(), keys.usable());
    let token = UnverifiedToken::parse(&TOKEN).expect("the token is one");
    let is_ours = listed.iter().any(|key| key["x"] == public_key());
    assert!(is_ours || verify(&token, &keys, &expected(), now()).is_err(), "another key verified");
}

static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes"));

static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": public_key()});
    KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).expect("a set of one key")
});

static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let seconds = now().epoch_seconds();
    let claims = json!({
        "iss": ISSUER, "sub": "s", "aud": "sts", "iat": seconds, "exp": seconds + 3600,
    });
    signed(&claims.to_string())
});

fn public_key() -> String {
    BASE64URL_NOPAD.encode(KEY.public_key().as_ref())
}

fn signed(claims: &str) -> String {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"EdDSA","kid":"1"}"#);
    let signed = format!("{header}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
    let signature = BASE64URL_NOPAD.encode(KEY.sign(signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_ids: ClientIds::Registered(&["sts"]),
        algorithms: Algorithms::EXTENDED,
    }
}

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_772_366_400)
}
