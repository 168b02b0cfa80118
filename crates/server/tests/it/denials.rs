//! What a denial's message refers to, by configuration, and how it is decoded.

use stead_server::config::Key;
use stead_types::Secret;

use crate::client::{Credentials, Server};

const DENIED: &str = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                      iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no \
                      identity-based policy allows the iam:ListUsers action";

/// A user without policies.
async fn alice(server: &Server) -> Credentials {
    let root = &server.root;
    server.iam(root, "Action=CreateUser&UserName=alice").await;
    let made = server.iam(root, "Action=CreateAccessKey&UserName=alice").await;
    Credentials {
        id: element(&made.body, "AccessKeyId").to_owned(),
        secret: Secret::new(element(&made.body, "SecretAccessKey").to_owned()),
        token: None,
    }
}

/// The message of ListUsers as a user without policies.
async fn denied(server: &Server) -> String {
    let alice = alice(server).await;
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

/// The length of a sealed message must not say whether a role exists, and that of a
/// denial across accounts nothing of the other account.
#[tokio::test]
async fn a_sealed_message_is_as_long_for_a_missing_role_as_for_one_that_trusts_nobody() {
    const NOBODY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22444455556666%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";
    let server = Server::start_with(|layer| layer.set(Key::SealedDenials, "true"), None).await;
    let root = &server.root;
    let alice = alice(&server).await;
    let role = format!("Action=CreateRole&RoleName=There&AssumeRolePolicyDocument={NOBODY}");
    let role = format!("{role}&Tags.member.1.Key=Team&Tags.member.1.Value=blue");
    assert_eq!(server.iam(root, &role).await.status, 200);
    let mut lengths = Vec::new();
    for role in ["111122223333:role/There", "111122223333:role/Where", "444455556666:role/There"] {
        let asked = format!("Action=AssumeRole&RoleSessionName=s1&RoleArn=arn:aws:iam::{role}");
        let refused = server.sts(&alice, &asked).await;
        assert_eq!(refused.status, 403);
        let message = element(&refused.body, "Message");
        let is_foreign = role.starts_with('4');
        assert_eq!(message.contains(" (denial d-"), is_foreign, "{message}");
        assert_eq!(message.contains("Encoded authorization failure"), !is_foreign, "{message}");
        lengths.push(message.len());
    }
    assert_eq!(lengths[0], lengths[1]);
    server.stop().await;
}
