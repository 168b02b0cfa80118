//! `stead token inspect` of SAML responses.

use stead_world::{Said, SamlIdp};

use crate::process::{Scratch, ending};

const NOON: &str = "2026-03-01T12:00:00Z";
const ENTITY: &str = "https://idp.example.com/metadata";
const ROLE: &str = "arn:aws:iam::111122223333:role/web";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/Corporate";

fn inspect(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["token", "inspect"], arguments].concat())
}

/// A folder with the provider's metadata.
fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("idp.xml", &SamlIdp::new(ENTITY).metadata());
    scratch
}

impl Scratch {
    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }
}

fn alice() -> Said {
    Said::of("alice", ROLE, PROVIDER)
}

fn response(idp: &SamlIdp, said: &Said) -> String {
    idp.response(NOON.parse().unwrap(), "_1", said)
}

#[test]
fn a_saml_response_is_read_as_far_as_it_goes_without_a_provider() {
    let scratch = scratch("inspect-saml");
    // Unsigned; of the form that identity providers post.
    let xml = "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'>\
        <a:Assertion xmlns:a='urn:oasis:names:tc:SAML:2.0:assertion' Version='2.0' ID='_1' \
        IssueInstant='2026-03-01T11:59:00Z'><a:Issuer>https://idp</a:Issuer><a:Subject>\
        <a:NameID Format='urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'>alice</a:NameID>\
        </a:Subject><a:AttributeStatement>\
        <a:Attribute Name='https://aws.amazon.com/SAML/Attributes/PrincipalTag:team'>\
        <a:AttributeValue>blue</a:AttributeValue></a:Attribute></a:AttributeStatement>\
        </a:Assertion></p:Response>";
    std::fs::write(scratch.path().join("xml"), xml).unwrap();
    let base64 = std::process::Command::new("base64").arg(scratch.path().join("xml")).output();
    std::fs::write(scratch.path().join("response"), base64.unwrap().stdout).unwrap();
    let (code, stdout, _) = inspect(&scratch, &["@response", "--at", NOON]);
    assert_eq!(code, 3);
    for expected in [
        "SAML response, NOT VERIFIED",
        "NameID",
        "alice",
        "issued 60 seconds ago",
        "saml:sub_type  persistent",
        "tag team  blue",
        "  - its assertion is not signed",
        "  - offers no role",
    ] {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
}

const WITH_METADATA: [&str; 5] = ["@response", "--metadata", "idp.xml", "--at", NOON];

#[test]
fn the_metadata_of_the_provider_verifies_a_response_as_the_server_does() {
    let scratch = scratch("inspect-saml-metadata");
    scratch.write("response", &response(&SamlIdp::new(ENTITY), &alice()));
    let (code, stdout, stderr) = inspect(&scratch, &WITH_METADATA);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let verified = "SAML response, its assertion is signed with a key in the provider's metadata\n";
    assert!(stdout.starts_with(verified), "{stdout}");
    assert!(stdout.contains("Nothing was found that would refuse it."), "{stdout}");
    let (code, stdout, _) = inspect(&scratch, &["@response", "--at", NOON]);
    assert_eq!(code, 0);
    let unverified = "SAML response, NOT VERIFIED: anybody can have written what follows\n  \
        the assertion carries a signature, the response carries none; neither was checked: \
        --metadata FILE does, with the provider's certificates\n";
    assert!(stdout.starts_with(unverified), "{stdout}");
    let json = inspect(&scratch, &[&WITH_METADATA[..], &["--json"]].concat()).1;
    let shown: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(shown.pointer("/verified"), Some(&true.into()));
    assert_eq!(shown.pointer("/signature/state"), Some(&"holds".into()));
}

#[test]
fn what_the_server_would_refuse_is_said() {
    let scratch = scratch("inspect-saml-refused");
    let (idp, impostor) = (SamlIdp::new(ENTITY), SamlIdp::impostor(ENTITY));
    let stranger = SamlIdp::new("https://other.example.com");
    let here = "https://sts.example.com/saml";
    let audience = Said { audience: "urn:other".to_owned(), ..alice() };
    let recipient = Said { recipient: here.to_owned(), ..alice() };
    let (fails, holds) = ("ITS SIGNATURE DOES NOT HOLD", "its assertion is signed");
    for (idp, said, head, expected) in [
        (&impostor, alice(), fails, "  - the signature of its assertion does not hold"),
        // What it says is judged all the same.
        (&impostor, audience.clone(), fails, "  - is for the audiences [\"urn:other\"]"),
        (&idp, audience, holds, "  - is for the audiences [\"urn:other\"]"),
        (&idp, recipient.clone(), holds, "  - is for the recipient `https://sts.example.com/saml`"),
        (&stranger, alice(), holds, "  - is of the issuer `https://other.example.com`"),
    ] {
        scratch.write("response", &response(idp, &said));
        let (code, stdout, stderr) = inspect(&scratch, &WITH_METADATA);
        assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
        assert!(stdout.lines().next().unwrap().contains(head), "{stdout}");
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
    scratch.write("response", &response(&idp, &recipient));
    let own = [&WITH_METADATA[..], &["--saml-endpoint", here]].concat();
    assert_eq!(inspect(&scratch, &own).0, 0);

    scratch.write("response", &idp.encrypted_response(NOON.parse().unwrap(), "_1", &alice()));
    let (code, stdout, _) = inspect(&scratch, &WITH_METADATA);
    assert_eq!(code, 0);
    for expected in ["NOT VERIFIED", "what is encrypted cannot be judged here"] {
        assert!(stdout.contains(expected), "{stdout}");
    }
}

#[test]
fn metadata_that_is_over_refuses_everything_and_what_is_none_is_a_wrong_use() {
    let scratch = scratch("inspect-saml-usage");
    let metadata = SamlIdp::new(ENTITY).metadata();
    scratch.write("response", &response(&SamlIdp::new(ENTITY), &alice()));
    let ended = format!("validUntil=\"{NOON}\" entityID=");
    scratch.write("ended.xml", &metadata.replace("entityID=", &ended));
    let arguments = ["@response", "--at", NOON, "--metadata", "ended.xml"];
    let (code, stdout, _) = inspect(&scratch, &arguments);
    assert_eq!(code, 3);
    assert!(stdout.contains("whose metadata was valid until 2026-03-01T12:00:00Z"), "{stdout}");
    for arguments in [
        &["@response", "--metadata", "missing"][..],
        &["@response", "--metadata", "response"],
        &["@response", "--metadata", "idp.xml", "--issuer", ENTITY],
        &["@response", "--metadata", "idp.xml", "--audience", "a"],
        &["@response", "--saml-endpoint", "https://sts.example.com/saml"],
        &["a.b.c", "--metadata", "idp.xml"],
    ] {
        let (code, stdout, stderr) = inspect(&scratch, arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
    }
}
