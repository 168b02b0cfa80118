//! What services elsewhere read of an account that issues identity tokens.

use serde_json::Value;
use stead_federation::oidc::UnverifiedToken;
use stead_server::config::Key;

use crate::client::{Request, Response, Server};

const TOKEN: &str = "Action=GetWebIdentityToken&Audience.member.1=a&SigningAlgorithm=ES384";

async fn get(server: &Server, path: &str) -> Response {
    let request = Request { path: path.to_owned(), ..Request::get(&server.host(), "") };
    server.send(&request).await
}

fn json(response: &Response) -> Value {
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.header("cache-control"), Some("public, max-age=300"));
    serde_json::from_str(&response.body).unwrap()
}

/// The path of the issuer's documents.
async fn enable(server: &Server, base: &str) -> String {
    let answer = server.iam(&server.root, "Action=EnableOutboundWebIdentityFederation").await;
    let issuer = answer.element("IssuerIdentifier").unwrap();
    let path = issuer.strip_prefix(base).unwrap();
    assert!(path.starts_with("/token-issuer/"), "{issuer}");
    path.to_owned()
}

#[tokio::test]
async fn the_documents_of_an_issuer_are_public_and_name_it() {
    let server = Server::start().await;
    let base = format!("http://{}", server.host());
    let path = enable(&server, &base).await;
    let found = json(&get(&server, &format!("{path}/.well-known/openid-configuration")).await);
    assert_eq!(found["issuer"], format!("{base}{path}"));
    assert_eq!(found["jwks_uri"], format!("{base}{path}/.well-known/jwks.json"));
    let keys = json(&get(&server, &format!("{path}/.well-known/jwks.json")).await);
    let ids: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(ids, ["RSA_0", "EC384_0"]);
    for private in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""] {
        assert!(!keys.to_string().contains(private), "{keys}");
    }
    let disabled = server.iam(&server.root, "Action=DisableOutboundWebIdentityFederation").await;
    assert_eq!(disabled.status, 200);
    let refused = server.sts(&server.root, TOKEN).await;
    assert_eq!(refused.outcome(), (403, "OutboundWebIdentityFederationDisabledException"));
    assert_eq!(json(&get(&server, &format!("{path}/.well-known/jwks.json")).await), keys);
    server.stop().await;
}

#[tokio::test]
async fn an_issuer_that_nobody_has_is_not_found_and_other_paths_are_the_api() {
    let server = Server::start().await;
    let path = enable(&server, &format!("http://{}", server.host())).await;
    let unknown = "/token-issuer/00000000-0000-4000-8000-000000000000";
    let absent = get(&server, &format!("{unknown}/.well-known/jwks.json")).await;
    assert_eq!((absent.status, absent.body.as_str()), (404, "no such issuer\n"));
    for other in [path.clone(), format!("{path}/.well-known/"), "/token-issuer/".to_owned()] {
        let response = get(&server, &other).await;
        assert_eq!(response.outcome(), (400, "MissingAction"), "{other}");
    }
    // A signed request may have any path, this one too: only GET is for documents.
    let mut call = server.who_am_i();
    call.path = format!("{path}/.well-known/jwks.json");
    let answer = server.send(&call.signed(&server.root, server.now())).await;
    assert_eq!(answer.status, 200);
    assert!(answer.element("Arn").is_some());
    server.stop().await;
}

#[tokio::test]
async fn tokens_name_the_url_that_is_configured() {
    let url = "https://sts.example.com/below";
    let set = |layer: &mut stead_server::config::Layer| layer.set(Key::TokenIssuerUrl, url);
    let server = Server::start_with(set, None).await;
    let path = enable(&server, url).await;
    let found = json(&get(&server, &format!("{path}/.well-known/openid-configuration")).await);
    assert_eq!(found["issuer"], format!("{url}{path}"));
    let answer = server.sts(&server.root, TOKEN).await;
    let token = answer.element("WebIdentityToken").unwrap();
    let token = UnverifiedToken::parse(token).unwrap();
    assert_eq!(token.issuer(), format!("{url}{path}"));
    server.stop().await;
}
