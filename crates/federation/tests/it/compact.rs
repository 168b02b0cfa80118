//! The compact form: one text for one token, and what no key can make good.

use data_encoding::BASE64URL;
use serde_json::json;
use stead_federation::oidc::{
    Algorithm, DecodedToken, JsonFault, Part, TokenFault, UnverifiedToken, limits,
};
use stead_types::Timestamp;

use crate::support::{ISSUER, check, claims, claims_with, text, token, token_with};

fn fault(token: &str) -> TokenFault {
    UnverifiedToken::parse(token).expect_err(token)
}

fn of_header(header: &str) -> TokenFault {
    fault(&token_with(header, Algorithm::Es256, &claims().to_string()))
}

fn of_claims(claims: &str) -> TokenFault {
    fault(&token_with(r#"{"alg":"ES256","kid":"p256"}"#, Algorithm::Es256, claims))
}

/// In the manner of project Wycheproof: a good token, written in another way.
#[test]
fn a_good_token_written_otherwise_is_refused() {
    let good = token(Algorithm::Es256, &claims());
    assert!(check(&good).is_ok());
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let base64 = |part| TokenFault::Base64 { part };
    let standard = |part: &str| part.replace('-', "+").replace('_', "/");
    let mut cases = vec![
        (String::new(), TokenFault::Parts { parts: 1 }),
        ("..".to_owned(), TokenFault::Json { part: Part::Header, fault: JsonFault::Syntax }),
        (header.to_owned(), TokenFault::Parts { parts: 1 }),
        (format!("{header}.{claims}"), TokenFault::Parts { parts: 2 }),
        (format!("{good}."), TokenFault::Parts { parts: 4 }),
        (format!(".{good}"), TokenFault::Parts { parts: 4 }),
        (format!("{header}..{claims}.{signature}"), TokenFault::Parts { parts: 4 }),
        (format!("{good}.a.b"), TokenFault::Parts { parts: 5 }),
        (".".repeat(10_000), TokenFault::Parts { parts: 6 }),
        (format!("{header}.{claims}."), TokenFault::EmptySignature),
        (format!("{header}.{claims}.{signature}=="), base64(Part::Signature)),
        (format!("{header}={}", &good[header.len()..]), base64(Part::Header)),
        (format!(" {good}"), base64(Part::Header)),
        (format!("{good}\n"), base64(Part::Signature)),
        (format!("{header}.{claims}\n.{signature}"), base64(Part::Claims)),
        (format!("{header}\0.{claims}.{signature}"), base64(Part::Header)),
        (format!("Bearer {good}"), base64(Part::Header)),
        (format!("é{good}"), base64(Part::Header)),
    ];
    if standard(signature) != signature {
        cases.push((format!("{header}.{claims}.{}", standard(signature)), base64(Part::Signature)));
    }
    for (token, expected) in cases {
        assert_eq!(fault(&token), expected, "{token}");
    }
}

#[test]
fn bits_that_base64_leaves_over_must_be_zero() {
    // 64 bytes leave four bits over in the last of 86 characters.
    let good = token(Algorithm::Es256, &claims());
    let last = good.chars().last().unwrap();
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = ALPHABET.find(last).unwrap();
    assert_eq!(value % 16, 0, "the canonical form");
    for bits in 1..16 {
        let mut other = good.clone();
        other.pop();
        other.push(ALPHABET.chars().nth(value + bits).unwrap());
        assert_eq!(fault(&other), TokenFault::Base64 { part: Part::Signature });
    }
    assert_eq!(BASE64URL.encode(&[0; 64]).len(), 88, "two characters of padding");
}

#[test]
fn sizes_are_bounded() {
    let padding = "p".repeat(limits::TOKEN_CHARACTERS_MAX);
    let long = token(Algorithm::Es256, &claims_with(json!({ "padding": padding })));
    assert_eq!(fault(&long), TokenFault::TooLong { characters: long.len() });
    let fitting = "p".repeat(limits::TOKEN_CHARACTERS_MAX * 3 / 4 - 400);
    let fits = token(Algorithm::Es256, &claims_with(json!({ "padding": fitting })));
    assert!(fits.len() > limits::TOKEN_CHARACTERS_MAX - 400, "{}", fits.len());
    assert!(check(&fits).is_ok());
    // Characters are counted, not bytes.
    let wide = "é".repeat(limits::TOKEN_CHARACTERS_MAX);
    assert_eq!(fault(&wide), TokenFault::Parts { parts: 1 });
    let header = json!({"alg": "ES256", "x5c": ["c".repeat(limits::HEADER_CHARACTERS_MAX)]});
    let characters = text(header.to_string().as_bytes()).len();
    assert_eq!(of_header(&header.to_string()), TokenFault::HeaderTooLong { characters });
}

#[test]
fn the_algorithm_is_named_exactly() {
    let unknown = |algorithm: &str| TokenFault::UnknownAlgorithm { algorithm: algorithm.into() };
    for name in ["es256", "Es256", "ES256 ", "ES256K", "RS1", "ESP256", "dir", "", "HS999"] {
        assert_eq!(of_header(&json!({ "alg": name }).to_string()), unknown(name));
    }
    for name in ["HS256", "HS384", "HS512"] {
        let symmetric = TokenFault::Symmetric { algorithm: name.into() };
        assert_eq!(of_header(&json!({ "alg": name }).to_string()), symmetric);
    }
    for header in [r#"{"kid":"p256"}"#, r#"{"alg":null}"#, r#"{"alg":["ES256"]}"#, r#"{"alg":256}"#]
    {
        assert_eq!(of_header(header), TokenFault::NoAlgorithm);
    }
    let long = "x".repeat(1_000);
    assert_eq!(of_header(&json!({ "alg": long }).to_string()), unknown(&"x".repeat(256)));
}

#[test]
fn headers_with_extensions_or_odd_key_ids_are_refused() {
    for header in [
        r#"{"alg":"ES256","kid":"p256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","kid":"p256","crit":[]}"#,
        r#"{"alg":"ES256","kid":"p256","crit":null}"#,
    ] {
        assert_eq!(of_header(header), TokenFault::Critical);
    }
    let long = json!({"alg": "ES256", "kid": "k".repeat(1_025)}).to_string();
    for header in [r#"{"alg":"ES256","kid":1}"#, r#"{"alg":"ES256","kid":null}"#, &long] {
        assert_eq!(of_header(header), TokenFault::KeyId);
    }
}

#[test]
fn json_that_two_readers_may_understand_differently_is_refused() {
    let json = |part, fault| TokenFault::Json { part, fault };
    let twice = |key: &str| JsonFault::DuplicateKey { key: key.into() };
    for (header, fault) in [
        (r#"{"alg":"none","alg":"ES256"}"#, twice("alg")),
        (r#"{"alg":"ES256","\u0061lg":"ES256"}"#, twice("alg")),
        (r#"{"alg":"ES256","jwk":{"n":1,"n":2}}"#, twice("n")),
        (r#"["ES256"]"#, JsonFault::NotAnObject),
        (r#""ES256""#, JsonFault::NotAnObject),
        (r#"{"alg":"ES256"}{}"#, JsonFault::Syntax),
        (r#"{"alg":"ES256",}"#, JsonFault::Syntax),
        (r#"{'alg':'ES256'}"#, JsonFault::Syntax),
        ("{\"alg\":\"ES\n256\"}", JsonFault::Syntax),
        ("\u{feff}{\"alg\":\"ES256\"}", JsonFault::Syntax),
        ("", JsonFault::Syntax),
    ] {
        assert_eq!(of_header(header), json(Part::Header, fault), "{header}");
    }
    let deep = |levels: usize| format!("{{\"iss\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    for (claims, fault) in [
        (r#"{"sub":"a","sub":"b"}"#.to_owned(), twice("sub")),
        (r#"{"x":[{"y":{"a":1,"a":1}}]}"#.to_owned(), twice("a")),
        (deep(limits::NESTING_DEPTH_MAX), JsonFault::TooDeep),
        (deep(5_000), JsonFault::TooDeep),
        ("null".to_owned(), JsonFault::NotAnObject),
        (r#"{"iss":"\ud800"}"#.to_owned(), JsonFault::Syntax),
        (r#"{"iat":01}"#.to_owned(), JsonFault::Syntax),
        (r#"{"iat":NaN}"#.to_owned(), JsonFault::Syntax),
    ] {
        assert_eq!(of_claims(&claims), json(Part::Claims, fault), "{claims}");
    }
    assert_eq!(of_claims(&deep(limits::NESTING_DEPTH_MAX - 1)), TokenFault::Issuer);
    // Bytes that are no UTF-8 are no JSON.
    let bytes = [b"{\"iss\":\"".as_slice(), &[0xFF], b"\"}"].concat();
    let invalid = format!("{}.{}.AAAA", text(br#"{"alg":"ES256"}"#), text(&bytes));
    assert_eq!(fault(&invalid), json(Part::Claims, JsonFault::Syntax));
}

#[test]
fn the_issuer_is_a_text() {
    assert_eq!(of_claims("{}"), TokenFault::NoIssuer);
    for claims in [r#"{"iss":""}"#, r#"{"iss":null}"#, r#"{"iss":["https://a"]}"#] {
        assert_eq!(of_claims(claims), TokenFault::Issuer);
    }
}

#[test]
fn what_is_not_proven_can_be_shown_and_not_used() {
    let good = token(Algorithm::Rs256, &claims());
    let unverified = UnverifiedToken::parse(&good).unwrap();
    assert_eq!(unverified.issuer(), ISSUER);
    assert_eq!(unverified.key_id(), Some("rsa"));
    assert_eq!(unverified.algorithm(), Algorithm::Rs256);
    // A token that is not signed is shown all the same.
    let unsigned = format!("{}.{}.", text(br#"{"alg":"none"}"#), text(br#"{"sub":"x","n":1.5}"#));
    let decoded = DecodedToken::parse(&unsigned).unwrap();
    assert_eq!(decoded.header()["alg"], "none");
    assert_eq!(decoded.claims()["n"], json!(1.5));
    assert_eq!(decoded.signature_bytes(), 0);
    assert_eq!(decoded.moment("n"), Some(Timestamp::from_epoch_seconds(1)));
    assert_eq!((decoded.moment("sub"), decoded.moment("exp")), (None, None));
    assert!(decoded.check().is_err());
    // And the signature is never shown.
    let signature = good.rsplit('.').next().unwrap();
    for shown in [format!("{unverified:?}"), format!("{:?}", unverified.decoded())] {
        assert!(!shown.contains(&signature[..20]), "{shown}");
    }
}
