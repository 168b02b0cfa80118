//! Calls that are refused before any policy is asked: for the moment of their signature, or
//! for the region they are sent to. What is told of them, and to whom.

use stead_server::config::Key;
use stead_types::{Secret, Timestamp};

use crate::client::{Credentials, Request, Response, Server};

const ASSUME: &str = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=s1&\
                      RoleArn=arn:aws:iam::111122223333:role/r";
const HOUR: i64 = 3_600;

fn element<'b>(body: &'b str, name: &str) -> &'b str {
    let (_, rest) = body.split_once(&format!("<{name}>")).unwrap();
    rest.split_once("</").unwrap().0
}

/// AssumeRole, signed so many seconds from now.
async fn assume(server: &Server, caller: &Credentials, body: &str, seconds: i64) -> Response {
    let mut request = Request::post(&server.host(), body);
    let at = Timestamp::from_epoch_seconds(server.now().epoch_seconds() + seconds);
    request.sign(caller, "sts", at);
    server.send(&request).await
}

/// What DecodeAuthorizationMessage says of the request that was answered so.
async fn told(server: &Server, answer: &Response) -> String {
    let id = element(&answer.body, "RequestId");
    let form = format!("Action=DecodeAuthorizationMessage&EncodedMessage={id}");
    server.sts(&server.root, &form).await.body
}

#[tokio::test]
async fn a_signature_of_another_moment_is_told_in_awss_words_and_explained_by_the_request() {
    let server = Server::start().await;
    for (seconds, words) in
        [(3 * HOUR, "Signature not yet current: "), (-HOUR, "Signature expired: ")]
    {
        let refused = assume(&server, &server.root, ASSUME, seconds).await;
        assert_eq!(refused.status, 403);
        let message = element(&refused.body, "Message");
        assert!(message.starts_with(words) && message.ends_with(" min.)"), "{message}");
        let document = told(&server, &refused).await;
        for part in ["refusedCall", "SignatureDoesNotMatch", "arn:aws:iam::111122223333:root"] {
            assert!(document.contains(part), "{document}");
        }
    }
    server.stop().await;
}

/// Whoever knows no more than the id of a key neither fills anything nor learns anything.
#[tokio::test]
async fn only_who_has_the_secret_leaves_a_record() {
    let server = Server::start().await;
    let impostor = Credentials {
        id: server.root.id.clone(),
        secret: Secret::new("x".repeat(40)),
        token: None,
    };
    let stranger = Credentials { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..impostor.clone() };
    let other = "Action=GetCallerIdentity&Version=2011-06-15";
    let mut messages = Vec::new();
    for (caller, body, seconds) in [
        (&impostor, ASSUME, 3 * HOUR),
        (&impostor, ASSUME, 0),
        (&stranger, ASSUME, 3 * HOUR),
        (&server.root, other, 3 * HOUR),
    ] {
        let refused = assume(&server, caller, body, seconds).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        let document = told(&server, &refused).await;
        assert!(document.contains("InvalidAuthorizationMessageException"), "{document}");
        messages.push(element(&refused.body, "Message").to_owned());
    }
    // A key that is not there and a wrong signature are told alike of another moment.
    for message in [&messages[0], &messages[2]] {
        assert!(message.starts_with("Signature not yet current: "), "{message}");
    }
    // What was changed behind the signature is not signed.
    let mut request = Request::post(&server.host(), ASSUME);
    let at = Timestamp::from_epoch_seconds(server.now().epoch_seconds() + HOUR);
    request.sign(&server.root, "sts", at);
    request.body = ASSUME.replace("role/r", "role/q").into_bytes();
    let refused = server.send(&request).await;
    assert!(told(&server, &refused).await.contains("InvalidAuthorizationMessageException"));
    server.stop().await;
}

#[tokio::test]
async fn a_region_that_is_off_gives_no_credentials_and_nothing_else_changes() {
    let off = |region: &'static str| {
        move |layer: &mut stead_server::config::Layer| layer.set(Key::InactiveStsRegion, region)
    };
    // Requests of this client are signed for us-east-1.
    let server = Server::start_with(off("us-east-2"), None).await;
    let token = "Action=GetSessionToken&Version=2011-06-15";
    for (region, body, code) in [
        ("us-east-2", ASSUME, Some("RegionDisabledException")),
        (
            "us-east-2",
            "Action=GetFederationToken&Version=2011-06-15&Name=bob",
            Some("RegionDisabledException"),
        ),
        ("us-east-2", "Action=GetCallerIdentity&Version=2011-06-15", None),
        ("us-east-1", token, None),
        ("us-east-2", token, Some("RegionDisabledException")),
    ] {
        let mut request = Request::post(&server.host(), body);
        request.sign_for(&server.root, "sts", region, server.now());
        let answer = server.send(&request).await;
        match code {
            None => assert_eq!(answer.status, 200, "{body}: {}", answer.body),
            Some(code) => {
                assert_eq!((answer.status, element(&answer.body, "Code")), (403, code), "{body}");
                assert_eq!(
                    element(&answer.body, "Message"),
                    "STS is not activated in this region for account:111122223333. Your account \
                     administrator can activate STS in this region using the IAM Console."
                );
            }
        }
        if body == ASSUME {
            let document = told(&server, &answer).await;
            assert!(document.contains("RegionDisabledException"), "{document}");
            assert!(document.contains("us-east-2"), "{document}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn of_an_unsigned_call_the_host_says_the_region() {
    let set = |layer: &mut stead_server::config::Layer| {
        layer.set(Key::InactiveStsRegion, "us-east-2");
    };
    let server = Server::start_with(set, None).await;
    let body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=s1&\
                RoleArn=arn:aws:iam::111122223333:role/r&WebIdentityToken=none";
    for (host, code) in [
        ("sts.us-east-2.amazonaws.com", "RegionDisabledException"),
        ("sts.us-east-1.amazonaws.com", "InvalidIdentityToken"),
        ("us-east-2.example.com", "InvalidIdentityToken"),
    ] {
        let answer = server.send(&Request::post(host, body)).await;
        assert_eq!(element(&answer.body, "Code"), code, "{host}");
    }
    server.stop().await;
}
