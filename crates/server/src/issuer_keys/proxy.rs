//! The way to issuers through a proxy: HTTP's CONNECT.

use std::fmt;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::upgrade::{self, Upgraded};
use hyper_util::rt::TokioIo;
use stead_types::Secret;
use thiserror::Error;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use super::fault::ProxyFault;
use super::location::{Host, Location, Scheme};
use super::request::excerpt;
use crate::limits::{HEADERS_MAX, PROXY_CREDENTIALS_BYTES_MAX, PROXY_HEAD_BYTES_MAX};

/// Permissions that a file of credentials must not have: as for the root key, a group may
/// read it, as orchestrators mount files.
const FORBIDDEN_MODE: u32 = 0o7137;

/// Where a proxy is, such as `http://proxy.example:3128`.
///
/// Choice: nothing but plain HTTP to the proxy itself. What goes through it is TLS in any
/// case, and a TLS of its own would need authorities of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyAddress {
    host: Host,
    port: u16,
}

/// A proxy, and what it is shown.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) address: ProxyAddress,
    /// The value of `Proxy-Authorization`.
    authorization: Option<Secret<String>>,
}

/// Why a file holds no credentials for a proxy. What is in it is not shown.
#[derive(Debug, Error)]
pub enum ProxyCredentialsError {
    /// It cannot be read.
    #[error("cannot read `{}`: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others may read or write it.
    #[error("`{}` has mode {mode:04o}, expected 0600, 0400, 0640 or 0440", path.display())]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error("`{}` is not one line `USER:PASSWORD` of at most {PROXY_CREDENTIALS_BYTES_MAX} bytes", path.display())]
    Content {
        /// The file.
        path: PathBuf,
    },
}

impl ProxyAddress {
    /// Reads a URL of nothing but scheme, host and port; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Location { scheme, host, port, target, .. } = Location::parse(text).ok()?;
        (scheme == Scheme::Http && target == "/").then_some(Self { host, port })
    }

    pub(super) const fn host(&self) -> &Host {
        &self.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }
}

impl Proxy {
    /// # Errors
    /// A file of credentials that cannot be used.
    pub(super) fn new(
        address: ProxyAddress,
        credentials: Option<&Path>,
    ) -> Result<Self, ProxyCredentialsError> {
        let authorization = credentials.map(read_authorization).transpose()?;
        Ok(Self { address, authorization })
    }

    /// Asks for a connection to an address, over a connection to the proxy.
    ///
    /// The address was checked before: the proxy is given no name that it could look up
    /// otherwise. Spec: RFC 9110, section 9.3.6.
    pub(super) async fn open(
        &self,
        stream: TcpStream,
        to: SocketAddr,
    ) -> Result<TokioIo<Upgraded>, ProxyFault> {
        let request = self.request(to)?;
        let mut http = http1::Builder::new();
        http.max_buf_size(PROXY_HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
        let (mut sender, connection) =
            http.handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let connection = connection.with_upgrades();
        let opened = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            match response.status() {
                status if status.is_success() => upgrade::on(response).await.map_err(broken),
                StatusCode::PROXY_AUTHENTICATION_REQUIRED => Err(ProxyFault::Credentials),
                status => Err(ProxyFault::Status(status.as_u16())),
            }
        };
        tokio::pin!(opened);
        // Both run here, so that both end when the caller's patience does.
        let opened = tokio::select! {
            biased;
            opened = &mut opened => opened,
            // It ends when the answer is there, and hands the bytes behind it over.
            _ = connection => opened.await,
        };
        opened.map(TokioIo::new)
    }

    fn request(&self, to: SocketAddr) -> Result<Request<Empty<Bytes>>, ProxyFault> {
        let malformed = |error: http::Error| ProxyFault::Unreachable(error.to_string());
        let target = to.to_string();
        let request = Request::connect(&target).header(HOST, &target).header(USER_AGENT, "stead");
        let mut request = request.body(Empty::new()).map_err(malformed)?;
        if let Some(authorization) = &self.authorization {
            let value = HeaderValue::from_str(authorization.expose());
            let mut value = value.map_err(|error| malformed(error.into()))?;
            value.set_sensitive(true);
            request.headers_mut().insert(PROXY_AUTHORIZATION, value);
        }
        Ok(request)
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) => write!(formatter, "{name}:{}", self.port),
            Host::Address(address) => SocketAddr::new(*address, self.port).fmt(formatter),
        }
    }
}

fn broken(error: hyper::Error) -> ProxyFault {
    if error.is_parse_too_large() {
        ProxyFault::TooLong(PROXY_HEAD_BYTES_MAX)
    } else {
        ProxyFault::Unreachable(excerpt(&error.to_string()))
    }
}

/// The credentials of a file as the scheme `Basic` has them. Spec: RFC 7617, section 2.
fn read_authorization(path: &Path) -> Result<Secret<String>, ProxyCredentialsError> {
    let unreadable = |error| ProxyCredentialsError::Unreadable { path: path.to_owned(), error };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o7777;
    if mode & FORBIDDEN_MODE != 0 {
        return Err(ProxyCredentialsError::Mode { path: path.to_owned(), mode });
    }
    let limit = PROXY_CREDENTIALS_BYTES_MAX + 1;
    // Of its full size, so that no copy is left behind where it grew.
    let mut text = Zeroizing::new(Vec::with_capacity(limit));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut text).map_err(unreadable)?;
    let credentials =
        one_line(&text).ok_or_else(|| ProxyCredentialsError::Content { path: path.to_owned() })?;
    let encoded = Zeroizing::new(STANDARD.encode(credentials));
    Ok(Secret::new(format!("Basic {}", *encoded)))
}

fn one_line(text: &[u8]) -> Option<&str> {
    let text =
        std::str::from_utf8(text).ok().filter(|_| text.len() <= PROXY_CREDENTIALS_BYTES_MAX)?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    (line.contains(':') && !line.chars().any(char::is_control)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_scheme_host_and_port() {
        for (text, expected) in [
            ("http://proxy.example:3128", "proxy.example:3128"),
            ("http://proxy.example:3128/", "proxy.example:3128"),
            ("http://proxy", "proxy:80"),
            ("http://10.0.0.1:8080", "10.0.0.1:8080"),
            ("http://[fd00::1]:8080", "[fd00::1]:8080"),
        ] {
            assert_eq!(ProxyAddress::parse(text).unwrap().to_string(), expected);
        }
        for bad in [
            "",
            "proxy.example:3128",
            "https://proxy.example:3128",
            "socks5://proxy.example:1080",
            "http://user:word@proxy.example:3128",
            "http://proxy.example:3128/path",
            "http://proxy.example:3128/?a=b",
            "http://proxy.example:3128?",
            "http://proxy.example:3128#a",
            "http://proxy.example:0",
            "http://127.1:3128",
            "http://",
        ] {
            assert_eq!(ProxyAddress::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn credentials_are_one_line_with_a_colon() {
        for (text, expected) in [
            ("user:word", "user:word"),
            ("user:word\n", "user:word"),
            ("user:word\r\n", "user:word"),
            ("user:a:b c", "user:a:b c"),
            (":", ":"),
        ] {
            assert_eq!(one_line(text.as_bytes()), Some(expected));
        }
        let longest = format!("u:{}", "a".repeat(PROXY_CREDENTIALS_BYTES_MAX - 2));
        assert!(one_line(longest.as_bytes()).is_some());
        let long = format!("{longest}a");
        for bad in ["", "user", "user:word\n\n", "u:w\nu:w", "u:\0", long.as_str()] {
            assert_eq!(one_line(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(one_line(b"u:\xff"), None);
    }
}
