//! HTTPS, by both versions of HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use stead_server::clock::SystemClock;
use stead_server::config::{Key, Layer, Layers, Settings, TlsFiles};
use stead_server::http::{Certificate, TlsError};
use stead_server::start::{Footprint, StartError, start};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{Request, Server, exchange};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

async fn server() -> Server {
    let set = |layer: &mut Layer| {
        layer.set(Key::TlsCert, file("certificate.pem").to_str().unwrap());
        layer.set(Key::TlsKey, file("key.pem").to_str().unwrap());
    };
    Server::start_with(set, None).await
}

async fn connect(server: &Server, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file("certificate.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

#[tokio::test]
async fn http_1_is_spoken_over_tls_with_and_without_asking() {
    let server = server().await;
    for protocols in [vec![], vec![b"http/1.1".as_slice()]] {
        let stream = connect(&server, &protocols).await;
        let request = server.who_am_i().signed(&server.root, server.now());
        let response = exchange(stream, &request.to_bytes()).await;
        assert_eq!(response.status, 200, "{response:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_negotiated() {
    let server = server().await;
    let stream = connect(&server, &[b"h2", b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    // The host that is signed stands in the authority only.
    let signed = server.who_am_i().signed(&server.root, server.now());
    let mut request = http::Request::post(format!("https://{}/", server.host()));
    for (name, value) in signed.headers.iter().filter(|(name, _)| name != "host") {
        request = request.header(name, value.as_slice());
    }
    let request = request.body(Full::new(Bytes::from(signed.body))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("arn:aws:iam::111122223333:root"));
    drop(sender);
    server.stop().await;
}

#[tokio::test]
async fn plain_http_on_a_tls_port_gets_no_answer_and_harms_nobody() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = server().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&Request::get(&server.host(), "").to_bytes()).await.unwrap();
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    assert!(!received.starts_with(b"HTTP/"));
    let stream = connect(&server, &[]).await;
    let request = server.who_am_i().signed(&server.root, server.now());
    assert_eq!(exchange(stream, &request.to_bytes()).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn files_that_make_no_pair_are_refused_before_anything_is_done() {
    let files =
        |certificate: &str, key: &str| TlsFiles { certificate: file(certificate), key: file(key) };
    for (files, is_file_error) in [
        (files("missing.pem", "key.pem"), true),
        (files("certificate.pem", "missing.pem"), true),
        (files("key.pem", "key.pem"), true),
        (files("certificate.pem", "certificate.pem"), true),
        (files("README.md", "key.pem"), true),
    ] {
        let error = Certificate::load(files.clone()).err().unwrap();
        assert_eq!(matches!(error, TlsError::File { .. }), is_file_error, "{error}");
    }
    let mut layer = Layer::flags();
    layer.set(Key::Ephemeral, "true");
    layer.set(Key::Listen, "127.0.0.1:0");
    layer.set(Key::TlsCert, "missing.pem");
    layer.set(Key::TlsKey, "missing.pem");
    let settings = Settings::parse(&Layers::new([layer]), None).unwrap();
    let refused = start(&settings, Footprint::Nothing, Arc::new(SystemClock)).await;
    assert!(matches!(refused.unwrap_err(), StartError::Tls(_)));
}
