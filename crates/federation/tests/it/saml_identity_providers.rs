//! Responses that real identity providers made; `fixtures/saml/README.md` says how.

use stead_federation::saml::{
    Encryption, Expected, Refusal, Signed, UnverifiedResponse, VerifiedAssertion, verify,
};
use stead_types::Secret;

use super::saml_support::{RECIPIENT, at, der};

/// What one of the programs made.
struct Fixture {
    base64: &'static str,
    certificate: &'static str,
    issuer: &'static str,
}

macro_rules! fixture {
    ($program:literal, $name:literal) => {
        Fixture {
            base64: include_str!(concat!("../fixtures/saml/", $program, "-", $name, ".b64")),
            certificate: include_str!(concat!("../fixtures/saml/", $program, ".txt")),
            issuer: concat!("https://", $program, ".example.com/idp"),
        }
    };
}

impl Fixture {
    fn verify_at(&self, now: &str) -> Result<VerifiedAssertion, Refusal> {
        let response = UnverifiedResponse::parse(self.base64).unwrap();
        assert_eq!(response.issuer(), Some(self.issuer));
        let key = include_str!("../saml/rsa-pkcs8.key");
        let expected = Expected {
            entity_id: self.issuer,
            certificates: &[&der(self.certificate)],
            recipients: &[RECIPIENT],
            audiences: &["urn:amazon:webservices", "urn:amazon:webservices:encrypted"],
            decryption_keys: &[Secret::new(key.to_owned())],
            assertions: Encryption::Allowed,
        };
        verify(&response, &expected, at(now))
    }

    fn verify(&self) -> Result<VerifiedAssertion, Refusal> {
        self.verify_at("2026-11-22T20:26:00Z")
    }
}

#[test]
fn responses_of_three_programs_are_accepted() {
    for fixture in [
        fixture!("pysaml2", "assertion"),
        fixture!("pysaml2", "both"),
        fixture!("samlp", "assertion"),
        fixture!("samlp", "both"),
        fixture!("samlp", "encrypted"),
        fixture!("simplesamlphp", "both"),
        fixture!("simplesamlphp", "encrypted"),
    ] {
        let verified = fixture.verify().unwrap();
        assert_eq!(verified.subject(), "alice", "{}", fixture.issuer);
        assert_eq!(verified.subject_type(), "persistent");
        assert_eq!(verified.role_session_name().as_str(), "alice@example.com");
        let (role, provider) = (
            "arn:aws:iam::111122223333:role/Deploy",
            "arn:aws:iam::111122223333:saml-provider/Corp",
        );
        assert!(verified.offers(role, provider));
        let later = fixture.verify_at("2026-11-22T20:31:00Z");
        assert!(matches!(later, Err(Refusal::Expired { .. })), "{later:?}");
    }
    let tagged = fixture!("pysaml2", "assertion").verify().unwrap();
    assert_eq!(tagged.session_tags().tags.find("team").unwrap().value.as_str(), "engineering");
}

#[test]
fn what_the_programs_do_not_sign_or_sign_badly_is_refused() {
    assert_eq!(fixture!("pysaml2", "response").verify(), Err(Refusal::Unsigned));
    let sha1 = fixture!("pysaml2", "sha1").verify();
    let element = Signed::Assertion;
    let found = "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned();
    let expected = "SHA-2 with RSA or ECDSA";
    assert_eq!(sha1, Err(Refusal::SignatureForm { element, expected, found }));
    let tripledes = fixture!("pysaml2", "tripledes").verify();
    assert!(matches!(tripledes, Err(Refusal::EncryptionForm { .. })), "{tripledes:?}");
}
