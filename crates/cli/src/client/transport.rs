//! One request and its answer, over TCP or TLS.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use stead_server::authorities;
use stead_types::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::endpoint::{Endpoint, Scheme};
use crate::exit::Failure;

/// How long a server may take to accept a connection. Choice.
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long a call may take, connecting included. Choice: a server may have to fetch the
/// keys of a token's issuer, and answers within thirty seconds then.
const CALL_WAIT_MAX: Duration = Duration::from_secs(35);

/// Bytes of an answer. Choice: the longest useful ones list a page of an account.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of the head of an answer, and its header lines. Choice.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;

/// Whose certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those that the system's authorities signed.
    #[default]
    System,
    /// Those that the authorities in this PEM file signed.
    File(PathBuf),
}

/// What came back.
pub(super) struct Received {
    pub(super) status: StatusCode,
    /// What time it is for the server, where it says so.
    pub(super) date: Option<Timestamp>,
    pub(super) body: Bytes,
}

/// Sends a request and reads the answer to its end.
pub(super) async fn exchange(
    endpoint: &Endpoint,
    trust: &Trust,
    request: Request<Full<Bytes>>,
) -> Result<Received, Failure> {
    let call = async {
        let stream = connect(endpoint).await?;
        match endpoint.scheme {
            Scheme::Http => send(stream, endpoint, request).await,
            Scheme::Https => {
                let name = ServerName::try_from(endpoint.host.clone()).map_err(|_| {
                    lost(endpoint, "the host is no name that a certificate can have")
                })?;
                let tls = connector(trust)?.connect(name, stream).await;
                send(tls.map_err(|error| handshake(endpoint, &error))?, endpoint, request).await
            }
        }
    };
    let late = |_| lost(endpoint, &format!("no answer in {} seconds", CALL_WAIT_MAX.as_secs()));
    tokio::time::timeout(CALL_WAIT_MAX, call).await.map_err(late)?
}

async fn connect(endpoint: &Endpoint) -> Result<TcpStream, Failure> {
    let connecting = TcpStream::connect((endpoint.host.as_str(), endpoint.port));
    let stream = match tokio::time::timeout(CONNECT_WAIT_MAX, connecting).await {
        Ok(connected) => connected.map_err(|error| lost(endpoint, &error.to_string()))?,
        Err(_) => return Err(lost(endpoint, "it accepts no connection")),
    };
    // One small request: waiting to fill a segment only delays it.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    endpoint: &Endpoint,
    request: Request<Full<Bytes>>,
) -> Result<Received, Failure> {
    let broken = |error: hyper::Error| lost(endpoint, &error.to_string());
    let mut http = http1::Builder::new();
    http.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (status, date) = (response.status(), date(response.headers()));
        let body = response.into_body();
        // Counted while reading: what the length header says is not believed.
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => lost(endpoint, &format!("it is longer than {ANSWER_BYTES_MAX} bytes")),
            false => lost(endpoint, &error.to_string()),
        })?;
        Ok(Received { status, date, body: body.to_bytes() })
    };
    tokio::pin!(answer);
    // Both run here, so that both end when the caller's patience does.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The connection may end with the answer still to be read from its buffer.
        _ = connection => answer.await,
    }
}

/// Spec: RFC 9110 section 6.6.1.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(http::header::DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_epoch_seconds(date.timestamp().as_second()))
}

fn connector(trust: &Trust) -> Result<TlsConnector, Failure> {
    let roots = match trust {
        Trust::System => authorities::of_system(),
        Trust::File(path) => authorities::of_file(path).map_err(|fault| {
            Failure::new(format!("cannot use `{}`: {fault}", path.display()))
                .with_help("--ca-file and AWS_CA_BUNDLE name a file of certificates (PEM)")
        })?,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(format!("cannot speak TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn handshake(endpoint: &Endpoint, error: &std::io::Error) -> Failure {
    let failure = lost(endpoint, &error.to_string());
    if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
        return failure.with_help(
            "name the file of the authority that signed the server's certificate by --ca-file or \
             AWS_CA_BUNDLE",
        );
    }
    failure
}

fn lost(endpoint: &Endpoint, reason: &str) -> Failure {
    Failure::new(format!("no answer from {endpoint}: {reason}"))
        .with_help("see that the server runs and that --endpoint-url names it")
}
