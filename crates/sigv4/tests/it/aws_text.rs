//! What the caller is told, word for word.

use std::time::Duration;

use stead_sigv4::{AwsText, Rejection, Settings};

use crate::request::{Request, after, before};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

#[track_caller]
fn check(request: &Request, code: &str, status: u16, message: &str) {
    let text = request.verify().unwrap_err().aws_text();
    assert_eq!((text.code, text.status, text.message.as_str()), (code, status, message));
}

#[track_caller]
fn incomplete(request: &Request, message: &str) {
    check(request, "IncompleteSignature", 400, message);
}

#[track_caller]
fn mismatch(request: &Request, message: &str) {
    check(request, "SignatureDoesNotMatch", 403, message);
}

fn with_authorization(value: &str) -> Request {
    let mut request = Request::unsigned();
    request.add("X-Amz-Date", "20150830T123600Z");
    request.add("Authorization", value);
    request
}

#[test]
fn missing_authentication_token() {
    let message = "Request is missing Authentication Token";
    check(&Request::unsigned(), "MissingAuthenticationToken", 403, message);
    check(&with_authorization("Bearer x"), "MissingAuthenticationToken", 403, message);
}

#[test]
fn incomplete_signature_in_the_header() {
    incomplete(
        &with_authorization("AWS4-HMAC-SHA256 Credential=ABCDEF"),
        "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=ABCDEF",
    );
    let mut request = Request::unsigned();
    request.add("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host");
    incomplete(
        &request,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 SignedHeaders=host",
    );
    incomplete(
        &with_authorization("AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders"),
        "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders'.",
    );
    let rest = "SignedHeaders=host, Signature=b";
    incomplete(
        &with_authorization(&format!("AWS4-HMAC-SHA256 Credential=a/b/c/d, {rest}")),
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
    );
    incomplete(
        &with_authorization(&format!("AWS4-HMAC-SHA25 Credential=a/b/c/d/e, {rest}")),
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
    );
    let mut request = Request::signed();
    request.edit("x-amz-date", "20150830T123600Z", "201");
    incomplete(
        &request,
        "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
}

#[test]
fn incomplete_signature_in_the_query() {
    let request = Request { query: "X-Amz-Algorithm".into(), ..Request::unsigned_get() };
    incomplete(
        &request,
        "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    );
    let mut request = Request::presigned();
    request.edit_query("Expires=3600", "Expires=604801");
    incomplete(
        &request,
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
    let mut request = Request::presigned();
    request.edit_query("Expires=3600", "Expires=soon");
    incomplete(&request, "X-Amz-Expires should be a number");
}

#[test]
fn signature_does_not_match() {
    let mut request = Request::signed();
    request.body.push(b' ');
    mismatch(&request, MISMATCH);
    let mut request = Request::signed();
    request.remove("content-type");
    mismatch(&request, MISMATCH);
    let mut request = Request::presigned();
    request.add("Authorization", "x");
    mismatch(
        &request,
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
    let mut request = Request::signed();
    request.edit("authorization", "content-type;host", "content-type");
    mismatch(&request, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    let mut request = Request::signed();
    request.add("X-Amz-Extra", "");
    mismatch(&request, "'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization.");
}

#[test]
fn why_a_body_is_refused_is_for_the_log() {
    for value in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x"] {
        let mut request = Request::unsigned();
        request.add("x-amz-content-sha256", value);
        mismatch(&request.sign(None, &Settings::query_services()), MISMATCH);
    }
}

#[test]
fn the_time_of_the_signature() {
    let text = |now| Request::signed().verify_at(now).unwrap_err().aws_text().message;
    assert_eq!(
        text(after(901)),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"
    );
    assert_eq!(
        text(before(901)),
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)"
    );
    let lifetime = Duration::from_secs(90);
    let expired = Rejection::Expired { signed_at: before(91), now: after(0), lifetime };
    assert_eq!(
        expired.aws_text().message,
        "Signature expired: 20150830T123429Z is now earlier than 20150830T123430Z (20150830T123600Z - 90 sec.)"
    );
}

#[test]
fn the_scope_of_the_credential() {
    let scoped = |to: &str| {
        let mut request = Request::signed();
        request.edit("authorization", "20150830/us-east-1/sts/aws4_request", to);
        request
    };
    mismatch(
        &scoped("20150830/ap-southeast-2/sts/aws4_request"),
        "Credential should be scoped to a valid region, not 'ap-southeast-2'. ",
    );
    mismatch(
        &scoped("20150830/us-east-1/es/aws4_request"),
        "Credential should be scoped to correct service: 'sts'. ",
    );
    mismatch(
        &scoped("20151124/us-east-1/sts/aws4_request"),
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151124' != '20150830', from '20150830T123600Z'.",
    );
    mismatch(
        &scoped("b/c/d/e"),
        "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'sts'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20150830', from '20150830T123600Z'.",
    );
}

#[test]
fn what_cannot_be_read() {
    let request = Request { query: "a=%".into(), ..Request::signed() };
    check(&request, "MalformedQueryString", 404, "The query string contains a syntax error.");
    let request = Request { path: "*".into(), ..Request::signed() };
    check(&request, "MalformedInput", 400, "Couldn't parse the specified URI.");
    let request = Request { query: "a&".repeat(1025), ..Request::signed() };
    let message = "Your request header and query parameters exceed the maximum allowed size.";
    check(&request, "MalformedInput", 400, message);
}

#[test]
fn keys_and_tokens_have_texts_of_their_own() {
    let text = AwsText::invalid_client_token_id();
    assert_eq!(
        (text.code, text.status, text.message.as_str()),
        ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
    );
    let text = AwsText::expired_token();
    assert_eq!(
        (text.code, text.status, text.message.as_str()),
        ("ExpiredToken", 403, "The security token included in the request is expired")
    );
    assert!(!format!("{text:?}").contains("security token"));
}

#[test]
fn a_long_header_is_repeated_in_part() {
    let request = with_authorization(&format!("AWS4-HMAC-SHA256 {}", "x".repeat(5000)));
    let text = request.verify().unwrap_err().aws_text().message;
    assert!(text.len() < 2300, "{}", text.len());
}
