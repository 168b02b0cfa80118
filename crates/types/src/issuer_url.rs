use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use thiserror::Error;

/// The URL of an OpenID Connect issuer, such as `https://idp.example.com/realms/a`.
///
/// The text is kept as given: nothing is folded, decoded or normalized, since an
/// issuer is compared with a token's `iss` claim character by character.
/// Spec: OpenID Connect Core, section 3.1.3.7, and Discovery, section 4.3.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerUrl(Box<str>);

/// Why a text is not the URL of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IssuerUrlError {
    /// Longer than 255 bytes.
    #[error("an issuer's URL has at most 255 characters")]
    Long,
    /// Not `https://`; plain `http://` is for loopback hosts.
    #[error("an issuer's URL begins with https://")]
    Scheme,
    /// The host is missing, or holds what no host name or address can.
    #[error("an issuer's URL names a host")]
    Host,
    /// Behind the host's colon stands no port.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// A query, a fragment, or a character that no path has.
    #[error("the path holds a character that it can't hold")]
    Path,
}

/// How the provider at an issuer's URL is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerScheme {
    /// Over TLS.
    Https,
    /// In plain text, to a loopback host only: for tests.
    LoopbackHttp,
}

impl IssuerUrl {
    /// Bytes of the longest URL.
    ///
    /// Spec: `OpenIDConnectProviderUrlType` of the IAM model.
    pub const BYTES_MAX: usize = 255;

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How the provider is reached.
    #[must_use]
    pub fn scheme(&self) -> IssuerScheme {
        if self.0.starts_with(HTTPS) { IssuerScheme::Https } else { IssuerScheme::LoopbackHttp }
    }

    /// The URL behind its scheme, such as `idp.example.com/realms/a`: what provider
    /// ARNs and condition keys begin with.
    #[must_use]
    pub fn without_scheme(&self) -> &str {
        self.0.split_once("://").map_or(&self.0, |(_, rest)| rest)
    }
}

const HTTPS: &str = "https://";
const HTTP: &str = "http://";

impl FromStr for IssuerUrl {
    type Err = IssuerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > Self::BYTES_MAX {
            return Err(IssuerUrlError::Long);
        }
        let (rest, is_plain) = match (text.strip_prefix(HTTPS), text.strip_prefix(HTTP)) {
            (Some(rest), _) => (rest, false),
            (None, Some(rest)) => (rest, true),
            (None, None) => return Err(IssuerUrlError::Scheme),
        };
        let path_at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(path_at).ok_or(IssuerUrlError::Host)?;
        let host = host_of(authority)?;
        if is_plain && !is_loopback(host) {
            return Err(IssuerUrlError::Scheme);
        }
        if is_path(path) { Ok(Self(text.into())) } else { Err(IssuerUrlError::Path) }
    }
}

/// The host of an authority, once host and port are found to be sound.
fn host_of(authority: &str) -> Result<&str, IssuerUrlError> {
    let port_at = match authority.strip_prefix('[') {
        Some(_) => authority.find(']').map(|end| end + 1).ok_or(IssuerUrlError::Host)?,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(port_at).ok_or(IssuerUrlError::Host)?;
    if !is_host(host) {
        return Err(IssuerUrlError::Host);
    }
    if port.is_empty() || port.strip_prefix(':').is_some_and(is_port) {
        Ok(host)
    } else {
        Err(IssuerUrlError::Port)
    }
}

/// A host name or address. User names and percent-encoding are no part of one.
fn is_host(host: &str) -> bool {
    if let Some(address) = ipv6(host) {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    is_plain && port.parse::<u16>().is_ok()
}

fn is_loopback(host: &str) -> bool {
    if let Some(address) = ipv6(host) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
    }
    host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn ipv6(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Spec: RFC 3986, section 3.3: what a path is made of.
/// Choice: without `*`, which stands for anything in policies that name a provider.
fn is_path(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()+,;=:@%".contains(&byte);
    path.bytes().all(allowed)
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for IssuerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_kept_as_given() {
        for (url, bare, scheme) in [
            ("https://idp.example.com", "idp.example.com", IssuerScheme::Https),
            ("https://idp.example.com/", "idp.example.com/", IssuerScheme::Https),
            (
                "https://Idp.Example.com/Realms/a%20b",
                "Idp.Example.com/Realms/a%20b",
                IssuerScheme::Https,
            ),
            ("https://idp.example.com:8443/a//b", "idp.example.com:8443/a//b", IssuerScheme::Https),
            ("https://192.0.2.1/x", "192.0.2.1/x", IssuerScheme::Https),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443", IssuerScheme::Https),
            ("https://localhost", "localhost", IssuerScheme::Https),
            ("http://localhost:4444/a", "localhost:4444/a", IssuerScheme::LoopbackHttp),
            ("http://127.0.0.1", "127.0.0.1", IssuerScheme::LoopbackHttp),
            ("http://[::1]:80", "[::1]:80", IssuerScheme::LoopbackHttp),
        ] {
            let parsed: IssuerUrl = url.parse().unwrap();
            assert_eq!((parsed.as_str(), parsed.without_scheme()), (url, bare));
            assert_eq!(parsed.scheme(), scheme, "{url}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        use IssuerUrlError::{Host, Long, Path, Port, Scheme};
        for (bad, error) in [
            ("", Scheme),
            ("example.org", Scheme),
            ("//example.org", Scheme),
            ("HTTPS://example.org", Scheme),
            ("ftp://example.org", Scheme),
            ("http://example.org", Scheme),
            ("http://localhost.example.org", Scheme),
            ("http://127.0.0.1.example.org", Scheme),
            ("http://128.0.0.1", Scheme),
            ("http://[::2]", Scheme),
            ("https://", Host),
            ("https:///path", Host),
            ("https://?query", Host),
            ("https://user@example.org", Host),
            ("https://user:1@example.org", Port),
            ("https://a..b", Host),
            ("https://.a", Host),
            ("https://a b", Host),
            ("https://ex%61mple.org", Host),
            ("https://bücher.example", Host),
            ("https://[::1", Host),
            ("https://[::g]", Host),
            ("https://[::1]x", Port),
            ("https://a:", Port),
            ("https://a:0", Port),
            ("https://a:+1", Port),
            ("https://a:65536", Port),
            ("https://a:1:2", Port),
            ("https://a?b", Path),
            ("https://a/b?c=d", Path),
            ("https://a#b", Path),
            ("https://a/b#", Path),
            ("https://a/*", Path),
            ("https://a/b c", Path),
            ("https://a/\u{e9}", Path),
            ("https://a/\\", Path),
            ("https://a/\n", Path),
        ] {
            assert_eq!(bad.parse::<IssuerUrl>(), Err(error), "{bad:?}");
        }
        let longest = format!("https://a/{}", "x".repeat(245));
        assert!(longest.parse::<IssuerUrl>().is_ok());
        assert_eq!(format!("{longest}x").parse::<IssuerUrl>(), Err(Long));
    }
}
