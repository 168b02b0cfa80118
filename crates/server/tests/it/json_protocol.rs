//! What asks for an operation in the head is of AWS JSON 1.1, and is answered in it.

use crate::client::{Request, Response, Server};

const DESCRIBE: &str = "AWSOrganizationsV20161128.DescribeOrganization";

/// A request for a target, unsigned as yet.
fn post(server: &Server, target: &str, body: &str) -> Request {
    let mut request = Request::post(&server.host(), body);
    set(&mut request, "content-type", "application/x-amz-json-1.1");
    request.headers.push(("x-amz-target".to_owned(), target.as_bytes().to_vec()));
    request
}

fn set(request: &mut Request, name: &str, value: &str) {
    request.headers.retain(|(other, _)| other != name);
    request.headers.push((name.to_owned(), value.as_bytes().to_vec()));
}

/// Status and name of an error; what every answer of the protocol has is checked on the way.
fn outcome(response: &Response) -> (u16, String) {
    assert_eq!(response.header("content-type"), Some("application/x-amz-json-1.1"));
    assert!(response.header("x-amzn-requestid").is_some());
    let name =
        response.body.split_once(r#"{"__type":""#).and_then(|(_, rest)| rest.split_once('"'));
    (response.status, name.map(|(name, _)| name.to_owned()).unwrap_or_default())
}

#[tokio::test]
async fn a_signed_request_is_answered_by_the_service_that_its_target_names() {
    let server = Server::start().await;
    for body in ["{}", "", r#" {"Unknown": [1]} "#] {
        let request = post(&server, DESCRIBE, body).signed_for_organizations(&server);
        let response = server.send(&request).await;
        assert_eq!(
            outcome(&response),
            (400, "AWSOrganizationsNotInUseException".to_owned()),
            "{body}"
        );
        assert_eq!(
            response.body,
            r#"{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}"#
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_request_of_the_protocol_is_refused_in_its_words() {
    let server = Server::start().await;
    let described = || post(&server, DESCRIBE, "{}");
    let typed = |content_type: &str| {
        let mut request = described();
        set(&mut request, "content-type", content_type);
        request
    };
    let got = Request { method: "GET".to_owned(), body: Vec::new(), ..described() };
    let mut twice = described();
    twice.headers.push(("x-amz-target".to_owned(), DESCRIBE.as_bytes().to_vec()));
    let too_long = format!("{{\"A\":\"{}\"}}", "a".repeat(1 << 20));
    let many = format!("{{\"A\":[{}1]}}", "1,".repeat(1_000));
    let deep = format!("{{\"A\":{}{}}}", "[".repeat(8), "]".repeat(8));
    for (name, request, status, code) in [
        ("no target", post(&server, "", "{}"), 400, "UnknownOperationException"),
        (
            "another target",
            post(&server, "DynamoDB_20120810.ListTables", "{}"),
            400,
            "UnknownOperationException",
        ),
        (
            "another service's operation",
            post(&server, "AWSOrganizationsV20161128.GetUser", "{}"),
            400,
            "UnknownOperationException",
        ),
        ("two targets", twice, 400, "UnknownOperationException"),
        ("by GET", got, 400, "UnknownOperationException"),
        ("a form", typed("application/x-www-form-urlencoded"), 400, "UnknownOperationException"),
        ("JSON 1.0", typed("application/x-amz-json-1.0"), 400, "UnknownOperationException"),
        (
            "known and not built",
            post(&server, "AWSOrganizationsV20161128.DescribeResourcePolicy", "{}"),
            501,
            "NotImplemented",
        ),
        ("no JSON", post(&server, DESCRIBE, "Action=GetUser"), 400, "SerializationException"),
        ("a list", post(&server, DESCRIBE, "[]"), 400, "SerializationException"),
        ("twice", post(&server, DESCRIBE, r#"{"A":1,"A":1}"#), 400, "SerializationException"),
        ("too many", post(&server, DESCRIBE, &many), 400, "SerializationException"),
        ("too deep", post(&server, DESCRIBE, &deep), 400, "SerializationException"),
        ("too long", post(&server, DESCRIBE, &too_long), 413, "RequestEntityTooLarge"),
    ] {
        let response = server.send(&request.signed_for_organizations(&server)).await;
        assert_eq!(outcome(&response), (status, code.to_owned()), "{name}: {response:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_form_with_a_target_that_is_none_is_of_the_query_protocol() {
    let server = Server::start().await;
    for target in ["1", "", "DynamoDB_20120810.ListTables"] {
        let mut request = post(&server, target, "Action=GetCallerIdentity&Version=2011-06-15");
        set(&mut request, "content-type", "application/x-www-form-urlencoded");
        let unsigned = server.send(&request).await;
        assert!(unsigned.body.contains("<Code>MissingAuthenticationToken</Code>"), "{unsigned:?}");
        request.sign(&server.root, "sts", server.now());
        let response = server.send(&request).await;
        assert!(response.body.contains("<GetCallerIdentityResult>"), "{target}: {response:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn without_a_signature_for_this_service_nothing_of_the_body_is_looked_at() {
    let server = Server::start().await;
    let broken = || post(&server, DESCRIBE, "{");
    let mut of_iam = broken();
    of_iam.sign(&server.root, "iam", server.now());
    let mut other_target = broken().signed_for_organizations(&server);
    set(&mut other_target, "x-amz-target", "AWSOrganizationsV20161128.ListAccounts");
    let mut not_signed = Request::post(&server.host(), "{");
    set(&mut not_signed, "content-type", "application/x-amz-json-1.1");
    let mut not_signed = not_signed.signed_for_organizations(&server);
    set(&mut not_signed, "x-amz-target", DESCRIBE);
    let mut other_body = broken().signed_for_organizations(&server);
    other_body.body = b"[".to_vec();
    let mut cut = broken();
    set(&mut cut, "authorization", "AWS4-HMAC-SHA256 Credential=x");
    let mut stranger = server.root.clone();
    stranger.id = "AKIAIOSFODNN7EXAMPLE".to_owned();
    let mut unknown = broken();
    unknown.sign(&stranger, "organizations", server.now());
    for (name, request, code) in [
        ("unsigned", broken(), "MissingAuthenticationTokenException"),
        ("signed for IAM", of_iam, "InvalidSignatureException"),
        ("signed for another target", other_target, "InvalidSignatureException"),
        ("signed without its target", not_signed, "InvalidSignatureException"),
        ("signed for another body", other_body, "InvalidSignatureException"),
        ("a part of a signature", cut, "IncompleteSignatureException"),
        ("signed by nobody", unknown, "UnrecognizedClientException"),
    ] {
        let response = server.send(&request).await;
        assert_eq!(outcome(&response), (400, code.to_owned()), "{name}: {response:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_version_of_the_other_protocol_reaches_no_operation_of_this_one() {
    let server = Server::start().await;
    let form = "Action=DescribeOrganization&Version=2016-11-28";
    let request = Request::post(&server.host(), form).signed_for_organizations(&server);
    let response = server.send(&request).await;
    assert_eq!(response.outcome(), (400, "InvalidAction"));
    assert_eq!(response.header("content-type"), Some("text/xml"));
    server.stop().await;
}

impl Request {
    /// The same, signed by root.
    fn signed_for_organizations(mut self, server: &Server) -> Self {
        self.sign(&server.root, "organizations", server.now());
        self
    }
}
