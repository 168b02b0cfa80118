use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::limits::{ADDRESS_BODIES_BYTES_MAX, BODY_BYTES_MAX};
use crate::request_id::RequestId;

/// Answers by what the path asks for.
struct Moody;

impl Respond for Moody {
    async fn respond(self: Arc<Self>, arrival: Arrival) -> Reply {
        match arrival.head.uri.path() {
            "/panic" => panic!("on demand"),
            "/slow" => std::future::pending().await,
            "/length" => match arrival.body {
                Body::Whole(body) => {
                    Reply::new(StatusCode::OK, "text/plain", body.len().to_string())
                }
                Body::TooLong { bytes_max } => {
                    let text = format!("more than {bytes_max}");
                    Reply::new(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", text)
                }
            },
            _ => Reply::new(StatusCode::OK, "text/plain", "fine"),
        }
    }

    async fn large_body_owner(&self, head: &http::request::Parts) -> Option<BodyOwner> {
        let owner = head.headers.get("large")?.to_str().unwrap();
        Some(BodyOwner::new(owner.to_owned()))
    }

    fn failure(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "failed")
    }

    fn overloaded(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "busy")
    }

    fn readiness(&self) -> Readiness {
        Readiness::NotReady("catching up")
    }
}

/// Sends each request on a connection of its own and gives the answers.
async fn answers<const N: usize>(requests: [&str; N]) -> [String; N] {
    answers_beside(&[], requests).await
}

/// The same, while other connections have sent what is no whole request.
async fn answers_beside<const N: usize>(others: &[String], requests: [&str; N]) -> [String; N] {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = Stop::new();
    let limits = HttpLimits {
        connections_max: 100,
        address_connections_max: 100,
        request_timeout: Duration::from_millis(50),
        shutdown_timeout: Duration::from_secs(5),
    };
    let proxies = TrustedProxies::default();
    let server = tokio::spawn(serve(listener, None, proxies, limits, Arc::new(Moody), stopped));
    let mut held = Vec::new();
    for other in others {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(other.as_bytes()).await.unwrap();
        held.push(stream);
    }
    let mut received = requests.map(|_| String::new());
    for (request, answer) in requests.iter().zip(&mut received) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // A server may refuse before it has read everything.
        let _ = stream.write_all(request.as_bytes()).await;
        stream.read_to_string(answer).await.unwrap();
    }
    drop(held);
    stop.send(true).unwrap();
    server.await.unwrap();
    received
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_responder_that_panics_or_hangs_fails_one_request() {
    let requests = [get("/panic"), get("/slow"), get("/"), get("/healthz"), get("/readyz")];
    let answers = answers(requests.each_ref().map(String::as_str)).await;
    let expected = [
        ("500", "failed"),
        ("500", "failed"),
        ("200", "fine"),
        ("200", "ok\n"),
        ("503", "catching up\n"),
    ];
    for (answer, (status, body)) in answers.iter().zip(expected) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
        assert!(answer.contains("\r\nx-amzn-requestid: "), "{answer}");
    }
}

#[tokio::test]
async fn who_was_let_in_before_the_end_is_heard() {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (address, traffic) = (listener.address(), Arc::clone(listener.traffic()));
    let (stop, stopped) = Stop::new();
    let limits = HttpLimits {
        connections_max: 20,
        address_connections_max: 20,
        request_timeout: Duration::from_secs(5),
        shutdown_timeout: Duration::from_secs(30),
    };
    let proxies = TrustedProxies::default();
    let server = tokio::spawn(serve(listener, None, proxies, limits, Arc::new(Moody), stopped));
    let mut early = TcpStream::connect(address).await.unwrap();
    let silent = TcpStream::connect(address).await.unwrap();
    while traffic.accepted.value() < 2 {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    // It is stopping once nobody else gets in.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    early.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    early.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("fine"), "{answer}");
    // Who says nothing is not waited for.
    server.await.unwrap();
    drop(silent);
    assert_eq!(traffic.open.value(), 0);
}

#[tokio::test]
async fn a_body_may_come_in_chunks_and_has_its_bound() {
    let post = "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let chunked =
        format!("{post}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    let bound = BODY_BYTES_MAX;
    let sized =
        |bytes: usize| format!("{post}content-length: {bytes}\r\n\r\n{}", "a".repeat(bytes));
    let (largest, bound_text) = (sized(bound), bound.to_string());
    let answers = answers([&chunked, &largest]).await;
    assert!(answers[0].ends_with("\r\n\r\n5"), "{}", answers[0]);
    assert!(answers[1].ends_with(&bound_text), "{}", answers[1]);
}

#[tokio::test]
async fn a_large_body_is_read_where_it_is_admitted_and_announced() {
    use crate::limits::{BODY_BYTES_MAX, LARGE_BODY_BYTES_MAX};
    let post = |headers: &str, body: &str| {
        format!("POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n{body}")
    };
    let chunk = BODY_BYTES_MAX + 1;
    let sized = |mark: &str, announced: usize, sent: usize| {
        post(&format!("{mark}content-length: {announced}\r\n"), &"a".repeat(sent))
    };
    let large = LARGE_BODY_BYTES_MAX;
    let chunked = format!("{chunk:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(chunk));
    let requests = [
        sized("large: 1\r\n", large, large),
        sized("large: 1\r\n", large + 1, chunk),
        sized("", large, chunk),
        post("large: 1\r\ntransfer-encoding: chunked\r\n", &chunked),
    ];
    let answers = answers(requests.each_ref().map(String::as_str)).await;
    let refused = format!("more than {BODY_BYTES_MAX}");
    let expected = [large.to_string(), refused.clone(), refused.clone(), refused];
    for (answer, expected) in answers.iter().zip(expected) {
        assert!(answer.ends_with(&format!("\r\n\r\n{expected}")), "{answer}");
    }
}

#[tokio::test]
async fn who_announces_large_bodies_and_sends_none_is_in_nobody_elses_way() {
    use crate::limits::{BODY_BYTES_MAX, BODY_PAUSE_MAX, LARGE_BODIES_MAX};
    let large = BODY_BYTES_MAX + 1;
    let head = |owner: &str| {
        format!(
            "POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\nlarge: {owner}\r\n\
             content-length: {large}\r\n\r\n"
        )
    };
    let announced = vec![head("one"); 2 * LARGE_BODIES_MAX];
    let whole = format!("{}{}", head("other"), "a".repeat(large));
    let answering = answers_beside(&announced, [&whole]);
    // Before the first of those who send nothing is sent away.
    let [answer] = tokio::time::timeout(BODY_PAUSE_MAX * 4 / 5, answering).await.unwrap();
    assert!(answer.ends_with(&large.to_string()), "{answer}");
}

#[tokio::test]
async fn work_that_nobody_waits_for_keeps_the_room_of_its_body() {
    const MANY: usize = ADDRESS_BODIES_BYTES_MAX / BODY_BYTES_MAX + 1;
    let longest = BODY_BYTES_MAX;
    let slow = format!(
        "POST /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {longest}\r\n\r\n{}",
        "a".repeat(longest)
    );
    let answers = answers([&slow; MANY]).await;
    let (last, before) = answers.split_last().unwrap();
    assert!(before.iter().all(|answer| answer.ends_with("failed")), "each took too long");
    assert!(last.ends_with("busy"), "{last}");
}
