use std::fmt;
use std::str::FromStr;

use http::Uri;

/// Where a service answers, such as `https://sts.example.com` or
/// `http://127.0.0.1:4566`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) scheme: Scheme,
    /// Host and port as written, which is also the `host` header.
    pub(crate) authority: String,
    /// The host without brackets: a name or an address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Begins with a slash.
    pub(crate) path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "is not a URL")?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err("begins neither with https:// nor with http://"),
        };
        let authority = uri.authority().ok_or("has no host")?;
        if authority.as_str().contains('@') {
            return Err("holds a user name or a password");
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("has more than a path behind the host");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let has_port =
            authority.as_str().rsplit_once(']').map_or(authority.as_str(), |(_, end)| end);
        let port = match (authority.port_u16(), scheme) {
            (Some(port), _) => port,
            (None, _) if has_port.contains(':') => return Err("has a port that is none"),
            (None, Scheme::Http) => 80,
            (None, Scheme::Https) => 443,
        };
        if host.is_empty() {
            return Err("has no host");
        }
        let (authority, path) = (authority.as_str().to_owned(), uri.path().to_owned());
        Ok(Self { scheme, authority, host, port, path })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let path = self.path.trim_end_matches('/');
        write!(formatter, "{scheme}://{}{path}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_services_are_read() {
        for (text, host, port, path) in [
            ("http://127.0.0.1:4566", "127.0.0.1", 4566, "/"),
            ("https://sts.example.com", "sts.example.com", 443, "/"),
            ("https://sts.example.com/", "sts.example.com", 443, "/"),
            ("http://[::1]:80/sts", "::1", 80, "/sts"),
            ("http://[::1]", "::1", 80, "/"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!((&*endpoint.host, endpoint.port, &*endpoint.path), (host, port, path));
            assert_eq!(endpoint.to_string(), text.trim_end_matches('/'));
        }
    }

    #[test]
    fn neighbours_are_refused() {
        for bad in [
            "",
            "127.0.0.1:4566",
            "sts.example.com",
            "ftp://sts.example.com",
            "https://user@sts.example.com",
            "https://user:word@sts.example.com",
            "https://sts.example.com/?a=b",
            "https://sts.example.com/#a",
            "https://sts.example.com:99999",
            "https://",
        ] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}
