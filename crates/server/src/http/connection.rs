use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::exchange::{Arrival, Body, Readiness, Reply, Respond, Transport};
use super::forwarded::TrustedProxies;
use super::idle::IdleBound;
use super::listen::HttpLimits;
use crate::entropy::SystemEntropy;
use crate::limits::{
    BODY_BYTES_MAX, BODY_WAIT_MAX, HANDSHAKE_WAIT_MAX, HEAD_BYTES_MAX, HEAD_WAIT_MAX, HEADERS_MAX,
    LARGE_BODIES_MAX, LARGE_BODY_BYTES_MAX, SILENCE_MAX, STREAMS_MAX,
};
use crate::request_id::RequestId;

/// Spec: the header in which the AWS Query services give the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What every connection of a listener shares.
pub(super) struct Connections<R> {
    tls: Option<TlsAcceptor>,
    proxies: TrustedProxies,
    limits: HttpLimits,
    responder: Arc<R>,
    /// Places for large bodies.
    large: Arc<Semaphore>,
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
struct Peer {
    address: IpAddr,
    transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

impl<R> fmt::Debug for Connections<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connections").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<R: Respond> Connections<R> {
    pub(super) fn new(
        tls: Option<TlsAcceptor>,
        proxies: TrustedProxies,
        limits: HttpLimits,
        responder: Arc<R>,
    ) -> Self {
        let large = Arc::new(Semaphore::new(LARGE_BODIES_MAX));
        Self { tls, proxies, limits, responder, large }
    }

    /// Serves one connection to its end.
    pub(super) async fn run(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
    ) {
        // Answers are single small writes: waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let address = peer.ip();
        let Some(tls) = self.tls.clone() else {
            let peer = Peer { address, transport: Transport::Plain };
            return self.http(stream, Protocol::Http1, peer, watcher).await;
        };
        match timeout(HANDSHAKE_WAIT_MAX, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let negotiated = stream.get_ref().1.alpn_protocol();
                let http2 = negotiated == Some(b"h2".as_slice());
                let protocol = if http2 { Protocol::Http2 } else { Protocol::Http1 };
                let peer = Peer { address, transport: Transport::Secure };
                self.http(stream, protocol, peer, watcher).await;
            }
            Ok(Err(error)) => tracing::debug!(%address, %error, "tls handshake failed"),
            Err(_) => tracing::debug!(%address, "tls handshake took too long"),
        }
    }

    /// The protocol is known by now: HTTP/2 only where TLS negotiated it. So no
    /// connection waits, without a timer, for the first bytes to tell.
    async fn http<S>(self: Arc<Self>, stream: S, protocol: Protocol, peer: Peer, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let builder = builder(protocol);
        let stream = TokioIo::new(IdleBound::new(stream, SILENCE_MAX));
        let service = service_fn(move |request| Arc::clone(&self).exchange(request, peer));
        let connection = builder.serve_connection(stream, service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%peer.address, %error, "connection ended early");
        }
    }

    async fn exchange(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let id = RequestId::generate(&mut SystemEntropy);
        let (mut head, body) = request.into_parts();
        let reply = match route(&head) {
            Route::Healthz => Reply::new(StatusCode::OK, "text/plain", "ok\n"),
            Route::Readyz => readiness(self.responder.readiness()),
            Route::Api if !name_host(&mut head) => {
                Reply::new(StatusCode::BAD_REQUEST, "text/plain", "two different hosts\n")
            }
            Route::Api => match self.read(&head, body).await {
                // A large body keeps its place until the answer is there.
                Ok((body, _place)) => self.respond(id, head, body, peer).await,
                Err(reply) => reply,
            },
            Route::Method => {
                Reply::new(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "use POST or GET\n")
                    .with(ALLOW.as_str(), "GET, POST")
            }
        };
        Ok(response(id, reply))
    }

    /// Reads a body within its bounds. A client that is too slow or goes away gets
    /// an answer from here, since there is nothing to decide about.
    async fn read(
        &self,
        head: &Parts,
        body: Incoming,
    ) -> Result<(Body, Option<OwnedSemaphorePermit>), Reply> {
        let refusal = |status, text| Reply::new(status, "text/plain", text);
        let whole = timeout(BODY_WAIT_MAX, async {
            let place = self.place_for(head, &body).await;
            let bytes_max = if place.is_some() { LARGE_BODY_BYTES_MAX } else { BODY_BYTES_MAX };
            (Limited::new(body, bytes_max).collect().await, place, bytes_max)
        });
        match whole.await {
            Ok((Ok(whole), place, _)) => Ok((Body::Whole(whole.to_bytes()), place)),
            Ok((Err(error), _, bytes_max)) if error.is::<LengthLimitError>() => {
                Ok((Body::TooLong { bytes_max }, None))
            }
            Ok((Err(_), ..)) => Err(refusal(StatusCode::BAD_REQUEST, "the body is incomplete\n")),
            Err(_) => Err(refusal(StatusCode::REQUEST_TIMEOUT, "the body took too long\n")),
        }
    }

    /// The place of a body that is announced to be large, by somebody who may send one.
    /// While all are taken nothing is read.
    async fn place_for(&self, head: &Parts, body: &Incoming) -> Option<OwnedSemaphorePermit> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        let large = BODY_BYTES_MAX + 1..=LARGE_BODY_BYTES_MAX;
        if large.contains(&announced) && self.responder.admits_large_body(head).await {
            Arc::clone(&self.large).acquire_owned().await.ok()
        } else {
            None
        }
    }

    /// A task of its own: a panic ends the request and nothing else, and a client
    /// that goes away does not leave a write half done.
    async fn respond(&self, id: RequestId, head: Parts, body: Body, peer: Peer) -> Reply {
        let (source, transport) = self.proxies.origin(peer.address, peer.transport, &head.headers);
        let arrival = Arrival { id, head, body, source, transport };
        let responder = Arc::clone(&self.responder);
        let task = tokio::spawn(async move { responder.respond(arrival).await });
        match timeout(self.limits.request_timeout, task).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => {
                tracing::error!(request_id = %id, panicked = error.is_panic(), "request failed");
                self.responder.failure(id)
            }
            Err(_) => {
                tracing::error!(request_id = %id, "request took too long");
                self.responder.failure(id)
            }
        }
    }
}

fn builder(protocol: Protocol) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX));
    match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    }
}

enum Route {
    Api,
    Healthz,
    Readyz,
    Method,
}

fn route(head: &Parts) -> Route {
    let reads = head.method == Method::GET || head.method == Method::HEAD;
    match head.uri.path() {
        "/healthz" if reads => Route::Healthz,
        "/readyz" if reads => Route::Readyz,
        // Choice: the Query protocol gives paths no meaning, so every other one is
        // the API; it is signed like the rest.
        _ if head.method == Method::GET || head.method == Method::POST => Route::Api,
        _ => Route::Method,
    }
}

fn readiness(readiness: Readiness) -> Reply {
    match readiness {
        Readiness::Ready => Reply::new(StatusCode::OK, "text/plain", "ready\n"),
        Readiness::NotReady(why) => {
            Reply::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", format!("{why}\n"))
        }
    }
}

/// HTTP/2 gives the host as its authority; signatures cover it as `host`.
/// Spec: RFC 9113 section 8.3.1. Says whether the two agree.
fn name_host(head: &mut Parts) -> bool {
    let authority = head.uri.authority().map(|authority| authority.as_str().to_owned());
    match (authority, head.headers.get(HOST)) {
        (Some(authority), None) if head.version == Version::HTTP_2 => {
            let Ok(value) = HeaderValue::from_str(&authority) else { return false };
            head.headers.insert(HOST, value);
            true
        }
        (Some(authority), Some(host)) => authority.as_bytes().eq_ignore_ascii_case(host.as_bytes()),
        (Some(_) | None, None) | (None, Some(_)) => true,
    }
}

fn response(id: RequestId, reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    response
}
