//! The document in which an issuer says where its keys are.

use serde_json::{Map, Value};

use super::fault::DiscoveryFault;
use super::json;
use super::limits::{ADDRESS_BYTES_MAX, DISCOVERY_BYTES_MAX};
use super::refusal::echo;

/// What an issuer says of itself at `/.well-known/openid-configuration`.
///
/// Spec: OpenID Connect Discovery 1.0, sections 3 and 4.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    jwks_uri: String,
}

/// How an issuer's keys may be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Over TLS only, as AWS does.
    Https,
    /// In the clear too, which is for tests.
    DangerousHttp,
}

impl Discovery {
    /// Reads the document of an issuer. `issuer` must be the URL that was asked, as it
    /// stands in the tokens; it is compared byte by byte.
    ///
    /// Whether the address of the keys may be connected to is for the fetcher to say.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub fn parse(json: &[u8], issuer: &str, transport: Transport) -> Result<Self, DiscoveryFault> {
        if json.len() > DISCOVERY_BYTES_MAX {
            return Err(DiscoveryFault::TooLong { bytes: json.len() });
        }
        let document = json::object(json).map_err(DiscoveryFault::Json)?;
        let found = text(&document, "issuer").ok_or(DiscoveryFault::NoIssuer)?;
        if found != issuer {
            let (expected, found) = (issuer.to_owned(), echo(found));
            return Err(DiscoveryFault::OtherIssuer { expected, found });
        }
        let jwks_uri = text(&document, "jwks_uri").ok_or(DiscoveryFault::NoKeyAddress)?;
        if !is_address(jwks_uri, transport) {
            return Err(DiscoveryFault::KeyAddress { found: echo(jwks_uri) });
        }
        Ok(Self { jwks_uri: jwks_uri.to_owned() })
    }

    /// Where the issuer's keys are: an absolute URL.
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.jwks_uri
    }
}

/// An absolute URL with a host, and without what a fetcher could read differently.
fn is_address(url: &str, transport: Transport) -> bool {
    let secure = url.strip_prefix("https://");
    let rest = match transport {
        Transport::Https => secure,
        Transport::DangerousHttp => secure.or_else(|| url.strip_prefix("http://")),
    };
    let Some(rest) = rest else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    url.len() <= ADDRESS_BYTES_MAX
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\".contains(&byte))
        && !host.is_empty()
        && !authority.contains('@')
}

fn text<'a>(document: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    document.get(member).and_then(Value::as_str)
}
