use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, HOST, USER_AGENT};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use rustls_pki_types::ServerName;
use stead_types::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Reach;
use super::fault::{Cause, ForbiddenAddress, ProxyFault};
use super::location::{Host, Location, Scheme};
use super::proxy::Proxy;
use super::resolve::Resolve;
use super::trust::{Authorities, Seen, client_config};
use crate::limits::{
    HEADERS_MAX, ISSUER_ADDRESSES_MAX, ISSUER_DOCUMENT_BYTES_MAX, ISSUER_HEAD_BYTES_MAX,
};

/// Fetches one document at a time: one connection, one request, one answer.
///
/// What is not here cannot go wrong: there is no pool, no redirect, no cookie and no
/// decompression, and nothing of the environment is read. A proxy is one that the
/// configuration names.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) provider: Arc<CryptoProvider>,
    /// The way to public addresses, where it is not a straight one.
    pub(super) proxy: Option<Proxy>,
    /// How long one address may take to accept a connection, through a proxy or not.
    pub(super) connect_wait: Duration,
}

/// A connection, straight or through a proxy.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Under which rules a document is fetched.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) reach: Reach,
    pub(super) authorities: Authorities,
}

/// A document as it came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The server's certificates; `None` over plain HTTP.
    pub(super) seen: Option<Seen>,
}

/// Which statuses have a body that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statuses {
    /// 200.
    Ok,
    /// 200, and those with which what was asked is rejected: 400, 401 and 403.
    OkOrRejected,
}

impl Statuses {
    fn admit(self, status: StatusCode) -> bool {
        let rejected = matches!(
            status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        status == StatusCode::OK || (self == Self::OkOrRejected && rejected)
    }
}

impl Client {
    /// Fetches a document of at most [`ISSUER_DOCUMENT_BYTES_MAX`]. The caller bounds
    /// the time.
    pub(super) async fn get(
        &self,
        location: &Location,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Answer, Cause> {
        self.ask(location, rules, now, Statuses::Ok).await
    }

    /// The same, where an answer of another status may count too.
    pub(super) async fn ask(
        &self,
        location: &Location,
        rules: &Rules,
        now: Timestamp,
        statuses: Statuses,
    ) -> Result<Answer, Cause> {
        let addresses = self.addresses(location, &rules.reach).await?;
        let stream = self.connect(&addresses, location.port, &rules.reach).await?;
        match location.scheme {
            Scheme::Http => exchange(stream, location, None, statuses).await,
            Scheme::Https => {
                let (config, verifier) =
                    client_config(&rules.authorities, &self.provider, now).map_err(tls_fault)?;
                let connector = TlsConnector::from(Arc::new(config));
                let name = server_name(&location.host)?;
                let stream = connector.connect(name, stream).await.map_err(handshake_fault)?;
                exchange(stream, location, verifier.seen(), statuses).await
            }
        }
    }

    /// The addresses of a host that may be contacted: at least one.
    async fn addresses(&self, location: &Location, reach: &Reach) -> Result<Vec<IpAddr>, Cause> {
        if location.scheme == Scheme::Http && !reach.loopback {
            return Err(Cause::PlainHttp);
        }
        let found = match &location.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => self.resolver.resolve(name).await.map_err(unreachable)?,
        };
        let Some(first) = found.first().copied() else {
            return Err(Cause::Unreachable("the host has no address".to_owned()));
        };
        let allowed: Vec<_> = found.into_iter().filter(|address| reach.allows(*address)).collect();
        if allowed.is_empty() {
            return Err(Cause::ForbiddenAddress(ForbiddenAddress(first)));
        }
        let is_plain = location.scheme == Scheme::Http;
        if is_plain && !allowed.iter().all(IpAddr::is_loopback) {
            // Choice: the switch is for tests on one machine. Keys that come over a
            // network in the clear are anybody's keys.
            return Err(Cause::PlainHttp);
        }
        Ok(alternate(allowed))
    }

    async fn connect(
        &self,
        addresses: &[IpAddr],
        port: u16,
        reach: &Reach,
    ) -> Result<Box<dyn Stream>, Cause> {
        let mut fault = Cause::Unreachable("the host has no address".to_owned());
        for address in addresses {
            let connecting = self.dial(SocketAddr::new(*address, port), reach);
            match tokio::time::timeout(self.connect_wait, connecting).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(cause)) => fault = cause,
                Err(_) => fault = Cause::TimedOut(self.connect_wait),
            }
        }
        Err(fault)
    }

    /// Connects to an address that was checked. What the configuration names, a network
    /// or the loopback, is on this side of the proxy; so the proxy is never asked for
    /// anything inside.
    async fn dial(&self, to: SocketAddr, reach: &Reach) -> Result<Box<dyn Stream>, Cause> {
        match &self.proxy {
            Some(proxy) if !reach.names(to.ip()) => {
                let stream = self.reach_proxy(proxy).await.map_err(ProxyFault::Unreachable)?;
                Ok(Box::new(proxy.open(stream, to).await?))
            }
            _ => Ok(Box::new(TcpStream::connect(to).await.map_err(unreachable)?)),
        }
    }

    /// Connects to the proxy, at whatever address: it is there by configuration.
    async fn reach_proxy(&self, proxy: &Proxy) -> Result<TcpStream, String> {
        let lost = |error: std::io::Error| excerpt(&error.to_string());
        let addresses = match proxy.address.host() {
            Host::Address(address) => vec![*address],
            Host::Name(name) => alternate(self.resolver.resolve(name).await.map_err(lost)?),
        };
        let port = proxy.address.port();
        let addresses: Vec<_> =
            addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        TcpStream::connect(&*addresses).await.map_err(lost)
    }
}

/// The first few, in turn of both families: where one family leads nowhere, the other
/// still gets its chance in time.
fn alternate(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let starts_with_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == starts_with_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let turns = std::iter::from_fn(|| match (first.next(), second.next()) {
        (None, None) => None,
        pair => Some(pair),
    });
    turns.flat_map(|(one, other)| one.into_iter().chain(other)).take(ISSUER_ADDRESSES_MAX).collect()
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    location: &Location,
    seen: Option<Seen>,
    statuses: Statuses,
) -> Result<Answer, Cause> {
    let mut http = http1::Builder::new();
    http.max_buf_size(ISSUER_HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let request = request(location)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        read(response, seen, statuses).await
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

fn request(location: &Location) -> Result<Request<Empty<Bytes>>, Cause> {
    Request::get(location.target.clone())
        .header(HOST, &location.authority)
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .header(USER_AGENT, "stead")
        .body(Empty::new())
        .map_err(|error| Cause::Unreachable(error.to_string()))
}

async fn read(
    response: Response<Incoming>,
    seen: Option<Seen>,
    statuses: Statuses,
) -> Result<Answer, Cause> {
    let (head, body) = response.into_parts();
    if head.status.is_redirection() {
        return Err(Cause::Redirect(head.status.as_u16()));
    }
    if !statuses.admit(head.status) {
        return Err(Cause::Status(head.status.as_u16()));
    }
    let is_plain = |value: &http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !head.headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        return Err(Cause::Encoded);
    }
    // Counted while reading: what the length header says is not believed.
    let body = Limited::new(body, ISSUER_DOCUMENT_BYTES_MAX).collect().await.map_err(|error| {
        match error.downcast::<LengthLimitError>() {
            Ok(_) => Cause::TooLarge(ISSUER_DOCUMENT_BYTES_MAX),
            Err(error) => Cause::Unreachable(error.to_string()),
        }
    })?;
    // Choice: the content type is not looked at. Key documents in object stores have
    // any, and what is no JSON is refused by its reader.
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes(), seen })
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Cause> {
    match host {
        Host::Address(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => ServerName::try_from(name.clone())
            .map_err(|_| Cause::Url(super::location::UrlFault::Host)),
    }
}

fn unreachable(error: std::io::Error) -> Cause {
    Cause::Unreachable(excerpt(&error.to_string()))
}

fn broken(error: hyper::Error) -> Cause {
    Cause::Unreachable(excerpt(&error.to_string()))
}

fn tls_fault(error: rustls::Error) -> Cause {
    Cause::Tls(excerpt(&error.to_string()))
}

/// A handshake fails because of TLS, or because the connection does.
fn handshake_fault(error: std::io::Error) -> Cause {
    let is_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    if is_tls { Cause::Tls(excerpt(&error.to_string())) } else { unreachable(error) }
}

/// At most 300 characters: a certificate may hold any number of names.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_get_their_turn() {
        let addresses = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        for (given, expected) in [
            (&["::1", "::2", "::3", "::4", "1.1.1.1"][..], &["::1", "1.1.1.1", "::2", "::3"][..]),
            (&["1.1.1.1", "::1"], &["1.1.1.1", "::1"]),
            (&["1.1.1.1", "1.1.1.2"], &["1.1.1.1", "1.1.1.2"]),
        ] {
            assert_eq!(alternate(addresses(given)), addresses(expected));
        }
    }
}
