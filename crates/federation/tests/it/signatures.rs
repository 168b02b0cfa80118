//! Every algorithm is verified, and only with the key that it is for.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, RsaKeyPair};
use serde_json::json;
use stead_federation::oidc::{
    Algorithm, Algorithms, Expected, KeyKind, KeyUse, PayloadError, Refusal, TokenFault,
    UnverifiedToken, verified_payload, verify,
};

use crate::support::{
    CLIENT, ISSUER, check, check_with, claims, expected, jwk, keys, kid, modulus, now, rsa,
    rsa_jwk, set, sign, text, token, token_with,
};

#[test]
fn a_token_of_every_algorithm_is_accepted() {
    for algorithm in Algorithm::ALL {
        let verified = check(&token(algorithm, &claims())).unwrap();
        assert_eq!(verified.subject(), "user-1");
        assert_eq!(verified.issuer(), ISSUER);
        assert_eq!(verified.provider(), "idp.example.com/tenant");
        assert_eq!(verified.application_id(), CLIENT);
        assert_eq!(verified.algorithm(), algorithm);
        assert_eq!(verified.key_id(), Some(kid(algorithm)));
    }
}

#[test]
fn keys_that_name_their_algorithm_verify_it_and_no_other() {
    for algorithm in Algorithm::ALL {
        let mut key = jwk(algorithm);
        key["alg"] = json!(algorithm.name());
        let keys = set(&[key]);
        assert!(check_with(&token(algorithm, &claims()), &keys).is_ok(), "{algorithm}");
        for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
            let refusal = check_with(&token(other, &claims()), &keys).unwrap_err();
            let confusion = matches!(
                refusal,
                Refusal::KeyDoesNotFit { .. } | Refusal::UnknownKey { skipped: None, .. }
            );
            assert!(confusion, "{other} with a key for {algorithm}: {refusal:?}");
        }
    }
}

#[test]
fn aws_takes_six_algorithms_and_a_provider_may_be_given_four_more() {
    let keys = keys();
    for algorithm in Algorithm::ALL {
        let token = token(algorithm, &claims());
        let token = UnverifiedToken::parse(&token).unwrap();
        let aws = Expected { algorithms: Algorithms::AWS, ..expected() };
        let verdict = verify(&token, &keys, &aws, now());
        let name = algorithm.name();
        if name.starts_with("RS") || name.starts_with("ES") {
            assert!(verdict.is_ok(), "{name}");
        } else {
            assert_eq!(verdict, Err(Refusal::AlgorithmNotAllowed { algorithm }), "{name}");
        }
    }
    assert_eq!(Algorithms::AWS.iter().count(), 6);
    assert_eq!(Algorithms::EXTENDED.iter().count(), 10);
}

#[test]
fn a_header_that_names_another_key_kind_is_refused() {
    // Signed by the key that the header's kid names, with that key's algorithm, but the
    // header says another.
    for (says, signed_with) in [
        (Algorithm::Rs256, Algorithm::Es256),
        (Algorithm::Es256, Algorithm::Rs256),
        (Algorithm::Es256, Algorithm::Es384),
        (Algorithm::Es512, Algorithm::Es384),
        (Algorithm::EdDsa, Algorithm::Es256),
    ] {
        let header = json!({"alg": says.name(), "kid": kid(signed_with)}).to_string();
        let token = token_with(&header, signed_with, &claims().to_string());
        assert_eq!(
            check(&token),
            Err(Refusal::KeyDoesNotFit {
                key_id: kid(signed_with).into(),
                algorithm: says,
                found: KeyUse::Kind(signed_with.key_kind()),
            })
        );
    }
    assert_eq!(Algorithm::Rs256.key_kind(), KeyKind::Rsa);
}

#[test]
fn hashes_and_paddings_are_not_interchangeable() {
    use Algorithm::{Ps256, Ps384, Rs256, Rs384, Rs512};
    for (says, signed_with) in
        [(Rs256, Rs384), (Rs384, Rs512), (Rs256, Ps256), (Ps256, Rs256), (Ps256, Ps384)]
    {
        let header = json!({"alg": says.name(), "kid": "rsa"}).to_string();
        let token = token_with(&header, signed_with, &claims().to_string());
        assert_eq!(check(&token), Err(Refusal::Signature { key_id: Some("rsa".into()) }));
    }
}

#[test]
fn no_secret_makes_a_token() {
    // The public key as an HMAC secret, and no signature at all: neither gets as far as
    // a key.
    let secret = jwk(Algorithm::Rs256).to_string();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let header = text(br#"{"alg":"HS256","kid":"rsa"}"#);
    let signed = format!("{header}.{}", text(claims().to_string().as_bytes()));
    let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    let forged = format!("{signed}.{}", text(tag.as_ref()));
    assert_eq!(
        UnverifiedToken::parse(&forged).unwrap_err(),
        TokenFault::Symmetric { algorithm: "HS256".into() }
    );
    for (name, signature) in [("none", ""), ("None", ""), ("nOnE", "AAAA")] {
        let header = text(json!({ "alg": name }).to_string().as_bytes());
        let token = format!("{header}.{}.{signature}", text(claims().to_string().as_bytes()));
        assert_eq!(
            UnverifiedToken::parse(&token).unwrap_err(),
            TokenFault::Unsigned { algorithm: name.into() }
        );
    }
}

#[test]
fn the_token_brings_no_key_of_its_own() {
    let stranger = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let own = rsa_jwk("rsa", &modulus(&stranger), &[1, 0, 1]);
    let header = json!({
        "alg": "RS256", "kid": "rsa", "jwk": own, "jku": "https://evil.example.com/keys",
        "x5u": "https://evil.example.com/chain", "x5c": ["MIIB"], "x5t": "x",
    });
    let signed = format!(
        "{}.{}",
        text(header.to_string().as_bytes()),
        text(claims().to_string().as_bytes())
    );
    let signature = rsa(&stranger, &signature::RSA_PKCS1_SHA256, signed.as_bytes());
    let forged = format!("{signed}.{}", text(&signature));
    assert_eq!(check(&forged), Err(Refusal::Signature { key_id: Some("rsa".into()) }));
    // The same header does no harm when the issuer signed it.
    assert!(
        check(&token_with(&header.to_string(), Algorithm::Rs256, &claims().to_string())).is_ok()
    );
}

#[test]
fn another_key_of_the_same_kind_is_refused() {
    let stranger = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let keys = set(&[rsa_jwk("rsa", &modulus(&stranger), &[1, 0, 1])]);
    let refusal = check_with(&token(Algorithm::Rs256, &claims()), &keys).unwrap_err();
    assert_eq!(refusal, Refusal::Signature { key_id: Some("rsa".into()) });
    assert!(!refusal.newer_keys_may_help());
}

#[test]
fn elliptic_signatures_have_one_form() {
    let header = json!({"alg": "ES256", "kid": "p256"}).to_string();
    let signed = format!("{}.{}", text(header.as_bytes()), text(claims().to_string().as_bytes()));
    let good = sign(Algorithm::Es256, signed.as_bytes());
    let zero = vec![0; 64];
    let halves = good.split_at(32);
    let swapped = [halves.1, halves.0].concat();
    let longer = [good.as_slice(), &[0]].concat();
    let padded = [&[0], halves.0, &[0], halves.1].concat();
    for (name, bytes) in [
        ("zeros", zero.as_slice()),
        ("swapped", &swapped),
        ("too long", &longer),
        ("wider", &padded),
        ("half", halves.0),
    ] {
        let token = format!("{signed}.{}", text(bytes));
        assert_eq!(
            check(&token),
            Err(Refusal::Signature { key_id: Some("p256".into()) }),
            "{name}"
        );
    }
    assert!(check(&format!("{signed}.{}", text(&good))).is_ok());
    // DER, the form of X.509, is longer.
    let der = ecdsa_der(&good);
    let token = format!("{signed}.{}", text(&der));
    assert_eq!(check(&token), Err(Refusal::Signature { key_id: Some("p256".into()) }));
}

/// The two numbers of a signature as an ASN.1 sequence.
fn ecdsa_der(fixed: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign: &[u8] = if digits[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(sign.len() + digits.len()).unwrap();
        [&[0x02, length], sign, &digits].concat()
    };
    let numbers = [integer(&fixed[..32]), integer(&fixed[32..])].concat();
    [&[0x30, u8::try_from(numbers.len()).unwrap()], numbers.as_slice()].concat()
}

#[test]
fn any_payload_is_verified_as_a_token_is() {
    use Algorithm::{Es256, Rs256};
    let keys = keys();
    let signed = |payload: &[u8], algorithm: Algorithm| {
        let header = json!({"alg": algorithm.name(), "kid": kid(algorithm)}).to_string();
        let signed = format!("{}.{}", text(header.as_bytes()), text(payload));
        format!("{signed}.{}", text(&sign(algorithm, signed.as_bytes())))
    };
    for algorithm in Algorithm::ALL {
        for payload in [b"foo".as_slice(), b"", &[0xFF, 0]] {
            let text = signed(payload, algorithm);
            let verified = verified_payload(&text, &keys, Algorithms::EXTENDED);
            assert_eq!(verified.as_deref(), Ok(payload), "{algorithm}");
        }
    }
    let good = signed(b"foo", Es256);
    let cases = [
        (
            good.replacen(&text(b"foo"), &text(b"Xoo"), 1),
            Refusal::Signature { key_id: Some("p256".into()) },
        ),
        (
            signed(b"foo", Algorithm::Ps256),
            Refusal::AlgorithmNotAllowed { algorithm: Algorithm::Ps256 },
        ),
    ];
    for (text, refusal) in cases {
        assert_eq!(
            verified_payload(&text, &keys, Algorithms::AWS),
            Err(PayloadError::Refusal(refusal))
        );
    }
    let bare = good.rsplit_once('.').unwrap().0;
    assert_eq!(
        verified_payload(&format!("{bare}."), &keys, Algorithms::AWS),
        Err(PayloadError::Fault(TokenFault::EmptySignature))
    );
    assert!(verified_payload(&signed(b"foo", Rs256), &keys, Algorithms::AWS).is_ok());
}
