//! Rates: who is charged, and what is said to who has nothing left.

use stead_server::config::{Key, Layer};

use crate::client::{Response, Server};

/// Both rates; what comes in two seconds may come at once.
fn rates(account: &'static str, address: &'static str) -> impl FnOnce(&mut Layer) {
    move |layer| {
        layer.set(Key::AccountRateMax, account);
        layer.set(Key::AddressRateMax, address);
    }
}

fn is_throttled(response: &Response) -> bool {
    if response.status == 200 {
        return false;
    }
    assert_eq!(response.status, 400, "{response:?}");
    assert!(response.body.contains("<Code>Throttling</Code>"), "{response:?}");
    assert!(response.body.contains("<Message>Rate exceeded</Message>"), "{response:?}");
    assert!(response.head.to_lowercase().contains("\r\nretry-after: 1"), "{response:?}");
    true
}

#[tokio::test]
async fn an_account_that_asks_too_often_is_told_so_until_it_has_waited() {
    let server = Server::start_with(rates("1", "0"), None).await;
    let mut throttled = false;
    for _ in 0..10 {
        throttled |= is_throttled(&server.sts(&server.root, "Action=GetCallerIdentity").await);
    }
    assert!(throttled);
    let mut calls = 0;
    while is_throttled(&server.iam(&server.root, "Action=ListUsers").await) {
        calls += 1;
        assert!(calls < 1_000_000, "it never ends");
    }
    server.stop().await;
}

#[tokio::test]
async fn nobody_uses_up_the_rate_of_an_account_they_cannot_sign_for() {
    let server = Server::start_with(rates("1", "0"), None).await;
    let mut forged = server.root.clone();
    forged.secret = stead_types::Secret::new("another secret".to_owned());
    for _ in 0..10 {
        let refused = server.sts(&forged, "Action=GetCallerIdentity").await;
        assert!(refused.body.contains("<Code>SignatureDoesNotMatch</Code>"), "{refused:?}");
    }
    assert!(!is_throttled(&server.sts(&server.root, "Action=GetCallerIdentity").await));
    server.stop().await;
}

#[tokio::test]
async fn an_address_is_charged_for_those_who_cannot_sign_and_not_for_others() {
    let server = Server::start_with(rates("0", "2"), None).await;
    for _ in 0..20 {
        assert!(!is_throttled(&server.sts(&server.root, "Action=GetCallerIdentity").await));
    }
    let forged = crate::client::Credentials {
        secret: stead_types::Secret::new("another secret".to_owned()),
        ..server.root.clone()
    };
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(server.sts(&forged, "Action=GetCallerIdentity").await);
    }
    assert!(answers.iter().any(|answer| answer.status == 403), "{answers:?}");
    let throttled = answers.iter().find(|answer| answer.status != 403);
    assert!(is_throttled(throttled.unwrap()));
    // Who it is cannot be told before the signature is looked at.
    let mut calls = 0;
    while is_throttled(&server.sts(&server.root, "Action=GetCallerIdentity").await) {
        calls += 1;
        assert!(calls < 1_000_000, "it never ends");
    }
    server.stop().await;
}
