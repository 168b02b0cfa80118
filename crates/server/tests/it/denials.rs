//! What a denial's message refers to, by configuration, and how it is decoded.

use stead_server::config::Key;
use stead_types::Secret;

use crate::client::{Credentials, Server};

const DENIED: &str = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                      iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no \
                      identity-based policy allows the iam:ListUsers action";

/// The message of ListUsers as a user without policies.
async fn denied(server: &Server) -> String {
    let root = &server.root;
    server.iam(root, "Action=CreateUser&UserName=alice").await;
    let made = server.iam(root, "Action=CreateAccessKey&UserName=alice").await;
    let alice = Credentials {
        id: element(&made.body, "AccessKeyId").to_owned(),
        secret: Secret::new(element(&made.body, "SecretAccessKey").to_owned()),
        token: None,
    };
    let refused = server.iam(&alice, "Action=ListUsers").await;
    assert_eq!(refused.status, 403);
    element(&refused.body, "Message").to_owned()
}

fn element<'b>(body: &'b str, name: &str) -> &'b str {
    let (_, rest) = body.split_once(&format!("<{name}>")).unwrap();
    rest.split_once("</").unwrap().0
}

async fn decode(server: &Server, message: &str) -> String {
    let message = message.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
    let form = format!("Action=DecodeAuthorizationMessage&EncodedMessage={message}");
    server.sts(&server.root, &form).await.body
}

#[tokio::test]
async fn an_id_a_sealed_message_or_nothing_follows_awss_text() {
    let server = Server::start().await;
    let message = denied(&server).await;
    let id = message.strip_prefix(DENIED).unwrap();
    let id = id.strip_prefix(" (denial ").unwrap().strip_suffix(')').unwrap();
    assert!(decode(&server, id).await.contains("iam:ListUsers"));
    server.stop().await;

    let server = Server::start_with(|layer| layer.set(Key::SealedDenials, "true"), None).await;
    let message = denied(&server).await;
    let sealed = message.strip_prefix(DENIED).unwrap();
    let sealed = sealed.strip_prefix(" Encoded authorization failure message: ").unwrap();
    assert!(decode(&server, sealed).await.contains("iam:ListUsers"));
    let shorter = &sealed[..sealed.len() - 4];
    assert!(decode(&server, shorter).await.contains("InvalidAuthorizationMessageException"));
    server.stop().await;

    let server = Server::start_with(|layer| layer.set(Key::StrictMessages, "true"), None).await;
    assert_eq!(denied(&server).await, DENIED);
    server.stop().await;
}
