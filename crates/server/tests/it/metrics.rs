//! The page of numbers, on an address of its own.

use std::net::SocketAddr;

use stead_server::config::Key;
use tokio::net::TcpStream;

use crate::client::{Credentials, Request, Response, Server, exchange};

async fn measured() -> (Server, SocketAddr) {
    let server =
        Server::start_with(|layer| layer.set(Key::MetricsListen, "127.0.0.1:0"), None).await;
    let address = server.metrics_address().unwrap();
    (server, address)
}

async fn ask(address: SocketAddr, method: &str, path: &str) -> Response {
    let mut request = Request::get(&address.to_string(), "");
    (request.method, request.path) = (method.to_owned(), path.to_owned());
    let stream = TcpStream::connect(address).await.unwrap();
    exchange(stream, &request.to_bytes()).await
}

/// The value of a series, which is there.
async fn value(address: SocketAddr, series: &str) -> f64 {
    let page = ask(address, "GET", "/metrics").await.body;
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
}

#[tokio::test]
async fn calls_are_counted_by_operation_and_outcome() {
    let (server, metrics) = measured().await;
    let requests = |operation: &str, outcome: &str| {
        let service = if operation == "CreateRole" { "iam" } else { "sts" };
        format!(
            "stead_requests_total{{service=\"{service}\",operation=\"{operation}\",outcome=\"{outcome}\"}}"
        )
    };
    for _ in 0..3 {
        let who_am_i = server.sts(&server.root, "Action=GetCallerIdentity").await;
        assert_eq!(who_am_i.status, 200);
    }
    assert_eq!(value(metrics, &requests("GetCallerIdentity", "ok")).await, 3.0);
    let stranger = Credentials { id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..server.root.clone() };
    assert_eq!(server.sts(&stranger, "Action=GetCallerIdentity").await.status, 403);
    assert_eq!(value(metrics, &requests("GetCallerIdentity", "refused")).await, 1.0);
    let code = "stead_request_errors_total{code=\"InvalidClientTokenId\"}";
    assert_eq!(value(metrics, code).await, 1.0);
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A\
                 %22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22111122223333%22%7D%2C\
                 %22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";
    let create = format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={trust}");
    assert_eq!(server.iam(&server.root, &create).await.status, 200);
    assert_eq!(value(metrics, &requests("CreateRole", "ok")).await, 1.0);
    assert_eq!(value(metrics, "stead_store_commits_total{outcome=\"durable\"}").await, 1.0);
    // Of root nobody may assume a role, whatever its policy says.
    let assume =
        "Action=AssumeRole&RoleSessionName=s1&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr";
    assert_eq!(server.sts(&server.root, assume).await.status, 403);
    let session = server.sts(&server.root, "Action=GetSessionToken").await;
    assert_eq!(session.status, 200, "{session:?}");
    let issued = "stead_sessions_issued_total{operation=\"GetSessionToken\"}";
    assert_eq!(value(metrics, issued).await, 1.0);
    assert_eq!(value(metrics, "stead_requests_in_flight").await, 0.0);
    assert!(value(metrics, "stead_connections_accepted_total").await >= 7.0);
    assert!(value(metrics, "process_resident_memory_bytes").await > 1e6);
    server.stop().await;
}

#[tokio::test]
async fn names_that_are_no_operation_are_one_series() {
    let (server, metrics) = measured().await;
    let lines = async || ask(metrics, "GET", "/metrics").await.body.lines().count();
    let name = |number: usize| format!("Action=NoSuch{number}");
    assert_eq!(server.sts(&server.root, &name(0)).await.status, 400);
    let before = lines().await;
    for number in 1..50 {
        assert_eq!(server.sts(&server.root, &name(number)).await.status, 400);
    }
    assert_eq!(lines().await, before);
    let unknown =
        "stead_requests_total{service=\"unknown\",operation=\"unknown\",outcome=\"refused\"}";
    assert_eq!(value(metrics, unknown).await, 50.0);
    server.stop().await;
}

#[tokio::test]
async fn the_page_is_where_it_should_be_and_nowhere_else() {
    let (server, metrics) = measured().await;
    let page = ask(metrics, "GET", "/metrics").await;
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/plain; version=0.0.4"), "{}", page.head);
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/metrics/", 404),
        ("GET", "/healthz", 404),
        ("POST", "/metrics", 405),
        ("DELETE", "/metrics", 405),
    ] {
        assert_eq!(ask(metrics, method, path).await.status, status, "{method} {path}");
    }
    // Where requests come to it is an unsigned request like any other.
    let elsewhere = ask(server.address, "GET", "/metrics").await;
    assert_ne!(elsewhere.status, 200);
    assert!(!elsewhere.body.contains("stead_"), "{elsewhere:?}");
    server.stop().await;
}

#[tokio::test]
async fn who_stays_on_the_line_keeps_nobody_else_away_for_long() {
    let (server, metrics) = measured().await;
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(TcpStream::connect(metrics).await.unwrap());
    }
    drop(silent);
    // Places come back once the ends of the connections are noticed.
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let asked = tokio::spawn(ask(metrics, "GET", "/metrics"));
        if asked.await.is_ok_and(|page| page.status == 200) {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "no page");
    }
    server.stop().await;
}

#[tokio::test]
async fn without_the_setting_there_is_none() {
    let server = Server::start().await;
    assert_eq!(server.metrics_address(), None);
    server.stop().await;
}
