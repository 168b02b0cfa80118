//! SAML responses and metadata.

use std::ops::Range;
use std::sync::LazyLock;

use bergshamra_dsig::DsigContext;
use bergshamra_keys::KeysManager;
use data_encoding::BASE64;
use stead_federation::saml::{
    Encryption, Expected, Metadata, UnverifiedResponse, VerifiedAssertion, verify,
};
use stead_types::{Secret, Timestamp};

/// A response, the inside of an assertion behind `>`, or a way to rearrange a signed
/// response.
///
/// Nobody but the providers of the fixtures signed a response: whatever is made of one,
/// it verifies with exactly the claims that were signed, or not at all. The inside of an
/// assertion is signed here, so that what lies behind the signature is reached.
pub fn saml_response(data: &[u8]) {
    match data {
        [b'<', ..] => {
            if let Ok(text) = std::str::from_utf8(data) {
                check(text);
            }
        }
        [b'>', inside @ ..] => {
            if let Ok(inside) = std::str::from_utf8(inside) {
                signed_inside(inside);
            }
        }
        [which, steps @ ..] => {
            let fixture = &FIXTURES[usize::from(*which) % FIXTURES.len()];
            let text = steps.chunks_exact(3).take(STEPS_MAX).fold(fixture.text.clone(), rearranged);
            check(&text);
        }
        [] => {}
    }
}

/// What is read in metadata can serve to verify with.
pub fn saml_metadata(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Short documents are refused; blanks may follow any.
    let text = format!("{text}{}", " ".repeat(1_000));
    let Ok(metadata) = Metadata::parse(&text, now()) else { return };
    assert!((1..=1_024).contains(&metadata.entity_id.chars().count()));
    assert!(!metadata.signing_certificates.is_empty());
    assert!(metadata.valid_until.is_none_or(|end| end > now()));
    let certificates: Vec<&[u8]> =
        metadata.signing_certificates.iter().map(Vec::as_slice).collect();
    let expected = expected(&metadata.entity_id, &certificates);
    let fixture = &FIXTURES[0];
    let is_ours = certificates.iter().any(|der| key_of(der) == key_of(&fixture.certificate));
    let verdict = verify(&parse(&fixture.text), &expected, now());
    assert!(is_ours || verdict.is_err(), "another key verified");
}

/// Modulus and exponent of an RSA key of 2,048 bits, which end its certificate's key; all
/// else may be anything, also what the key says of its kind.
fn key_of(certificate: &[u8]) -> Option<Vec<u8>> {
    let key = bergshamra_keys::loader::load_x509_cert_der(certificate).ok()?.to_spki_der()?;
    let numbers = key.len().checked_sub(270)?;
    Some(key[numbers..].to_vec())
}

fn check(text: &str) {
    let Ok(response) = UnverifiedResponse::parse(&BASE64.encode(text.as_bytes())) else { return };
    for fixture in FIXTURES.iter() {
        let verdict = verify(&response, &expected(fixture.issuer, &[&fixture.certificate]), now());
        let Ok(verified) = verdict else { continue };
        let signed =
            FIXTURES.iter().any(|it| it.issuer == fixture.issuer && it.verified == verified);
        assert!(signed, "claims that nobody signed: {verified:?}\n{text}");
    }
}

fn signed_inside(inside: &str) {
    let text = OUTSIDE.replace("INSIDE", inside);
    let context = DsigContext::new(KEY.clone());
    let Ok(text) = bergshamra_dsig::sign::sign(&context, &text) else { return };
    let Ok(response) = UnverifiedResponse::parse(&BASE64.encode(text.as_bytes())) else { return };
    let issuer = "https://idp.example.com/metadata";
    let certificate = der(include_str!("../../crates/federation/tests/saml/idp-ec.txt"));
    if let Ok(verified) = verify(&response, &expected(issuer, &[&certificate]), now()) {
        assert!(!verified.subject().is_empty());
        assert!(verified.usable_until() > now());
        let account = "111122223333".parse().expect("an account id");
        let keys = verified.condition_keys(account, "Corp");
        assert!(keys.iter().all(|key| key.name.starts_with("saml:")));
    }
}

// --- rearranging -------------------------------------------------------------

/// Steps by which one response is rearranged.
const STEPS_MAX: usize = 8;

/// One step: what is done, with which element, and where.
fn rearranged(text: String, step: &[u8]) -> String {
    let elements = elements(&text);
    let pick = |byte: u8| elements.get(usize::from(byte) % elements.len().max(1)).cloned();
    let [what, one, other] = step else { return text };
    let Some((one, other)) = pick(*one).zip(pick(*other)) else { return text };
    let inside = text[other.clone()].find('>').map_or(other.end, |at| other.start + at + 1);
    let insert = |at: usize, new: &str| [&text[..at], new, &text[at..]].concat();
    let element = &text[one.clone()];
    match what % 9 {
        0 => insert(other.start, element),
        1 => insert(other.end, element),
        2 => insert(inside, element),
        3 => [&text[..one.start], &text[one.end..]].concat(),
        4 => [&text[..one.start], &text[other], &text[one.end..]].concat(),
        5 => insert(inside, "<!-- c -->"),
        6 => insert(inside, "mallory"),
        // An attribute twice, once with a prefix: the library takes either for the other.
        7 => match element.split_once(['>', ' ']) {
            Some((name, _)) => {
                let copy = r##" ds:URI="#_x" ds:Algorithm="x" ds:ID="_x""##;
                insert(one.start + name.len(), copy)
            }
            None => text,
        },
        _ => {
            let evil = element.replace("alice", "mallory").replace("ID=\"", "ID=\"e");
            insert(other.start, &evil)
        }
    }
}

/// Where the elements of a response lie, roughly: enough to take them for others.
fn elements(text: &str) -> Vec<Range<usize>> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (start, _) in text.match_indices('<') {
        let Some(end) = text[start..].find('>').map(|at| start + at + 1) else { break };
        let tag = &text[start..end];
        if tag.starts_with("</") {
            found.extend(open.pop().map(|start| start..end));
        } else if tag.ends_with("/>") {
            found.push(start..end);
        } else if !tag.starts_with("<?") && !tag.starts_with("<!") {
            open.push(start);
        }
    }
    found
}

// --- what providers signed ---------------------------------------------------

struct Fixture {
    text: String,
    issuer: &'static str,
    certificate: Vec<u8>,
    verified: VerifiedAssertion,
}

macro_rules! fixture {
    ($program:literal, $name:literal) => {{
        let base64 = include_str!(concat!(
            "../../crates/federation/tests/fixtures/saml/",
            $program,
            "-",
            $name,
            ".b64"
        ));
        let certificate =
            include_str!(concat!("../../crates/federation/tests/fixtures/saml/", $program, ".txt"));
        let issuer = concat!("https://", $program, ".example.com/idp");
        let (text, certificate) =
            (String::from_utf8(der(base64)).expect("UTF-8"), der(certificate));
        let verified = verify(&parse(&text), &expected(issuer, &[&certificate]), now());
        Fixture { verified: verified.expect("a fixture that holds"), text, issuer, certificate }
    }};
}

static FIXTURES: LazyLock<[Fixture; 5]> = LazyLock::new(|| {
    [
        fixture!("pysaml2", "assertion"),
        fixture!("pysaml2", "both"),
        fixture!("samlp", "assertion"),
        fixture!("samlp", "encrypted"),
        fixture!("simplesamlphp", "both"),
    ]
});

static KEY: LazyLock<KeysManager> = LazyLock::new(|| {
    let key = include_bytes!("../../crates/federation/tests/saml/idp-ec.key");
    let mut keys = KeysManager::new();
    keys.add_key(bergshamra_keys::loader::load_pem_auto(key, None).expect("a private key"));
    keys
});

static PRIVATE_KEYS: LazyLock<[Secret<String>; 1]> = LazyLock::new(|| {
    let key = include_str!("../../crates/federation/tests/saml/rsa-pkcs8.key");
    [Secret::new(key.to_owned())]
});

const OUTSIDE: &str = r##"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0" IssueInstant="2026-11-22T20:25:00Z"><saml:Issuer>https://idp.example.com/metadata</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/><ds:Reference URI="#_a1"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>INSIDE</saml:Assertion></samlp:Response>"##;

fn expected<'a>(entity_id: &'a str, certificates: &'a [&'a [u8]]) -> Expected<'a> {
    Expected {
        entity_id,
        certificates,
        recipients: &["https://signin.aws.amazon.com/saml"],
        audiences: &["urn:amazon:webservices"],
        decryption_keys: &*PRIVATE_KEYS,
        assertions: Encryption::Allowed,
    }
}

fn parse(text: &str) -> UnverifiedResponse {
    UnverifiedResponse::parse(&BASE64.encode(text.as_bytes())).expect("a response")
}

fn der(base64: &str) -> Vec<u8> {
    BASE64.decode(base64.replace('\n', "").as_bytes()).expect("base64")
}

fn now() -> Timestamp {
    "2026-11-22T20:26:00Z".parse().expect("a time")
}
