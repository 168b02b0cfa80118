//! Connections that behave badly cost their own request and nothing else.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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
async fn connections_over_the_bound_wait_their_turn() {
    use stead_server::config::Key;
    let server = Server::start_with(|layer| layer.set(Key::ConnectionsMax, "1"), None).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    let request = server.who_am_i().signed(&server.root, server.now()).to_bytes();
    assert_eq!(exchange(&mut first, &request).await.status, 200);
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(&request).await.unwrap();
    let mut byte = [0_u8; 1];
    // The second is not answered while the first is open, and is once it is not.
    let early = tokio::time::timeout(std::time::Duration::from_millis(100), second.read(&mut byte));
    assert!(early.await.is_err());
    drop(first);
    assert_eq!(second.read(&mut byte).await.unwrap(), 1);
    drop(second);
    server.stop().await;
}
