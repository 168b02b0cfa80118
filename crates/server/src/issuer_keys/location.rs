use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::uri::PathAndQuery;
use thiserror::Error;

/// Bytes of a URL that is fetched. Choice: AWS takes provider URLs of at most 255
/// characters; a `jwks_uri` may carry a query.
const URL_BYTES_MAX: usize = 2048;

/// Bytes of a host name. Spec: RFC 1035, section 2.3.4.
const HOST_BYTES_MAX: usize = 253;

/// Where OpenID Connect Discovery 1.0, section 4, has the document.
const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// A URL that can be fetched: scheme, host, port, path and query, nothing else.
///
/// Its parts are read strictly, because a URL that two programs read differently is
/// how addresses are smuggled past a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(super) scheme: Scheme,
    pub(super) host: Host,
    pub(super) port: u16,
    /// Host and port as they were written, for the `host` header.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: PathAndQuery,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Https,
    Http,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Name(String),
    Address(IpAddr),
}

/// Why a text is no URL that is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UrlFault {
    /// Longer than any real one.
    #[error("the URL is longer than {URL_BYTES_MAX} bytes")]
    TooLong,
    /// A space, a control character, a backslash, or something outside ASCII.
    #[error("the URL holds a character that must be percent-encoded")]
    Character,
    /// Neither `https://` nor `http://`.
    #[error("the URL does not begin with `https://`")]
    Scheme,
    /// `user:password@`.
    #[error("the URL holds user information")]
    UserInfo,
    /// A host that is neither a name nor an address, or can be read as both.
    #[error("the URL has a host that is neither a name nor an IP address")]
    Host,
    /// A port that is not a number from 1 to 65535.
    #[error("the URL has a port that is not a number from 1 to 65535")]
    Port,
    /// `#`, or in an issuer also `?`.
    #[error("the URL has a fragment, or is an issuer with a query")]
    Suffix,
    /// A path that HTTP cannot carry.
    #[error("the URL has a path that HTTP cannot carry")]
    Path,
}

impl Location {
    /// Reads a URL.
    ///
    /// # Errors
    /// The first thing about it that is not allowed.
    pub(super) fn parse(text: &str) -> Result<Self, UrlFault> {
        if text.len() > URL_BYTES_MAX {
            return Err(UrlFault::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(UrlFault::Character);
        }
        if text.contains('#') {
            return Err(UrlFault::Suffix);
        }
        let (scheme, rest) = Scheme::split(text).ok_or(UrlFault::Scheme)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).ok_or(UrlFault::Host)?;
        let (host, port) = split_authority(authority)?;
        Ok(Self {
            scheme,
            host: Host::parse(host)?,
            port: port.map_or(Ok(scheme.default_port()), parse_port)?,
            authority: authority.to_owned(),
            target: parse_target(target)?,
        })
    }

    /// Where the discovery document of an issuer is.
    ///
    /// Spec: OpenID Connect Discovery 1.0, section 4: a slash at the end of the
    /// issuer is taken away first.
    pub(super) fn discovery(issuer: &str) -> Result<Self, UrlFault> {
        if issuer.contains('?') {
            return Err(UrlFault::Suffix);
        }
        Self::parse(issuer)?;
        let stem = issuer.strip_suffix('/').unwrap_or(issuer);
        Self::parse(&format!("{stem}{DISCOVERY_PATH}"))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        write!(formatter, "{scheme}://{}{}", self.authority, self.target)
    }
}

impl Scheme {
    fn split(text: &str) -> Option<(Self, &str)> {
        let https = text.strip_prefix("https://").map(|rest| (Self::Https, rest));
        https.or_else(|| text.strip_prefix("http://").map(|rest| (Self::Http, rest)))
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

impl Host {
    fn parse(text: &str) -> Result<Self, UrlFault> {
        if let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            let address: Ipv6Addr = inside.parse().map_err(|_| UrlFault::Host)?;
            return Ok(Self::Address(address.into()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Address(address.into()));
        }
        if is_name(text) { Ok(Self::Name(text.to_owned())) } else { Err(UrlFault::Host) }
    }
}

/// Whether this is a host name of the DNS.
///
/// A name whose last label is a number is none: resolvers read `127.1`, `0x7f.1` and
/// `2130706433` as IPv4 addresses.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(plain);
    let last = text.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    text.len() <= HOST_BYTES_MAX && text.split('.').all(is_label) && !is_number
}

/// Host, in its brackets if it has some, and port.
fn split_authority(authority: &str) -> Result<(&str, Option<&str>), UrlFault> {
    if authority.contains('@') {
        return Err(UrlFault::UserInfo);
    }
    let host_end = if authority.starts_with('[') {
        authority.find(']').map(|bracket| bracket + 1).ok_or(UrlFault::Host)?
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at_checked(host_end).ok_or(UrlFault::Host)?;
    match rest {
        "" => Ok((host, None)),
        _ => Ok((host, Some(rest.strip_prefix(':').ok_or(UrlFault::Host)?))),
    }
}

fn parse_port(text: &str) -> Result<u16, UrlFault> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0).ok_or(UrlFault::Port)
}

fn parse_target(text: &str) -> Result<PathAndQuery, UrlFault> {
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("{slash}{text}").parse().map_err(|_| UrlFault::Path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_falls_into_its_parts() {
        for (text, host, port, authority, target) in [
            ("https://a.example", "a.example", 443, "a.example", "/"),
            ("https://a.example/", "a.example", 443, "a.example", "/"),
            ("https://a.example:8443/k?v=1", "a.example", 8443, "a.example:8443", "/k?v=1"),
            ("https://a.example?v=1", "a.example", 443, "a.example", "/?v=1"),
            ("http://localhost:1/k", "localhost", 1, "localhost:1", "/k"),
            (
                "https://kubernetes.default.svc",
                "kubernetes.default.svc",
                443,
                "kubernetes.default.svc",
                "/",
            ),
            ("https://1a.example", "1a.example", 443, "1a.example", "/"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.host, Host::Name(host.to_owned()), "{text}");
            assert_eq!((location.port, location.authority.as_str()), (port, authority), "{text}");
            assert_eq!(location.target, target, "{text}");
        }
        for (text, address) in [
            ("https://192.0.2.1:1/", "192.0.2.1"),
            ("https://[2001:db8::1]", "2001:db8::1"),
            ("https://[::1]:8443/k", "::1"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.host, Host::Address(address.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_others_might_read_differently_is_refused() {
        use UrlFault as F;
        for (text, fault) in [
            ("", F::Scheme),
            ("a.example", F::Scheme),
            ("//a.example", F::Scheme),
            ("ftp://a.example", F::Scheme),
            ("file:///etc/passwd", F::Scheme),
            ("HTTPS://a.example", F::Scheme),
            ("https:/a.example", F::Scheme),
            ("https://", F::Host),
            ("https:///k", F::Host),
            ("https://:443", F::Host),
            ("https://.example", F::Host),
            ("https://a..example", F::Host),
            ("https://a.example.", F::Host),
            ("https://a_%41.example", F::Host),
            ("https://a.example,b.example", F::Host),
            ("https://127.1", F::Host),
            ("https://0x7f.0.0.0x1", F::Host),
            ("https://0x", F::Host),
            ("https://2130706433", F::Host),
            ("https://127.0.0.256", F::Host),
            ("https://127.0.0.01", F::Host),
            ("https://[::1", F::Host),
            ("https://[::1]443", F::Host),
            ("https://[127.0.0.1]", F::Host),
            ("https://[fe80::1%25eth0]", F::Host),
            ("https://::1", F::Host),
            ("https://a.example:", F::Port),
            ("https://a.example:0", F::Port),
            ("https://a.example:65536", F::Port),
            ("https://a.example:+1", F::Port),
            ("https://a.example:1:2", F::Port),
            ("https://u@a.example", F::UserInfo),
            ("https://u:p@a.example", F::UserInfo),
            ("https://a.example:443@b.example", F::UserInfo),
            ("https://a.example/#f", F::Suffix),
            ("https://a.example#@b.example", F::Suffix),
            ("https://a.example\\@b.example", F::Character),
            ("https://a.example/k k", F::Character),
            ("https://a.example/\r\nhost: b", F::Character),
            ("https://ä.example", F::Character),
            ("https://a.example\0", F::Character),
        ] {
            assert_eq!(Location::parse(text).unwrap_err(), fault, "{text}");
        }
        let long = format!("https://a.example/{}", "k".repeat(URL_BYTES_MAX));
        assert_eq!(Location::parse(&long).unwrap_err(), UrlFault::TooLong);
        assert_eq!(
            Location::parse(&format!("https://{}.example", "a.".repeat(130))).unwrap_err(),
            UrlFault::Host
        );
    }

    #[test]
    fn at_signs_and_colons_behind_the_host_are_paths() {
        let location = Location::parse("https://a.example/@b.example:1").unwrap();
        assert_eq!(location.host, Host::Name("a.example".to_owned()));
    }

    #[test]
    fn the_discovery_document_lies_below_the_issuer() {
        for (issuer, expected) in [
            ("https://a.example", "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/", "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/t/1", "https://a.example/t/1/.well-known/openid-configuration"),
            ("https://a.example/t/1/", "https://a.example/t/1/.well-known/openid-configuration"),
        ] {
            assert_eq!(Location::discovery(issuer).unwrap().to_string(), expected);
        }
        assert_eq!(Location::discovery("https://a.example/?q").unwrap_err(), UrlFault::Suffix);
        // Taking the slash away must not make a URL of what is none.
        assert_eq!(Location::discovery("https:///").unwrap_err(), UrlFault::Host);
    }
}
