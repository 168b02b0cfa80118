//! Key sets: what is skipped, what is counted, which key is chosen.

use aws_lc_rs::signature::{self, KeyPair};
use serde_json::{Value, json};
use stead_federation::oidc::{
    Algorithm, JsonFault, KeySet, KeySetFault, KeyUse, Refusal, SkipReason, limits,
};

use crate::support::{
    RSA, check_with, claims, elliptic, elliptic_jwk, jwk, keys, modulus, private_scalar, rsa_jwk,
    set, text, token, token_with,
};

fn without_kid(algorithm: Algorithm) -> String {
    let header = json!({ "alg": algorithm.name() }).to_string();
    token_with(&header, algorithm, &claims().to_string())
}

fn changed(algorithm: Algorithm, member: &str, value: Value) -> Value {
    let mut key = jwk(algorithm);
    if value.is_null() {
        key.as_object_mut().unwrap().remove(member);
    } else {
        key[member] = value;
    }
    key
}

/// In the manner of project Wycheproof: a key, and why it verifies nothing.
#[test]
fn keys_that_cannot_be_used_are_skipped_with_a_reason() {
    use Algorithm::{Es256, Rs256};
    use SkipReason as Why;
    let bad: Vec<(&str, Value, SkipReason)> = vec![
        ("no object", json!("key"), Why::Malformed),
        ("no type", changed(Rs256, "kty", json!(null)), Why::Malformed),
        ("a type in lower case", changed(Rs256, "kty", json!("rsa")), Why::UnknownType),
        ("symmetric", json!({"kty": "oct", "k": "c2VjcmV0"}), Why::PrivateKey),
        ("symmetric without key", json!({"kty": "oct"}), Why::UnknownType),
        (
            "post-quantum",
            json!({"kty": "AKP", "alg": "ML-DSA-65", "pub": "x"}),
            Why::UnknownAlgorithm,
        ),
        ("a kid that is no text", changed(Rs256, "kid", json!(7)), Why::Malformed),
        ("a kid that is too long", changed(Rs256, "kid", json!("k".repeat(1_025))), Why::Malformed),
        ("for encryption", changed(Rs256, "use", json!("enc")), Why::OtherUse),
        ("a use that is no text", changed(Rs256, "use", json!(["sig"])), Why::OtherUse),
        ("operations without verify", changed(Rs256, "key_ops", json!(["sign"])), Why::OtherUse),
        ("no operations", changed(Rs256, "key_ops", json!([])), Why::OtherUse),
        ("operations in a text", changed(Rs256, "key_ops", json!("verify")), Why::OtherUse),
        ("alg of encryption", changed(Rs256, "alg", json!("RSA-OAEP")), Why::UnknownAlgorithm),
        ("alg of a secret", changed(Rs256, "alg", json!("HS256")), Why::UnknownAlgorithm),
        ("alg none", changed(Rs256, "alg", json!("none")), Why::UnknownAlgorithm),
        ("alg that is no text", changed(Rs256, "alg", json!(256)), Why::Malformed),
        ("alg of another type", changed(Rs256, "alg", json!("ES256")), Why::AlgorithmDoesNotFit),
        ("alg of another curve", changed(Es256, "alg", json!("ES384")), Why::AlgorithmDoesNotFit),
        ("with private exponent", changed(Rs256, "d", json!("AQ")), Why::PrivateKey),
        (
            "with private scalar",
            changed(Es256, "d", json!(text(&private_scalar()))),
            Why::PrivateKey,
        ),
    ];
    check_skipped(bad);
}

#[test]
fn numbers_that_are_no_key_are_skipped_with_a_reason() {
    use Algorithm::{EdDsa, Es256, Es384, Es512, Rs256};
    use SkipReason as Why;
    let n = modulus(&RSA);
    let even = [&n[..255], &[0xFE]].concat();
    let (x, y) = (jwk(Es256)["x"].clone(), jwk(Es256)["y"].clone());
    let bad: Vec<(&str, Value, SkipReason)> = vec![
        ("no modulus", changed(Rs256, "n", json!(null)), Why::Malformed),
        ("no exponent", changed(Rs256, "e", json!(null)), Why::Malformed),
        ("padded base64", changed(Rs256, "e", json!("AQAB====")), Why::Malformed),
        ("base64 with a plus", changed(Rs256, "n", json!("+".repeat(344))), Why::Malformed),
        ("base64 with bits left over", changed(Rs256, "e", json!("AQB")), Why::Malformed),
        ("1,024 bits", rsa_jwk("rsa", &n[..128], &[1, 0, 1]), Why::TooShort),
        ("2,047 bits", rsa_jwk("rsa", &[&[0x7F], &n[1..]].concat(), &[1, 0, 1]), Why::TooShort),
        (
            "2,047 bits behind a zero",
            rsa_jwk("rsa", &[&[0, 0x7F], &n[1..]].concat(), &[1, 0, 1]),
            Why::TooShort,
        ),
        ("an empty modulus", rsa_jwk("rsa", &[], &[1, 0, 1]), Why::TooShort),
        ("8,200 bits", rsa_jwk("rsa", &vec![0xFF; 1_025], &[1, 0, 1]), Why::TooLong),
        ("an even modulus", rsa_jwk("rsa", &even, &[1, 0, 1]), Why::Broken),
        ("exponent 0", rsa_jwk("rsa", &n, &[0]), Why::Broken),
        ("exponent 1", rsa_jwk("rsa", &n, &[1]), Why::Broken),
        ("exponent 2", rsa_jwk("rsa", &n, &[2]), Why::Broken),
        ("an even exponent", rsa_jwk("rsa", &n, &[1, 0, 0]), Why::Broken),
        ("an exponent of 34 bits", rsa_jwk("rsa", &n, &[2, 0, 0, 0, 1]), Why::Broken),
        ("an exponent as long as the modulus", rsa_jwk("rsa", &n, &n), Why::Broken),
        ("primes that can be found", rsa_jwk("rsa", &power_of_65537(128), &[1, 0, 1]), Why::Weak),
        ("no curve", changed(Es256, "crv", json!(null)), Why::UnknownCurve),
        ("Bitcoin's curve", changed(Es256, "crv", json!("secp256k1")), Why::UnknownCurve),
        ("a curve in lower case", changed(Es256, "crv", json!("p-256")), Why::UnknownCurve),
        ("another curve of the same type", changed(Es256, "crv", json!("P-384")), Why::Broken),
        ("another curve, shorter", changed(Es384, "crv", json!("P-256")), Why::Broken),
        ("a point off the curve", changed(Es256, "y", x), Why::Broken),
        ("coordinates exchanged", changed(Es256, "x", y), Why::Broken),
        ("the point at infinity", infinity(), Why::Broken),
        ("a coordinate that is too short", changed(Es256, "x", json!(text(&[1; 31]))), Why::Broken),
        ("a coordinate that is too long", changed(Es512, "x", json!(text(&[1; 67]))), Why::Broken),
        ("only one coordinate", changed(Es256, "y", json!(null)), Why::Malformed),
        (
            "X25519, which agrees and signs not",
            changed(EdDsa, "crv", json!("X25519")),
            Why::UnknownCurve,
        ),
        ("Ed448", changed(EdDsa, "crv", json!("Ed448")), Why::UnknownCurve),
        ("a short Ed25519 key", changed(EdDsa, "x", json!(text(&[1; 31]))), Why::Broken),
    ];
    check_skipped(bad);
}

/// A good key of another kind stands beside each and is not harmed.
fn check_skipped(bad: Vec<(&str, Value, SkipReason)>) {
    for (name, key, reason) in bad {
        let good = if key["kty"] == "EC" { Algorithm::Rs256 } else { Algorithm::Es256 };
        let keys = set(&[key, jwk(good)]);
        let reasons: Vec<_> = keys.skipped().iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, [reason], "{name}");
        assert_eq!((keys.usable(), keys.skipped_count()), (1, 1), "{name}");
        assert!(check_with(&token(good, &claims()), &keys).is_ok(), "{name}");
    }
}

/// A power of 65537 has the mark of keys whose primes can be found; 128 make 2,049 bits.
fn power_of_65537(exponent: usize) -> Vec<u8> {
    (0..exponent).fold(vec![1], |number, _| {
        // times 65,536, and once more: digits of base 256, the last two of which are new.
        let mut sum = [number.as_slice(), &[0, 0]].concat();
        let mut carry = 0;
        for place in 0..sum.len() {
            let at = sum.len() - 1 - place;
            let addend = number.iter().rev().nth(place).copied().unwrap_or_default();
            let digit = u16::from(sum[at]) + u16::from(addend) + carry;
            sum[at] = u8::try_from(digit % 256).unwrap();
            carry = digit / 256;
        }
        sum
    })
}

fn infinity() -> Value {
    let zeros = json!(text(&[0; 32]));
    let mut key = changed(Algorithm::Es256, "x", zeros.clone());
    key["y"] = zeros;
    key
}

#[test]
fn unusual_keys_that_are_good() {
    use Algorithm::{EdDsa, Es256, Rs256};
    let with_zero = [&[0], modulus(&RSA).as_slice()].concat();
    for (name, algorithm, key) in [
        ("no use", Rs256, changed(Rs256, "use", json!(null))),
        ("operations with verify", Rs256, changed(Rs256, "key_ops", json!(["sign", "verify"]))),
        ("a zero before the modulus", Rs256, rsa_jwk("rsa", &with_zero, &[1, 0, 1])),
        ("a zero before the exponent", Rs256, rsa_jwk("rsa", &modulus(&RSA), &[0, 1, 0, 1])),
        ("a certificate that is not read", Rs256, changed(Rs256, "x5c", json!(["nonsense"]))),
        ("unknown members", Es256, changed(Es256, "issued", json!({"by": [1, 2]}))),
        ("Ed25519 by its newer name", EdDsa, changed(EdDsa, "alg", json!("Ed25519"))),
    ] {
        let keys = set(&[key]);
        assert_eq!(keys.skipped(), [], "{name}");
        assert!(check_with(&token(algorithm, &claims()), &keys).is_ok(), "{name}");
    }
}

#[test]
fn a_text_that_is_no_set_is_a_fault() {
    let nested = format!(r#"{{"keys":{}{}}}"#, "[".repeat(20), "]".repeat(20));
    let long = " ".repeat(limits::KEY_SET_BYTES_MAX + 1);
    for (json, fault) in [
        ("", KeySetFault::Json(JsonFault::Syntax)),
        ("[]", KeySetFault::Json(JsonFault::NotAnObject)),
        (r#"{"keys":[]} x"#, KeySetFault::Json(JsonFault::Syntax)),
        (
            r#"{"keys":[],"keys":[]}"#,
            KeySetFault::Json(JsonFault::DuplicateKey { key: "keys".into() }),
        ),
        (
            r#"{"keys":[{"kty":"RSA","kty":"EC"}]}"#,
            KeySetFault::Json(JsonFault::DuplicateKey { key: "kty".into() }),
        ),
        (&nested, KeySetFault::Json(JsonFault::TooDeep)),
        ("{}", KeySetFault::NoKeys),
        (r#"{"keys":{}}"#, KeySetFault::NoKeys),
        (&long, KeySetFault::TooLong { bytes: long.len() }),
    ] {
        assert_eq!(KeySet::parse(json.as_bytes()).unwrap_err(), fault);
    }
    assert_eq!(set(&[]).usable(), 0);
    let set = r#"{"keys":[]}"#;
    let longest = [set, &long[set.len() + 1..]].concat();
    assert_eq!(longest.len(), limits::KEY_SET_BYTES_MAX);
    assert!(KeySet::parse(longest.as_bytes()).is_ok());
}

#[test]
fn the_key_is_found_by_its_id() {
    let keys = keys();
    let other = json!({"alg": "RS256", "kid": "RSA"}).to_string();
    let refusal = check_with(&token_with(&other, Algorithm::Rs256, &claims().to_string()), &keys)
        .unwrap_err();
    assert_eq!(refusal, Refusal::UnknownKey { key_id: "RSA".into(), skipped: None });
    assert!(refusal.newer_keys_may_help());
    // A key without id serves no token that names one.
    let nameless = set(&[changed(Algorithm::Rs256, "kid", json!(null)), jwk(Algorithm::Es256)]);
    assert_eq!(nameless.key_ids().collect::<Vec<_>>(), [None, Some("p256")]);
    assert!(matches!(
        check_with(&token(Algorithm::Rs256, &claims()), &nameless),
        Err(Refusal::UnknownKey { .. })
    ));
    // Why the key that has the id is not used.
    let skipped = set(&[changed(Algorithm::Rs256, "use", json!("enc"))]);
    assert_eq!(
        check_with(&token(Algorithm::Rs256, &claims()), &skipped),
        Err(Refusal::UnknownKey { key_id: "rsa".into(), skipped: Some(SkipReason::OtherUse) })
    );
}

#[test]
fn without_an_id_exactly_one_key_must_fit() {
    use Algorithm::{Es256, Es384, Rs256};
    let other = elliptic(&signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let other = elliptic_jwk("other", "P-256", other.public_key().as_ref());
    // Keys of other kinds are no choice.
    assert!(check_with(&without_kid(Es256), &keys()).is_ok());
    assert!(check_with(&without_kid(Es256), &set(&[jwk(Es256), jwk(Es384), jwk(Rs256)])).is_ok());
    // Nor are keys that are skipped, or that name another algorithm.
    let for_encryption = changed(Rs256, "use", json!("enc"));
    let for_rs512 = changed(Rs256, "alg", json!("RS512"));
    assert!(
        check_with(&without_kid(Rs256), &set(&[jwk(Rs256), for_encryption, for_rs512])).is_ok()
    );
    for (keys, usable) in [(vec![], 0), (vec![jwk(Rs256)], 0), (vec![jwk(Es256), other], 2)] {
        let refusal = check_with(&without_kid(Es256), &set(&keys)).unwrap_err();
        assert_eq!(refusal, Refusal::NoKeyId { algorithm: Es256, usable });
    }
    // A key without id serves a token without one.
    let nameless = set(&[changed(Es256, "kid", json!(null))]);
    assert!(check_with(&without_kid(Es256), &nameless).is_ok());
}

#[test]
fn of_keys_with_one_id_the_last_that_fits_is_used() {
    use Algorithm::{Es256, Rs256, Rs512};
    let stranger = elliptic(&signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let stranger = elliptic_jwk("p256", "P-256", stranger.public_key().as_ref());
    let good = token(Es256, &claims());
    assert!(check_with(&good, &set(&[stranger.clone(), jwk(Es256)])).is_ok());
    assert!(matches!(
        check_with(&good, &set(&[jwk(Es256), stranger])),
        Err(Refusal::Signature { .. })
    ));
    // Keys of other types or for other algorithms do not stand in the way.
    let rsa = changed(Rs256, "kid", json!("p256"));
    assert!(check_with(&good, &set(&[jwk(Es256), rsa.clone()])).is_ok());
    let for_rs512 = changed(Rs256, "alg", json!("RS512"));
    let keys = set(&[jwk(Rs256), for_rs512.clone()]);
    assert!(check_with(&token(Rs256, &claims()), &keys).is_ok());
    assert_eq!(
        check_with(&token(Rs256, &claims()), &set(&[for_rs512])),
        Err(Refusal::KeyDoesNotFit {
            key_id: "rsa".into(),
            algorithm: Rs256,
            found: KeyUse::Algorithm(Rs512)
        })
    );
}

#[test]
fn too_many_keys_of_one_type_disable_that_type_only() {
    use Algorithm::{EdDsa, Es256, Rs256};
    for (crowded, key_type, others) in [
        (Rs256, "RSA", [Es256, EdDsa]),
        (Es256, "EC", [Rs256, EdDsa]),
        (EdDsa, "OKP", [Rs256, Es256]),
    ] {
        let crowd = |count: usize| -> KeySet {
            let mut keys: Vec<Value> = (1..count)
                .map(|number| changed(crowded, "kid", json!(format!("key-{number}"))))
                .collect();
            keys.push(jwk(crowded));
            keys.extend(others.map(jwk));
            set(&keys)
        };
        let token_of = |algorithm| token(algorithm, &claims());
        assert!(check_with(&token_of(crowded), &crowd(100)).is_ok(), "{key_type}");
        let keys = crowd(101);
        assert_eq!(
            check_with(&token_of(crowded), &keys),
            Err(Refusal::TooManyKeys { key_type, found: 101 })
        );
        for other in others {
            assert!(check_with(&token_of(other), &keys).is_ok(), "{key_type}");
        }
        assert_eq!((keys.skipped_count(), keys.skipped().len()), (101, limits::SKIPPED_KEYS_MAX));
        assert_eq!(keys.skipped()[0].reason, SkipReason::TooMany);
    }
}

#[test]
fn the_neighbour_of_a_weak_key_is_not_weak() {
    let mut neighbour = power_of_65537(128);
    let last = neighbour.last_mut().unwrap();
    assert_eq!(*last, 1);
    *last = 3;
    let keys = set(&[rsa_jwk("rsa", &neighbour, &[1, 0, 1])]);
    assert_eq!(keys.usable(), 1);
}
