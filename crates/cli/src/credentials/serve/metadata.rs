//! The metadata service of an EC2 instance, version 2, as far as credentials go.
//!
//! Spec: EC2 User Guide, "Use the Instance Metadata Service" and "Retrieve security
//! credentials from instance metadata". Every GET needs a token, and a token is had by PUT
//! alone, which neither a browser's navigation nor most ways of making a server fetch a
//! URL can do. 400 for a PUT that is not valid, 401 without a token that holds, 403 for
//! what is not allowed, 404 for what there is not.

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;

use super::metadata_token::{TTL_SECONDS, TokenKey};
use super::{response, text};
use crate::credentials::broker::Broker;

pub(super) const PREFIX: &str = "/latest/";
const TOKEN: &str = "/latest/api/token";
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials";
const REGION: &str = "/latest/meta-data/placement/region";

const TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

pub(super) async fn answer(head: &Parts, key: &TokenKey, broker: &Broker) -> Response<Full<Bytes>> {
    let path = head.uri.path();
    if path == TOKEN {
        return token(head, key, broker);
    }
    if head.method != Method::GET {
        return text(StatusCode::METHOD_NOT_ALLOWED, "use GET\n");
    }
    if !is_authorized(head, key, broker) {
        return text(StatusCode::UNAUTHORIZED, "401 - Unauthorized\n");
    }
    let role = broker.source().role_name();
    match path.strip_prefix(CREDENTIALS) {
        Some("" | "/") => return text(StatusCode::OK, role.to_owned()),
        Some(rest) if rest.strip_prefix('/') == Some(role) => return credentials(broker).await,
        _ => {}
    }
    if path == REGION {
        return text(StatusCode::OK, broker.source().client.region.clone());
    }
    // The identity document too: there is no instance whose it could be.
    text(StatusCode::NOT_FOUND, "404 - Not Found\n")
}

fn token(head: &Parts, key: &TokenKey, broker: &Broker) -> Response<Full<Bytes>> {
    if head.method != Method::PUT {
        return text(StatusCode::METHOD_NOT_ALLOWED, "use PUT\n");
    }
    // Spec: a request that came through a proxy gets no token: open proxies and firewalls
    // that add this header are how such services are reached from outside.
    if head.headers.contains_key(FORWARDED_FOR) {
        return text(StatusCode::FORBIDDEN, "403 - Forbidden\n");
    }
    let Some((value, seconds)) = lifetime(head) else {
        return text(StatusCode::BAD_REQUEST, "400 - Bad Request\n");
    };
    let token = key.issue(seconds, broker.source().client.clock.now());
    let mut response = text(StatusCode::OK, token.expose().clone());
    response.headers_mut().insert(TTL, value);
    response
}

/// Spec: at least one second, at most six hours.
fn lifetime(head: &Parts) -> Option<(HeaderValue, u32)> {
    let mut values = head.headers.get_all(TTL).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let text = value.to_str().ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|seconds| is_number && TTL_SECONDS.contains(seconds))?;
    Some((value.clone(), seconds))
}

fn is_authorized(head: &Parts, key: &TokenKey, broker: &Broker) -> bool {
    let mut tokens = head.headers.get_all(TOKEN_HEADER).iter();
    let (Some(token), None) = (tokens.next(), tokens.next()) else { return false };
    let now = broker.source().client.clock.now();
    token.to_str().is_ok_and(|token| key.holds(token, now))
}

async fn credentials(broker: &Broker) -> Response<Full<Bytes>> {
    match broker.session().await {
        Ok(session) => {
            let body = json!({
                "Code": "Success",
                "LastUpdated": session.issued_at.to_string(),
                "Type": "AWS-HMAC",
                "AccessKeyId": session.credentials.access_key_id,
                "SecretAccessKey": session.credentials.secret_access_key.expose(),
                "Token": session.token(),
                "Expiration": session.expires_at.to_string(),
            });
            response(StatusCode::OK, "text/plain", body.to_string())
        }
        Err(failure) => {
            let body = json!({ "Code": "Failed", "Message": failure.message() });
            response(StatusCode::SERVICE_UNAVAILABLE, "text/plain", body.to_string())
        }
    }
}
