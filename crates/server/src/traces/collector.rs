//! The HTTP that spans are posted with: one connection for each batch, and nothing of the
//! environment.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::header::{CONNECTION, HOST, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::authorities;
use crate::config;
use crate::limits::{
    COLLECTOR_ANSWER_BYTES_MAX, HEAD_BYTES_MAX, HEADERS_MAX, TRACES_FAULT_TOLD_EVERY,
};
use crate::start::StartError;

/// Posts to the collector, and says when that fails.
///
/// It is called on the library's thread, which has no runtime: what is sent is sent on the
/// server's.
pub(super) struct Collector {
    runtime: Handle,
    tls: Option<Arc<ClientConfig>>,
    wait: Duration,
    /// When a failure was told last.
    told: Mutex<Option<Instant>>,
}

impl Collector {
    /// # Errors
    /// Authorities that cannot be had.
    pub(super) fn of(wanted: &config::Traces) -> Result<Self, StartError> {
        let tls = wanted.is_secure().then(|| tls(wanted)).transpose()?;
        let (runtime, wait) = (Handle::current(), wanted.timeout);
        Ok(Self { runtime, tls, wait, told: Mutex::new(None) })
    }

    /// Says that spans were not exported, now and then.
    fn tell(&self, reason: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TRACES_FAULT_TOLD_EVERY) {
            *told = Some(Instant::now());
            drop(told);
            tracing::warn!(reason, "traces cannot be exported, and spans are lost");
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (wait, tls) = (self.wait, self.tls.clone());
        // The timer, too, is made on the runtime.
        let sending = async move { timeout(wait, send(request, tls)).await };
        let answer = match self.runtime.spawn(sending).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(format!("no answer within {wait:?}").into()),
            // The runtime is about to end.
            Err(error) => Err(error.into()),
        };
        match &answer {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => self.tell(&format!("the collector answers {}", answer.status())),
            Err(error) => self.tell(&error.to_string()),
        }
        answer
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Collector").field("wait", &self.wait).finish_non_exhaustive()
    }
}

fn tls(wanted: &config::Traces) -> Result<Arc<ClientConfig>, StartError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| StartError::Traces(error.to_string()))?;
    let config = config.with_root_certificates(authorities(wanted)?);
    Ok(Arc::new(config.with_no_client_auth()))
}

async fn send(
    request: Request<Bytes>,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Response<Bytes>, HttpError> {
    let uri = request.uri();
    // Of an IPv6 address it is the part between the brackets.
    let host = uri.host().ok_or("the URL has no host")?.trim_matches(['[', ']']).to_owned();
    let port = uri.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    let request = adapt(request)?;
    match tls {
        None => exchange(stream, request).await,
        Some(config) => {
            let stream = TlsConnector::from(config).connect(ServerName::try_from(host)?, stream);
            exchange(stream.await?, request).await
        }
    }
}

/// As it is written on a connection to its server. Spec: RFC 9112, section 3.2.1.
fn adapt(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, HttpError> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().ok_or("the URL has no host")?;
    head.headers.insert(HOST, HeaderValue::from_str(authority.as_str())?);
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    head.uri = head.uri.path_and_query().map_or(Ok(Uri::from_static("/")), |target| {
        Uri::builder().path_and_query(target.clone()).build()
    })?;
    Ok(Request::from_parts(head, Full::new(body)))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, HttpError> {
    let mut http = http1::Builder::new();
    http.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await?;
    let answer = async { read(sender.send_request(request).await?).await };
    tokio::pin!(answer);
    // Both run here, so that both end when the time is up.
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The connection may end with the answer still to be read from its buffer.
        _ = connection => answer.await,
    }
}

async fn read(response: Response<Incoming>) -> Result<Response<Bytes>, HttpError> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, COLLECTOR_ANSWER_BYTES_MAX).collect().await?;
    Ok(Response::from_parts(head, body.to_bytes()))
}
