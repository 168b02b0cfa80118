//! Signed requests.

use std::net::SocketAddr;

use anyhow::Result;
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::{Secret, Timestamp};

pub(crate) const FORM_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// An access key, and a session token where it has one.
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: Secret<String>,
    pub(crate) token: Option<Secret<String>>,
}

/// The form body of an operation.
pub(crate) fn form(action: &str, version: &str, parameters: &[(&str, &str)]) -> String {
    let mut body = format!("Action={action}&Version={version}");
    for (name, value) in parameters {
        body.push('&');
        body.push_str(name);
        body.push('=');
        body.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    body
}

/// A request to `path`, signed as if it went to the root of the service: the
/// constant server, which checks nothing, gets the very bytes the other one gets.
pub(crate) fn signed(
    keys: &Keys,
    service: &str,
    host: SocketAddr,
    path: &str,
    body: &str,
    now: Timestamp,
) -> Result<Request<Full<Bytes>>> {
    let host = host.to_string();
    let headers: [(&str, &[u8]); 2] =
        [("host", host.as_bytes()), ("content-type", FORM_TYPE.as_bytes())];
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
    let signer = Signer {
        access_key_id: &keys.id,
        secret: &keys.secret,
        security_token: keys.token.as_ref(),
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service,
        settings: Settings::query_services(),
    };
    let mut request = Request::post(path).header("host", &host).header("content-type", FORM_TYPE);
    for added in signer.sign_headers(&head, Payload::of(body.as_bytes()), now)? {
        request = request.header(added.name, added.value);
    }
    Ok(request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?)
}

/// A request that carries its proof in the body.
pub(crate) fn unsigned(host: SocketAddr, path: &str, body: &str) -> Result<Request<Full<Bytes>>> {
    let request = Request::post(path)
        .header("host", host.to_string())
        .header("content-type", FORM_TYPE)
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?;
    Ok(request)
}
