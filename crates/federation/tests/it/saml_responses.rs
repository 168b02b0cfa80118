//! SAML responses that are accepted, and what is read in them.

use std::time::Duration;

use data_encoding::BASE64;
use stead_federation::oidc::KeyValues;
use stead_federation::saml::{Claimed, Refusal, ResponseFault, UnverifiedResponse};

use super::saml_support::*;

#[test]
fn everything_an_assertion_says_is_read() {
    let verified = check(&good()).unwrap();
    assert_eq!(verified.issuer(), ISSUER);
    assert_eq!(verified.subject(), "alice");
    assert_eq!(verified.subject_type(), "persistent");
    assert_eq!(verified.recipient(), RECIPIENT);
    // The SHA-256 of `_a1`.
    let id = "7767c65d3f738eda8e8dbb7937947828bbc078bed149b2319bcb67700471eede";
    assert_eq!(verified.replay_id(), id);
    assert_eq!(verified.usable_until(), at("2026-03-01T12:03:00Z"));
    assert_eq!(verified.session_ends(), None);
    assert_eq!(verified.role_session_name().as_str(), "alice@example.com");
    assert_eq!(verified.session_duration(), None);
    assert_eq!(verified.source_identity(), None);
    assert!(verified.session_tags().is_empty());
    assert!(!verified.one_time_use());
    let [pair] = verified.roles() else { panic!("{:?}", verified.roles()) };
    assert_eq!(pair.role.as_str(), "arn:aws:iam::111122223333:role/Deploy");
    assert_eq!(pair.provider.as_str(), "arn:aws:iam::111122223333:saml-provider/Corp");
}

#[test]
fn signatures_with_rsa_and_elliptic_curves_are_accepted() {
    let with = |method: &str, key: &str| {
        response(&sign(&after_issuer(ASSERTION, &template("_a1", method)), key))
    };
    for size in ["256", "384", "512"] {
        assert!(check(&with(&RSA_SHA256.replace("256", size), RSA_KEY)).is_ok(), "{size}");
    }
    assert!(check(&with(ECDSA_SHA256, EC_KEY)).is_ok());
    assert!(check(&signed_response(&signed(ASSERTION))).is_ok());
}

#[test]
fn the_qualifier_is_the_hash_that_aws_documents() {
    let verified = check(&good()).unwrap();
    let account = "123456789012".parse().unwrap();
    // Computed with sha1sum and base64.
    assert_eq!(verified.name_qualifier(account, "MySAMLIdP"), "RqDTN1JX4aIkTHx+0CaVfScDk84=");
}

#[test]
fn attributes_become_condition_keys() {
    let attributes = [
        attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", &["staff", "member"]),
        attribute("urn:oid:2.5.4.3", &["Alice"]),
        attribute("urn:oid:2.5.4.3", &["Mallory"]),
        attribute("https://example.com/unknown", &["x"]),
        attribute("URN:OID:1.3.6.1.4.1.5923.1.1.1.3", &["x"]),
        attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", &[]),
    ];
    let verified = check_assertion(&with_attributes(&attributes.concat())).unwrap();
    let keys = verified.condition_keys("111122223333".parse().unwrap(), "Corp");
    let one = |text: &str| KeyValues::One(text.to_owned());
    let expected = [
        ("saml:aud", one(RECIPIENT)),
        ("saml:iss", one(ISSUER)),
        ("saml:sub", one("alice")),
        ("saml:sub_type", one("persistent")),
        (
            "saml:namequalifier",
            one(&verified.name_qualifier("111122223333".parse().unwrap(), "Corp")),
        ),
        ("saml:doc", one("111122223333/Corp")),
        ("saml:edupersonaffiliation", KeyValues::Many(vec!["staff".into(), "member".into()])),
        ("saml:cn", one("Alice")),
    ];
    let keys: Vec<_> = keys.iter().map(|key| (key.name.as_str(), key.values.clone())).collect();
    assert_eq!(keys, expected);
}

#[test]
fn the_session_is_asked_for_in_attributes() {
    let aws = |name: &str| format!("https://aws.amazon.com/SAML/Attributes/{name}");
    let attributes = [
        attribute(&aws("SessionDuration"), &["1800"]),
        attribute(&aws("SourceIdentity"), &["source-123"]),
        attribute(&aws("PrincipalTag:team"), &["engineering"]),
        attribute(&aws("PrincipalTag:note"), &[""]),
        attribute(&aws("TransitiveTagKeys"), &["team"]),
    ];
    let verified = check_assertion(&with_attributes(&attributes.concat())).unwrap();
    assert_eq!(verified.session_duration(), Some(Duration::from_secs(1800)));
    assert_eq!(verified.source_identity().unwrap().as_str(), "source-123");
    let tags = &verified.session_tags().tags;
    assert_eq!(tags.find("team").unwrap().value.as_str(), "engineering");
    assert_eq!(tags.find("note").unwrap().value.as_str(), "");
    assert_eq!(verified.transitive_tag_keys(), ["team".parse().unwrap()]);
}

#[test]
fn blanks_in_base64_do_not_count_and_its_length_does() {
    let base64 = BASE64.encode(good().as_bytes());
    let broken = base64.as_bytes().chunks(76).map(|it| String::from_utf8(it.to_vec()).unwrap());
    let broken = broken.collect::<Vec<_>>().join("\r\n");
    let parsed = UnverifiedResponse::parse(&broken).unwrap();
    assert_eq!(parsed.issuer(), Some(ISSUER));
    let padded = |count: usize| format!("{base64}{}", " ".repeat(count - base64.len()));
    assert!(UnverifiedResponse::parse(&padded(100_000)).is_ok());
    let fault = UnverifiedResponse::parse(&padded(100_001)).unwrap_err();
    assert_eq!(fault, ResponseFault::TooLong { characters: 100_001 });
}

#[test]
fn a_signature_that_is_missing_or_changed_is_refused() {
    assert_eq!(check(&response(ASSERTION)), Err(Refusal::Unsigned));
    assert_eq!(check(&signed_response(ASSERTION)), Err(Refusal::Unsigned));
    let stranger = sign(&after_issuer(ASSERTION, &template("_a1", RSA_SHA256)), ATTACKER_KEY);
    assert!(matches!(check(&response(&stranger)), Err(Refusal::Signature { .. })));
    let tampered = good().replace(">alice<", ">mallory<");
    assert!(matches!(check(&tampered), Err(Refusal::Signature { .. })));
}

#[test]
fn people_are_shown_what_an_assertion_says_and_what_is_against_it() {
    let parse = |xml: &str| UnverifiedResponse::parse(&BASE64.encode(xml.as_bytes())).unwrap();
    let good_xml = good();
    let good = parse(&good_xml);
    let Claimed::Plain(said) = good.decoded() else { panic!("not plain") };
    let verified = check(&good_xml).unwrap();
    assert_eq!(said.issuer.as_deref(), Some(ISSUER));
    assert_eq!(said.roles, verified.roles());
    assert_eq!(said.role_session_name.as_ref(), Ok(verified.role_session_name()));
    assert_eq!((said.is_signed, said.is_response_signed), (true, false));
    let keys = verified.condition_keys("111122223333".parse().unwrap(), "Corp");
    let missing = keys.iter().filter(|key| !said.condition_keys.contains(key));
    let missing: Vec<_> = missing.map(|key| key.name.as_str()).collect();
    assert_eq!(missing, ["saml:namequalifier", "saml:doc"]);
    assert!(said.condition_keys.iter().all(|key| keys.contains(key)));

    let now = at("2026-03-01T12:00:00Z");
    assert_eq!(good.refusal(None, None, None, now), None);
    let of_other = |entity, audiences, recipients| good.refusal(entity, audiences, recipients, now);
    assert!(matches!(of_other(Some("x"), None, None), Some(Refusal::Issuer { .. })));
    assert!(matches!(of_other(None, Some(&["x"][..]), None), Some(Refusal::Audience { .. })));
    assert!(matches!(of_other(None, None, Some(&["x"][..])), Some(Refusal::Recipient { .. })));
    let later = at("2026-03-01T13:00:00Z");
    assert!(matches!(good.refusal(None, None, None, later), Some(Refusal::Expired { .. })));
    let empty = parse(&response(""));
    assert!(matches!(empty.decoded(), Claimed::Not(Refusal::Assertions { found: 0 })));
}
