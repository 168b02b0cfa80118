//! Connections that behave badly cost their own request and nothing else.

use stead_server::config::{Key, Layer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::client::{Server, exchange};

#[tokio::test]
async fn heads_that_are_not_http_or_too_much_are_refused() {
    let server = Server::start().await;
    let many = (0..150).map(|index| format!("x-{index}: y\r\n")).collect::<String>();
    for (name, bytes, status) in [
        ("not http", "frobnicate\r\n\r\n".to_owned(), 400),
        ("no method", " / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
        ("a bare header", "GET / HTTP/1.1\r\nhost\r\n\r\n".to_owned(), 400),
        (
            "two lengths",
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_owned(),
            400,
        ),
        (
            "a length that is none",
            "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
            400,
        ),
        ("many headers", format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"), 431),
        (
            "a long header",
            format!("GET / HTTP/1.1\r\nhost: x\r\ny: {}\r\n\r\n", "z".repeat(1 << 17)),
            431,
        ),
        (
            "a long target",
            format!("GET /?{} HTTP/1.1\r\nhost: x\r\n\r\n", "q".repeat(1 << 17)),
            414,
        ),
    ] {
        let response = server.send_bytes(bytes.as_bytes()).await;
        // Where a limit on the whole head is met first, that is what is said.
        let fits = response.status == status || (status == 414 && response.status == 431);
        assert!(fits, "{name}: {response:?}");
    }
    assert_eq!(server.sts(&server.root, "Action=GetCallerIdentity").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_goes_away_is_not_missed() {
    let server = Server::start().await;
    for part in ["", "POST", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
    }
    assert_eq!(server.sts(&server.root, "Action=GetCallerIdentity").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        let request = server.who_am_i().signed(&server.root, server.now());
        assert_eq!(exchange(&mut stream, &request.to_bytes()).await.status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_connection_too_many_is_refused_until_one_is_quiet_or_gone() {
    let server = Server::start_with(|layer| layer.set(Key::ConnectionsMax, "1"), None).await;
    let request = server.who_am_i().signed(&server.root, server.now()).to_bytes();
    let mut first = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(exchange(&mut first, &request).await.status, 200);
    // The first has just been answered, and keeps its place.
    assert!(!is_served(&server, &request).await);
    // A second later it counts as quiet and makes room.
    while !is_served(&server, &request).await {}
    let mut byte = [0_u8; 1];
    assert!(matches!(first.read(&mut byte).await, Ok(0) | Err(_)), "the first was closed");
    server.stop().await;
}

#[tokio::test]
async fn one_address_cannot_take_the_places_of_others() {
    let bound = |layer: &mut Layer| layer.set(Key::AddressConnectionsMax, "2");
    let server = Server::start_with(bound, None).await;
    let request = server.who_am_i().signed(&server.root, server.now()).to_bytes();
    let held = [connect(&server, 1).await, connect(&server, 1).await];
    assert!(!is_served(&server, &request).await);
    let mut other = connect(&server, 2).await;
    assert_eq!(exchange(&mut other, &request).await.status, 200);
    drop(held);
    while !is_served(&server, &request).await {}
    server.stop().await;
}

#[tokio::test]
async fn a_trusted_proxy_may_take_all_places() {
    let set = |layer: &mut Layer| {
        layer.set(Key::AddressConnectionsMax, "1");
        layer.set(Key::TrustedProxy, "127.0.0.1");
    };
    let server = Server::start_with(set, None).await;
    let request = server.who_am_i().signed(&server.root, server.now()).to_bytes();
    let held = [connect(&server, 1).await, connect(&server, 1).await];
    assert!(is_served(&server, &request).await);
    drop(held);
    server.stop().await;
}

/// A connection from 127.0.0.`last`.
async fn connect(server: &Server, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, last], 0).into()).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    // Answered, so that its place is taken by now.
    assert_eq!(
        exchange(&mut stream, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.status,
        200
    );
    stream
}

/// Whether a new connection is served; else it is told to come again, or closed.
async fn is_served(server: &Server, request: &[u8]) -> bool {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // It may be closed already.
    let _ = stream.write_all(request).await;
    let mut answer = [0_u8; 12];
    match stream.read_exact(&mut answer).await {
        Ok(_) if answer.ends_with(b"200") => true,
        Ok(_) => {
            assert!(answer.ends_with(b"503"), "{}", String::from_utf8_lossy(&answer));
            false
        }
        Err(_) => false,
    }
}
