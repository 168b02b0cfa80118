//! More than is read is refused, quickly.

use stead_sigv4::{Limit, Rejection};

use crate::request::Request;

#[test]
fn each_limit_has_a_request_that_exceeds_it() {
    let header = |name: &str, value: &str| {
        let mut request = Request::signed();
        request.add(name, value);
        request
    };
    let query = |query: String| Request { query, ..Request::signed() };
    let mut many_headers = Request::signed();
    for index in 0..200 {
        many_headers.add(&format!("x-{index}"), "");
    }
    let mut long_authorization = Request::signed();
    long_authorization.edit("authorization", "Credential=", &format!("A={}", "x".repeat(9000)));
    let mut many_signed = Request::signed();
    let names: String = (0..100).map(|index| format!("x-{index};")).collect();
    many_signed.edit("authorization", "SignedHeaders=", &format!("SignedHeaders={names}"));
    for (request, limit) in [
        (header("x-long", &"x".repeat(128 * 1024)), Limit::HeaderBytes),
        (many_headers, Limit::Headers),
        (long_authorization, Limit::AuthorizationBytes),
        (many_signed, Limit::SignedHeaders),
        (query("a".repeat(64 * 1024 + 1)), Limit::QueryBytes),
        (query("a&".repeat(1025)), Limit::QueryParameters),
        (
            Request { path: format!("/{}", "a".repeat(16 * 1024)), ..Request::signed() },
            Limit::PathBytes,
        ),
    ] {
        request.refused(&Rejection::LimitExceeded { limit });
    }
}

#[test]
fn what_is_no_http_is_refused() {
    let method = |method: &str| Request { method: method.into(), ..Request::signed() };
    method("").refused(&Rejection::MalformedMethod);
    method("GET /\n").refused(&Rejection::MalformedMethod);
    let path = |path: &str| Request { path: path.into(), ..Request::signed() };
    path("*").refused(&Rejection::MalformedPath);
    path("http://example.com/").refused(&Rejection::MalformedPath);
    let query = |query: &str| Request { query: query.into(), ..Request::signed() };
    query("a=%").refused(&Rejection::MalformedQuery);
    query("a=%f").refused(&Rejection::MalformedQuery);
    query("%zz").refused(&Rejection::MalformedQuery);
    let mut request = Request::signed();
    request.add("a b", "");
    request.refused(&Rejection::MalformedHeaderName);
}

#[test]
fn a_header_that_is_read_must_be_text() {
    for name in ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
        let mut request = Request::signed();
        request.headers.retain(|(other, _)| other != name);
        request.headers.push((name.into(), vec![0xff]));
        request.refused(&Rejection::MalformedHeader { name });
    }
    // Any other may be bytes.
    let mut request = Request::unsigned();
    request.headers.push(("x-bytes".into(), vec![0xff, 0x00]));
    let settings = stead_sigv4::Settings::query_services();
    assert!(request.sign(None, &settings).verify().is_ok());
}
