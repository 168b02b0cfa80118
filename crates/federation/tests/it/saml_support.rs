//! Responses of a provider made up here, signed in whatever way a test wants.

use bergshamra_dsig::DsigContext;
use bergshamra_keys::{Key, KeysManager};
use data_encoding::BASE64;
use stead_federation::saml::{
    Encryption, Expected, Refusal, UnverifiedResponse, VerifiedAssertion, verify,
};
use stead_types::{Secret, Timestamp};

pub(crate) const ISSUER: &str = "https://idp.example.com/metadata";
pub(crate) const RECIPIENT: &str = "https://signin.aws.amazon.com/saml";
pub(crate) const AUDIENCE: &str = "urn:amazon:webservices";
pub(crate) const NOW: &str = "2026-03-01T12:00:00Z";

pub(crate) const RSA_KEY: &str = include_str!("../saml/idp.key");
pub(crate) const EC_KEY: &str = include_str!("../saml/idp-ec.key");
pub(crate) const ATTACKER_KEY: &str = include_str!("../saml/attacker.key");

pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The assertion without signature; tests replace parts of it.
pub(crate) const ASSERTION: &str = r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0" IssueInstant="2026-03-01T11:59:00Z"><saml:Issuer>https://idp.example.com/metadata</saml:Issuer><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">alice</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:03:00Z" Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-03-01T11:59:00Z" NotOnOrAfter="2026-03-01T12:03:30Z"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2026-03-01T11:59:00Z" SessionIndex="_s1"/><saml:AttributeStatement><saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><saml:AttributeValue>arn:aws:iam::111122223333:role/Deploy,arn:aws:iam::111122223333:saml-provider/Corp</saml:AttributeValue></saml:Attribute><saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"><saml:AttributeValue>alice@example.com</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"#;

/// An attribute with values, to be put into an assertion with [`with_attributes`].
pub(crate) fn attribute(name: &str, values: &[&str]) -> String {
    let value = |it: &&str| format!("<saml:AttributeValue>{it}</saml:AttributeValue>");
    let values: String = values.iter().map(value).collect();
    format!(r#"<saml:Attribute Name="{name}">{values}</saml:Attribute>"#)
}

pub(crate) fn with_attributes(attributes: &str) -> String {
    let end = "</saml:AttributeStatement>";
    ASSERTION.replace(end, &format!("{attributes}{end}"))
}

/// A signature not yet made; [`sign`] fills it in.
pub(crate) fn template(id: &str, method: &str) -> String {
    format!(
        r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>"##
    )
}

/// Puts text behind the first issuer: where signatures stand.
pub(crate) fn after_issuer(xml: &str, text: &str) -> String {
    xml.replacen("</saml:Issuer>", &format!("</saml:Issuer>{text}"), 1)
}

/// Makes the first signature of a document.
pub(crate) fn sign(xml: &str, key: &str) -> String {
    let load = bergshamra_keys::loader::load_pem_auto(key.as_bytes(), None);
    sign_with(xml, load.unwrap())
}

pub(crate) fn sign_with(xml: &str, key: Key) -> String {
    bergshamra_dsig::sign::sign(&signer(key), xml).unwrap()
}

/// Makes the first signature of a document with RSA, where the library can make it.
pub(crate) fn try_sign(xml: &str) -> Option<String> {
    let key = bergshamra_keys::loader::load_pem_auto(RSA_KEY.as_bytes(), None).unwrap();
    bergshamra_dsig::sign::sign(&signer(key), xml).ok()
}

fn signer(key: Key) -> DsigContext {
    let mut keys = KeysManager::new();
    keys.add_key(key);
    DsigContext::new(keys)
}

/// An assertion, signed with RSA.
pub(crate) fn signed(assertion: &str) -> String {
    sign(&after_issuer(assertion, &template("_a1", RSA_SHA256)), RSA_KEY)
}

/// A response around anything; not signed.
pub(crate) fn response(content: &str) -> String {
    format!(
        r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r1" Version="2.0" IssueInstant="2026-03-01T11:59:00Z"><saml:Issuer>https://idp.example.com/metadata</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{content}</samlp:Response>"#
    )
}

/// A response that is signed as a whole.
pub(crate) fn signed_response(content: &str) -> String {
    sign(&after_issuer(&response(content), &template("_r1", RSA_SHA256)), RSA_KEY)
}

/// The accepted response that everything else is a neighbour of.
pub(crate) fn good() -> String {
    response(&signed(ASSERTION))
}

pub(crate) fn der(text: &str) -> Vec<u8> {
    BASE64.decode(text.replace('\n', "").as_bytes()).unwrap()
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// A provider with an RSA and an EC certificate and one private key.
pub(crate) struct Provider {
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) keys: Vec<Secret<String>>,
    pub(crate) encryption: Encryption,
}

impl Provider {
    pub(crate) fn new() -> Self {
        let key = include_str!("../saml/rsa-pkcs8.key");
        Self {
            certificates: vec![
                der(include_str!("../saml/idp-ec.txt")),
                der(include_str!("../saml/idp.txt")),
            ],
            keys: vec![Secret::new(key.to_owned())],
            encryption: Encryption::Allowed,
        }
    }

    pub(crate) fn with_keys(keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| Secret::new((*key).to_owned())).collect();
        Self { keys, ..Self::new() }
    }

    pub(crate) fn verify(&self, xml: &str, now: &str) -> Result<VerifiedAssertion, Refusal> {
        let response = UnverifiedResponse::parse(&BASE64.encode(xml.as_bytes())).unwrap();
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let expected = Expected {
            entity_id: ISSUER,
            certificates: &certificates,
            recipients: &["https://sts.example.com/saml", RECIPIENT],
            audiences: &[RECIPIENT, AUDIENCE],
            decryption_keys: &self.keys,
            assertions: self.encryption,
        };
        verify(&response, &expected, at(now))
    }
}

pub(crate) fn check(xml: &str) -> Result<VerifiedAssertion, Refusal> {
    Provider::new().verify(xml, NOW)
}

/// The verdict on a signed assertion.
pub(crate) fn check_assertion(assertion: &str) -> Result<VerifiedAssertion, Refusal> {
    check(&response(&signed(assertion)))
}
