//! A SAML identity provider, with a key of its own, that signs what it is told to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use data_encoding::BASE64;
use stead_types::Timestamp;

const KEY: &str = include_str!("../../../crates/federation/tests/saml/rsa-pkcs8.key");
const CERTIFICATE: &str = include_str!("../../../crates/federation/tests/saml/rsa-2048.txt");

/// The private key, in PEM, that opens the assertions which are encrypted here.
pub const DECRYPTION_KEY: &str = include_str!("../../../crates/federation/tests/saml/idp.key");

const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";

/// A provider that signs with RSA and SHA-256.
#[derive(Debug)]
pub struct SamlIdp {
    entity_id: String,
    key: RsaKeyPair,
}

/// What an assertion says.
#[derive(Clone, Debug)]
pub struct Said {
    /// The `NameID`.
    pub subject: String,
    /// Its `Format`.
    pub format: String,
    /// Where the response is sent to.
    pub recipient: String,
    /// For whom the assertion is.
    pub audience: String,
    /// Attributes by their names; those of AWS without `https://aws.amazon.com/SAML/Attributes/`.
    pub attributes: Vec<(String, Vec<String>)>,
    /// For how many seconds the assertion can be used.
    pub usable_seconds: i64,
    /// In how many seconds the session at the provider ends.
    pub session_ends_in: Option<i64>,
}

impl SamlIdp {
    /// The provider of this entity id.
    #[must_use]
    pub fn new(entity_id: &str) -> Self {
        Self::with_key(entity_id, KEY)
    }

    /// Somebody who says to be the provider of this entity id, and has another key.
    #[must_use]
    pub fn impostor(entity_id: &str) -> Self {
        Self::with_key(entity_id, DECRYPTION_KEY)
    }

    fn with_key(entity_id: &str, pem: &str) -> Self {
        let key = RsaKeyPair::from_pkcs8(&der(pem)).expect("an RSA key");
        Self { entity_id: entity_id.to_owned(), key }
    }

    /// What the provider says of itself.
    #[must_use]
    pub fn metadata(&self) -> String {
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
             xmlns:ds=\"{DSIG}\" entityID=\"{}\"><md:IDPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\
             {CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             Location=\"https://idp.example.com/saml\"/></md:IDPSSODescriptor>\
             </md:EntityDescriptor>",
            self.entity_id
        )
    }

    /// The entity id.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The certificate of its key, in DER.
    #[must_use]
    pub fn certificate() -> Vec<u8> {
        let lines: String = CERTIFICATE.split_ascii_whitespace().collect();
        BASE64.decode(lines.as_bytes()).expect("a certificate")
    }

    /// A response with one signed assertion, in base64.
    ///
    /// Everything is written as exclusive canonicalization leaves it, so that what is
    /// signed is the text itself.
    #[must_use]
    pub fn response(&self, at: Timestamp, id: &str, said: &Said) -> String {
        response(at, id, &self.signed(at, id, said))
    }

    /// The same, with its assertion encrypted for [`DECRYPTION_KEY`].
    #[must_use]
    pub fn encrypted_response(&self, at: Timestamp, id: &str, said: &Said) -> String {
        response(at, id, &encrypted(&self.signed(at, id, said)))
    }

    /// An assertion with its signature.
    #[expect(clippy::disallowed_methods, reason = "a signature of this kind draws nothing")]
    fn signed(&self, at: Timestamp, id: &str, said: &Said) -> String {
        let (head, rest) = self.assertion(at, id, said);
        let hash = BASE64.encode(digest(&SHA256, format!("{head}{rest}").as_bytes()).as_ref());
        let info = signed_info(id, &hash);
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &random, info.as_bytes(), &mut signature);
        signed.expect("a signature");
        let signature = BASE64.encode(&signature);
        format!(
            "{head}<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{signature}\
             </ds:SignatureValue></ds:Signature>{rest}"
        )
    }

    /// The assertion, cut where its signature belongs.
    fn assertion(&self, at: Timestamp, id: &str, said: &Said) -> (String, String) {
        let Said { subject, format, recipient, audience, .. } = said;
        let end = moment(at, said.usable_seconds);
        let session = said.session_ends_in.map_or(String::new(), |seconds| {
            format!(" SessionNotOnOrAfter=\"{}\"", moment(at, seconds))
        });
        let attributes: String =
            said.attributes.iter().map(|(name, values)| attribute(name, values)).collect();
        let head = format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" \
             IssueInstant=\"{at}\" Version=\"2.0\"><saml:Issuer>{}</saml:Issuer>",
            self.entity_id
        );
        let rest = format!(
            "<saml:Subject><saml:NameID Format=\"{format}\">{subject}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{end}\" Recipient=\"{recipient}\">\
             </saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{at}\" NotOnOrAfter=\"{end}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{at}\"{session}><saml:AuthnContext>\
             <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password\
             </saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
             <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
        );
        (head, rest)
    }
}

impl Said {
    /// What lets `subject` in to a role through a provider.
    #[must_use]
    pub fn of(subject: &str, role: &str, provider: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
            recipient: "https://signin.aws.amazon.com/saml".to_owned(),
            audience: "urn:amazon:webservices".to_owned(),
            attributes: Vec::new(),
            usable_seconds: 300,
            session_ends_in: None,
        }
        .with("Role", &[&format!("{role},{provider}")])
        .with("RoleSessionName", &[subject])
    }

    /// The same with another attribute, in place of one of this name.
    #[must_use]
    pub fn with(mut self, name: &str, values: &[&str]) -> Self {
        self = self.without(name);
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        self.attributes.push((name.to_owned(), values));
        self
    }

    /// The same without an attribute.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.attributes.retain(|(other, _)| other != name);
        self
    }
}

fn response(at: Timestamp, id: &str, assertion: &str) -> String {
    let response = format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_response-{id}\" \
         IssueInstant=\"{at}\" Version=\"2.0\"><samlp:Status><samlp:StatusCode \
         Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
         {assertion}</samlp:Response>"
    );
    BASE64.encode(response.as_bytes())
}

/// AES-256-GCM under a key that is wrapped with RSA-OAEP.
fn encrypted(assertion: &str) -> String {
    // Of one text each, in tests: neither has to be drawn.
    let (content_key, nonce) = ([7; 32], [9; 12]);
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content_key).expect("32 bytes"));
    let mut sealed = assertion.as_bytes().to_vec();
    cipher
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .expect("a short text");
    let ciphertext = BASE64.encode(&[nonce.as_slice(), &sealed].concat());
    let private = PrivateDecryptingKey::from_pkcs8(&der(DECRYPTION_KEY)).expect("an RSA key");
    let public = OaepPublicEncryptingKey::new(private.public_key()).expect("an RSA key");
    let mut wrapped = vec![0; public.ciphertext_size()];
    public.encrypt(&OAEP_SHA1_MGF1SHA1, &content_key, &mut wrapped, None).expect("a short text");
    let wrapped = BASE64.encode(&wrapped);
    format!(
        "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"><xenc:EncryptedData \
         Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><ds:KeyInfo \
         xmlns:ds=\"{DSIG}\"><xenc:EncryptedKey><xenc:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/><xenc:CipherData>\
         <xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>\
         </ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{ciphertext}</xenc:CipherValue>\
         </xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    )
}

fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    BASE64.decode(lines.as_bytes()).expect("a key in PEM")
}

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

fn signed_info(id: &str, digest: &str) -> String {
    const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
    format!(
        "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
         </ds:CanonicalizationMethod><ds:SignatureMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform \
         Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms><ds:DigestMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
}

fn attribute(name: &str, values: &[String]) -> String {
    let prefix =
        if name.contains(':') && !name.starts_with("PrincipalTag:") { "" } else { ATTRIBUTES };
    let value = |value: &String| format!("<saml:AttributeValue>{value}</saml:AttributeValue>");
    let values: String = values.iter().map(value).collect();
    format!("<saml:Attribute Name=\"{prefix}{name}\">{values}</saml:Attribute>")
}

fn moment(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(at.epoch_seconds() + seconds)
}
