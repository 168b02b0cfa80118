//! The source address a policy sees, with and without a trusted proxy.

use stead_server::config::{Key, Layer};

use crate::client::{Credentials, Server, escape};

/// A user whose permission depends on where the request comes from and how.
async fn guarded_user(server: &Server) -> Credentials {
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*",
        "Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:SecureTransport":"true"}}}}"#;
    let root = &server.root;
    let put = format!(
        "Action=PutUserPolicy&UserName=guarded&PolicyName=p&PolicyDocument={}",
        escape(policy)
    );
    assert_eq!(server.iam(root, "Action=CreateUser&UserName=guarded").await.status, 200);
    assert_eq!(server.iam(root, &put).await.status, 200);
    server.iam(root, "Action=CreateAccessKey&UserName=guarded").await.credentials()
}

#[tokio::test]
async fn forwarded_headers_count_from_trusted_proxies_only() {
    let trusting = |layer: &mut Layer| layer.set(Key::TrustedProxy, "127.0.0.0/8");
    for (trusted, address, scheme, expected) in [
        (true, "203.0.113.7", "https", 200),
        (true, "203.0.113.7", "http", 403),
        (true, "198.51.100.1", "https", 403),
        (true, "203.0.113.7, 198.51.100.1", "https", 403),
        (false, "203.0.113.7", "https", 403),
    ] {
        let server = match trusted {
            true => Server::start_with(trusting, None).await,
            false => Server::start().await,
        };
        let user = guarded_user(&server).await;
        let body = "Action=ListUsers&Version=2010-05-08";
        let mut request = crate::client::Request::post(&server.host(), body);
        request.sign(&user, "iam", server.now());
        let request = request.with("x-forwarded-for", address).with("x-forwarded-proto", scheme);
        let response = server.send(&request).await;
        assert_eq!(response.status, expected, "{trusted} {address} {scheme}: {response:?}");
        server.stop().await;
    }
}
