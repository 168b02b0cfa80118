//! Who is believed to be whom.

use std::time::Duration;

use stead_types::Secret;

use crate::client::{Credentials, Request, Server};

type Change = fn(&mut Request);

fn header<'r>(request: &'r mut Request, name: &str) -> &'r mut Vec<u8> {
    &mut request.headers.iter_mut().find(|(other, _)| other == name).unwrap().1
}

fn replace(request: &mut Request, from: &str, to: &str) {
    let value = header(request, "authorization");
    let text = String::from_utf8(value.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    *value = text.replace(from, to).into_bytes();
}

#[tokio::test]
async fn whatever_is_tampered_with_is_noticed() {
    let server = Server::start().await;
    let changes: [(&str, Change, (u16, &str)); 11] = [
        ("nothing", |_| {}, (200, "OK")),
        ("the body", |it| it.body.extend_from_slice(b"&X=y"), (403, "SignatureDoesNotMatch")),
        ("the query", |it| it.query = "X=y".to_owned(), (403, "SignatureDoesNotMatch")),
        ("the path", |it| it.path = "/x".to_owned(), (403, "SignatureDoesNotMatch")),
        ("the method", |it| it.method = "GET".to_owned(), (403, "SignatureDoesNotMatch")),
        ("a signed header", |it| header(it, "host").push(b'x'), (403, "SignatureDoesNotMatch")),
        (
            "an unsigned x-amz header",
            |it| it.headers.push(("x-amz-extra".to_owned(), b"y".to_vec())),
            (403, "SignatureDoesNotMatch"),
        ),
        ("the region", |it| replace(it, "us-east-1", "eu-west-1"), (403, "SignatureDoesNotMatch")),
        ("the service", |it| replace(it, "/sts/", "/iam/"), (403, "SignatureDoesNotMatch")),
        (
            "the key id",
            |it| replace(it, "Credential=AKIA", "Credential=AKIB"),
            (403, "InvalidClientTokenId"),
        ),
        (
            "the algorithm",
            |it| replace(it, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
            (400, "IncompleteSignature"),
        ),
    ];
    for (name, change, expected) in changes {
        // Twice, so that the second meets a cached signing key.
        for _ in 0..2 {
            let mut request = server.who_am_i().signed(&server.root, server.now());
            change(&mut request);
            let response = server.send(&request).await;
            let got = response.outcome();
            let unlike = got.0 == expected.0 && name == "the algorithm";
            assert!(got == expected || unlike, "{name}: {response:?}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn keys_that_are_not_known_are_answered_alike() {
    let server = Server::start().await;
    let root = &server.root;
    let secret = || Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
    let key = |id: &str| Credentials { id: id.to_owned(), secret: secret(), token: None };
    let with_token = |credentials: &Credentials, token: &str| Credentials {
        token: Some(Secret::new(token.to_owned())),
        ..credentials.clone()
    };
    // Of the hosted account, and of one that is not here.
    let own = format!("{}AAAA", &root.id[..16]);
    let temporary = root.id.replacen("AKIA", "ASIA", 1);
    let mut messages = Vec::new();
    for credentials in [
        key(&own),
        key("AKIAQNZGKIQY56JQ7WML"),
        key("AKIAIOSFODNN7EXAMPLE"),
        key("short"),
        key(&temporary),
        with_token(&key(&temporary), "bm90IGEgdG9rZW4="),
        with_token(&key(&temporary), "not base64"),
        with_token(root, "bm90IGEgdG9rZW4="),
    ] {
        let response = server.sts(&credentials, "Action=GetCallerIdentity").await;
        assert_eq!(response.outcome(), (403, "InvalidClientTokenId"), "{credentials:?}");
        messages.push(response.element("Message").unwrap().to_owned());
    }
    messages.dedup();
    assert_eq!(messages.len(), 1);
    let wrong_secret = Credentials { secret: secret(), ..root.clone() };
    let response = server.sts(&wrong_secret, "Action=GetCallerIdentity").await;
    assert_eq!(response.outcome(), (403, "SignatureDoesNotMatch"));
    server.stop().await;
}

#[tokio::test]
async fn a_signature_is_good_for_a_quarter_of_an_hour() {
    let server = Server::start().await;
    let signed = server.who_am_i().signed(&server.root, server.now());
    for (ahead, expected) in [(0, 200), (14 * 60, 200), (16 * 60, 403)] {
        server.clock.set_ahead(Duration::from_secs(ahead));
        assert_eq!(server.send(&signed).await.status, expected, "{ahead}");
    }
    let early = server.who_am_i().signed(&server.root, server.now().plus(Duration::from_secs(960)));
    assert_eq!(server.send(&early).await.outcome(), (403, "SignatureDoesNotMatch"));
    server.stop().await;
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let server = Server::start().await;
    let response = server.sts(&server.root, "Action=GetSessionToken&DurationSeconds=900").await;
    assert_eq!(response.status, 200, "{response:?}");
    let session = response.credentials();
    let who = "Action=GetCallerIdentity";
    assert_eq!(server.sts(&session, who).await.status, 200);
    // A token opens beside its own access key id only.
    let other = server.sts(&server.root, "Action=GetSessionToken").await.credentials();
    let mixed = Credentials { token: session.token.clone(), ..other };
    assert_eq!(server.sts(&mixed, who).await.outcome(), (403, "InvalidClientTokenId"));
    server.clock.set_ahead(Duration::from_secs(901));
    assert_eq!(server.sts(&session, who).await.outcome(), (403, "ExpiredToken"));
    server.stop().await;
}

#[tokio::test]
async fn fixture_keys_are_root_of_their_accounts() {
    let fixtures = "AKIAIOSFODNN7EXAMPLE:one@444455556666,minioadmin_minioadmin:two@111122223333";
    let server = Server::start_with(|_| {}, Some(fixtures)).await;
    let key = |id: &str, secret: &str| Credentials {
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
        token: None,
    };
    for (credentials, account) in [
        (key("AKIAIOSFODNN7EXAMPLE", "one"), Some("444455556666")),
        (key("minioadmin_minioadmin", "two"), Some("111122223333")),
        (server.root.clone(), Some("111122223333")),
        (key("AKIAIOSFODNN7EXAMPLE", "two"), None),
        (key("minioadmin_minioadmix", "two"), None),
    ] {
        let response = server.sts(&credentials, "Action=GetCallerIdentity").await;
        assert_eq!(response.element("Account"), account, "{credentials:?}");
    }
    server.stop().await;
}
