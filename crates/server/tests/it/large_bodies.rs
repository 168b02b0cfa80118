//! Bodies beyond the usual bound are for who holds credentials.

use stead_types::Secret;

use crate::client::{Credentials, Request, Server, escape};

const METADATA: &str = include_str!("../../../iam/tests/saml-metadata.xml");
/// Spec: IAM API Reference, CreateSAMLProvider.
const METADATA_CHARACTERS_MAX: usize = 10_000_000;

/// A request for a SAML provider whose metadata has this many characters.
fn create(server: &Server, name: &str, characters: usize) -> Request {
    let fill = "x".repeat(characters - METADATA.len() - "<!---->".len());
    let document = format!("{METADATA}<!--{fill}-->");
    assert_eq!(document.len(), characters);
    let body = format!(
        "Action=CreateSAMLProvider&Version=2010-05-08&Name={name}&SAMLMetadataDocument={}",
        escape(&document)
    );
    Request::post(&server.host(), &body)
}

#[tokio::test]
async fn metadata_of_any_length_is_accepted_up_to_the_models_bound() {
    let server = Server::start().await;
    for (name, characters, status) in [
        ("beyond-a-mebibyte", 2 << 20, 200),
        ("longest", METADATA_CHARACTERS_MAX, 200),
        ("too-long", METADATA_CHARACTERS_MAX + 1, 400),
    ] {
        let mut request = create(&server, name, characters);
        request.sign(&server.root, "iam", server.now());
        let response = server.send(&request).await;
        assert_eq!(response.status, status, "{name}: {:.500}", response.body);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_large_body_without_credentials_is_not_read() {
    let server = Server::start().await;
    let root = &server.root;
    let stranger = Credentials { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..root.clone() };
    let liar = Credentials { secret: Secret::new("x".repeat(40)), ..root.clone() };
    for (name, caller, service, outcome) in [
        ("unsigned", None, "iam", (413, "RequestEntityTooLarge")),
        ("unknown key", Some(&stranger), "iam", (413, "RequestEntityTooLarge")),
        ("for another service", Some(root), "sts", (413, "RequestEntityTooLarge")),
        ("wrong secret", Some(&liar), "iam", (403, "SignatureDoesNotMatch")),
    ] {
        let mut request = create(&server, "large", 2 << 20);
        if let Some(caller) = caller {
            request.sign(caller, service, server.now());
        }
        let mut bytes = request.to_bytes();
        if outcome.0 == 413 {
            // What is not read need not be sent.
            bytes.truncate((1 << 20) + 4_096);
        }
        assert_eq!(server.send_bytes(&bytes).await.outcome(), outcome, "{name}");
    }
    server.stop().await;
}
