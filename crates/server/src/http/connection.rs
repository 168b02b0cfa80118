use std::convert::Infallible;
use std::fmt;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZero;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::header::{ALLOW, CONTENT_TYPE, HOST, HeaderName, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use stead_types::Entropy as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::body::{Bodies, Held, Unread};
use super::exchange::{Arrival, Body, Readiness, Reply, Respond, Transport};
use super::forwarded::TrustedProxies;
use super::idle::{Heads, IdleBound};
use super::listen::{HttpLimits, Stop};
use super::places::{Visit, Working};
use super::pulse::{Admitted, Pulse};
use super::traffic::Traffic;
use crate::entropy::ThreadEntropy;
use crate::limits::{
    CONNECTION_WINDOW_BYTES, FIRST_HEAD_SOUGHT_EVERY, FIRST_HEAD_WAIT_AT_END, HANDSHAKE_WAIT_MAX,
    HEAD_BYTES_MAX, HEAD_WAIT_MAX, HEADERS_MAX, STREAM_BYTES_HELD_MAX, STREAM_WINDOW_BYTES,
    STREAMS_MAX,
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
    bodies: Bodies,
    pulse: Arc<Pulse>,
    draining: AtomicBool,
    traffic: Arc<Traffic>,
}

/// Where a connection comes from.
#[derive(Clone)]
struct Peer {
    address: IpAddr,
    transport: Transport,
    protocol: Protocol,
    visit: Arc<Visit>,
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
        traffic: Arc<Traffic>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        // Over HTTP/1.1, one in work for each connection.
        let pulse = Pulse::new(cores, limits.connections_max);
        let (bodies, draining) = (Bodies::new(), AtomicBool::new(false));
        Self { tls, proxies, limits, responder, bodies, pulse, draining, traffic }
    }

    pub(super) const fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// Whether this machine is a proxy that speaks for others.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        self.proxies.trusts(peer)
    }

    /// No further connection is taken.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// A connection without a place is closed at once. It is told why as far as that is
    /// done without waiting; over TLS it would not understand.
    pub(super) fn turn_away(&self, stream: TcpStream) {
        const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
            connection: close\r\ncontent-length: 0\r\n\r\n";
        if let (None, Ok(mut stream)) = (&self.tls, stream.into_std()) {
            let _ = stream.write(ANSWER);
        }
    }

    /// Serves one connection to its end.
    pub(super) async fn run(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        visit: Arc<Visit>,
        stop: Stop,
    ) {
        // Answers are single small writes: waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let address = peer.ip();
        let Some(tls) = self.tls.clone() else {
            let peer =
                Peer { address, transport: Transport::Plain, protocol: Protocol::Http1, visit };
            return self.http(stream, peer, stop).await;
        };
        match timeout(HANDSHAKE_WAIT_MAX, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let negotiated = stream.get_ref().1.alpn_protocol();
                let http2 = negotiated == Some(b"h2".as_slice());
                let protocol = if http2 { Protocol::Http2 } else { Protocol::Http1 };
                let peer = Peer { address, transport: Transport::Secure, protocol, visit };
                self.http(stream, peer, stop).await;
            }
            Ok(Err(error)) => {
                self.traffic.handshakes_failed.add_one();
                tracing::debug!(%address, %error, "tls handshake failed");
            }
            Err(_) => {
                self.traffic.handshakes_failed.add_one();
                tracing::debug!(%address, "tls handshake took too long");
            }
        }
    }

    /// The protocol is known by now: HTTP/2 only where TLS negotiated it. So no
    /// connection waits, without a timer, for the first bytes to tell.
    async fn http<S>(self: Arc<Self>, stream: S, peer: Peer, stop: Stop)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let builder = builder(peer.protocol);
        let heads = match peer.protocol {
            Protocol::Http1 => Heads::InTurn { arriving: None },
            Protocol::Http2 => Heads::Interleaved,
        };
        let stream = TokioIo::new(IdleBound::new(stream, Arc::clone(&peer.visit), heads));
        let (address, visit) = (peer.address, Arc::clone(&peer.visit));
        let service = service_fn(move |request| Arc::clone(&self).exchange(request, peer.clone()));
        let mut connection = pin!(builder.serve_connection(stream, service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = until_last_request(&visit, stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%address, %error, "connection ended early");
        }
    }

    async fn exchange(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let id = RequestId::generate(&mut ThreadEntropy);
        let (mut head, body) = request.into_parts();
        peer.visit.note_head();
        let reply = match route(&head) {
            Route::Healthz => Reply::new(StatusCode::OK, "text/plain", "ok\n"),
            Route::Readyz => readiness(self.readiness()),
            Route::Api if !name_host(&mut head) => {
                Reply::new(StatusCode::BAD_REQUEST, "text/plain", "two different hosts\n")
            }
            Route::Api => {
                match self.bodies.read(&*self.responder, &head, body, &peer.visit).await {
                    Ok((body, held)) => self.admit(id, head, body, held, &peer).await,
                    Err(Unread::NoRoom) => {
                        self.traffic.shed_bodies.add_one();
                        self.responder.overloaded(id)
                    }
                    Err(Unread::Refused(status, text)) => Reply::new(status, "text/plain", text),
                }
            }
            Route::Method => {
                Reply::new(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "use POST or GET\n")
                    .with(ALLOW.as_str(), "GET, POST")
            }
        };
        self.hold_back(&reply, &peer).await;
        peer.visit.note_answer();
        Ok(response(id, reply))
    }

    /// Answers a request that is there, or says at once that there is no time for it.
    async fn admit(
        &self,
        id: RequestId,
        head: Parts,
        body: Body,
        held: Held,
        peer: &Peer,
    ) -> Reply {
        // A connection that makes room is closed anyway.
        let (Some(admitted), Some(working)) = (self.pulse.admit(), peer.visit.work()) else {
            self.traffic.shed_overload.add_one();
            return self.responder.overloaded(id);
        };
        self.respond(id, head, body, peer, (held, admitted, working)).await
    }

    /// Lets the second refusal in a row wait. Not those of others who share the
    /// connection: of a proxy, or of one client whose requests are sent side by side.
    async fn hold_back(&self, reply: &Reply, peer: &Peer) {
        let shared = peer.protocol == Protocol::Http2 || self.trusts(peer.address);
        if !shared && reply.headers.contains_key(RETRY_AFTER) {
            let wait = peer.visit.note_refusal();
            if !wait.is_zero() {
                sleep(wait.mul_f32(scatter())).await;
            }
        }
    }

    fn readiness(&self) -> Readiness {
        if self.draining.load(Ordering::Relaxed) {
            Readiness::NotReady("stopping")
        } else {
            // Not while requests are refused: who sends too many would else take every
            // server out of service, one after the other.
            self.responder.readiness()
        }
    }

    /// A task of its own: a panic ends the request and nothing else, and a client
    /// that goes away does not leave a write half done. What the request has a place in
    /// is kept for as long as the work lasts, whether or not anybody waits for it: who goes
    /// away would else leave bodies behind that no bound knows of.
    async fn respond(
        &self,
        id: RequestId,
        head: Parts,
        body: Body,
        peer: &Peer,
        (held, mut admitted, working): (Held, Admitted, Working),
    ) -> Reply {
        let (source, transport) = self.proxies.origin(peer.address, peer.transport, &head.headers);
        let arrival = Arrival { id, head, body, source, transport };
        let responder = Arc::clone(&self.responder);
        let work = async move {
            let _places = (held, working);
            admitted.stand_back().await;
            responder.respond(arrival).await
        };
        let task = tokio::spawn(work);
        match timeout(self.limits.request_timeout, task).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => {
                self.traffic.unfinished.add_one();
                tracing::error!(request_id = %id, panicked = error.is_panic(), "request failed");
                self.responder.failure(id)
            }
            Err(_) => {
                self.traffic.unfinished.add_one();
                tracing::error!(request_id = %id, "request took too long");
                self.responder.failure(id)
            }
        }
    }
}

/// From a half to one and a half, at random: those who were refused together must not come
/// again together.
fn scatter() -> f32 {
    let mut random = [0];
    ThreadEntropy.fill(&mut random);
    0.5 + f32::from(random[0]) / 256.0
}

/// Waits until no further request of a connection is answered: until the server is told to
/// stop, and a little longer where none has come yet. Without that, who has just been let in
/// would be sent away unheard, which clients do not take for a reason to come again.
async fn until_last_request(visit: &Visit, mut stop: Stop) {
    stop.requested().await;
    let first = async {
        while visit.heads() == 0 {
            sleep(FIRST_HEAD_SOUGHT_EVERY).await;
        }
    };
    let _ = timeout(FIRST_HEAD_WAIT_AT_END, first).await;
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
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(STREAM_BYTES_HELD_MAX)
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
    if let Ok(value) = HeaderValue::from_str(&id.text()) {
        headers.insert(REQUEST_ID, value);
    }
    response
}
