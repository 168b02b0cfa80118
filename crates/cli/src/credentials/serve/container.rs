//! The endpoint of containers, as ECS and EKS have it.
//!
//! Spec: docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html: a
//! GET request with the token as the whole `Authorization` header. The answer has
//! `AccessKeyId`, `SecretAccessKey`, `Token` and `Expiration`; that of ECS has `RoleArn`
//! besides. An error may have `code` and `message`.

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::json;
use stead_types::Secret;

use super::response;
use crate::credentials::broker::Broker;

pub(super) const PATH: &str = "/credentials";

pub(super) async fn answer(
    head: &Parts,
    authorization: &Secret<String>,
    broker: &Broker,
) -> Response<Full<Bytes>> {
    if head.method != Method::GET {
        return error(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "use GET");
    }
    if !is_authorized(head, authorization) {
        return error(
            StatusCode::UNAUTHORIZED,
            "Unauthorized",
            "the authorization token is missing or wrong",
        );
    }
    match broker.session().await {
        Ok(session) => {
            let body = json!({
                "RoleArn": broker.source().ask.role_arn,
                "AccessKeyId": session.credentials.access_key_id,
                "SecretAccessKey": session.credentials.secret_access_key.expose(),
                "Token": session.token(),
                "Expiration": session.expires_at.to_string(),
            });
            response(StatusCode::OK, "application/json", body.to_string())
        }
        Err(failure) => {
            error(StatusCode::SERVICE_UNAVAILABLE, "CredentialsUnavailable", failure.message())
        }
    }
}

/// Exactly one header, compared in constant time.
fn is_authorized(head: &Parts, authorization: &Secret<String>) -> bool {
    let mut sent = head.headers.get_all(AUTHORIZATION).iter();
    let (Some(sent), None) = (sent.next(), sent.next()) else { return false };
    let sent = Secret::new(sent.as_bytes().to_vec());
    Secret::new(authorization.expose().as_bytes().to_vec()) == sent
}

fn error(status: StatusCode, code: &str, message: &str) -> Response<Full<Bytes>> {
    response(status, "application/json", json!({ "code": code, "message": message }).to_string())
}
