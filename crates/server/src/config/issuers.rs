//! The section `issuer` of a file: what is particular about single token issuers.
//!
//! ```toml
//! [issuer."https://kubernetes.default.svc"]
//! ca_file = "/etc/stead/cluster-ca.pem"
//! allowed_networks = ["10.96.0.0/12"]
//!
//! [issuer."https://idp.example.com"]
//! jwks_file = "/etc/stead/idp.jwks"
//! algorithms = ["EdDSA"]
//!
//! [issuer."https://accounts.google.com"]
//! endpoint = "https://google.mirror.example.com"
//! ```
//!
//! Providers of access tokens have a section by their name, such as
//! `[issuer."www.amazon.com"]`, with those of the fields that are about asking them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use stead_federation::oidc::{AccessTokenProvider, Algorithm, Algorithms};
use thiserror::Error;
use toml::{Table, Value};

use super::ConfigError;
use super::error::excerpt;
use super::nearest::nearest_name;
use super::settings::{network, path};
use crate::issuer_keys::{ProxyAddress, UrlFault, check_issuer_url};

/// How the keys of token issuers are got.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// Whether loopback addresses may be contacted, and there over plain HTTP.
    pub allow_loopback: bool,
    /// Whether an issuer is asked for its keys when a provider is created for it.
    pub check_at_creation: bool,
    /// How old keys may be that are used while an issuer does not answer.
    pub outage_max: Duration,
    /// The way to public issuers, where it is not a straight one.
    pub proxy: Option<IssuerProxy>,
    /// What is particular about single issuers, by their URL.
    pub named: BTreeMap<String, Issuer>,
}

/// A proxy through which public issuers are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerProxy {
    /// Where it is.
    pub address: ProxyAddress,
    /// A file with the user name and the password that it wants, as `USER:PASSWORD`.
    pub credentials_file: Option<PathBuf>,
}

/// What is particular about one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The authorities that are trusted instead of the public ones, PEM.
    pub ca_file: Option<PathBuf>,
    /// Its keys. Nothing is fetched then.
    pub pinned: Option<PinnedKeys>,
    /// The algorithms it may sign with: AWS's, and those that the configuration adds.
    pub algorithms: Algorithms,
    /// Networks that may be contacted for it, beside the public internet.
    pub allowed_networks: Vec<IpNet>,
    /// The URL that is asked in its place. Who answers there speaks for the issuer.
    pub endpoint: Option<String>,
}

/// Keys that the configuration gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PinnedKeys {
    /// In a file that holds a JSON Web Key Set.
    File(PathBuf),
    /// In the configuration itself, as a JSON Web Key Set.
    Inline(String),
}

/// What is wrong in the section. [`ConfigError::help`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssuerFault {
    /// A section that is no table of tables.
    #[error("`{0}` is not a table")]
    NotTable(String),
    /// A name that is no issuer's URL.
    #[error("`{url}` is not the URL of an issuer: {fault}")]
    Url {
        /// As it was written, at most 64 characters of it.
        url: String,
        /// What is wrong with it.
        fault: UrlFault,
    },
    /// A name that is no field.
    #[error("`{url}` has an unknown field `{name}`")]
    UnknownField {
        /// The issuer.
        url: String,
        /// As it was written, at most 64 characters of it.
        name: String,
        /// The field that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A value that cannot be read.
    #[error("`{name}` of `{url}` is `{value}`, expected {expected}")]
    Field {
        /// The issuer.
        url: String,
        /// The field.
        name: &'static str,
        /// As it was written, at most 64 characters of it.
        value: String,
        /// What an acceptable value is.
        expected: &'static str,
    },
    /// A field about keys, of a provider that signs no tokens.
    #[error("`{name}` says nothing about `{url}`, whose access tokens are not signed")]
    NoKeys {
        /// The provider.
        url: String,
        /// The field.
        name: &'static str,
    },
    /// Two fields that exclude each other.
    #[error("`{url}` has both `{one}` and `{other}`")]
    Both {
        /// The issuer.
        url: String,
        /// One field.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
}

impl IssuerFault {
    /// What to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            Self::NotTable(_) | Self::Url { .. } => {
                "a section is written as `[issuer.\"https://idp.example.com\"]`".to_owned()
            }
            Self::UnknownField { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?")
            }
            Self::UnknownField { nearest: None, .. } => {
                format!("the fields are `{}`", Field::NAMES.join("`, `"))
            }
            Self::NoKeys { .. } => {
                "the fields for it are `endpoint`, `ca_file` and `allowed_networks`".to_owned()
            }
            Self::Field { .. } => "correct the value or take the line out".to_owned(),
            Self::Both { one, .. } => {
                format!(
                    "issuers whose keys are given are not contacted: take `{one}` or the other out"
                )
            }
        }
    }
}

/// An algorithm that AWS does not take. Choice: providers that sign with them exist, and
/// none is weaker.
fn extra_algorithm(text: &str) -> Option<Algorithm> {
    Algorithm::from_name(text).filter(|algorithm| !Algorithms::AWS.allows(*algorithm))
}

/// The section, as it was written and as it was understood.
#[derive(Clone, Debug)]
pub(super) struct IssuerTable {
    pub(super) as_written: Table,
    pub(super) issuers: BTreeMap<String, Issuer>,
}

impl IssuerTable {
    pub(super) const NAME: &'static str = "issuer";

    pub(super) fn parse(file: &Path, value: &Value) -> Result<Self, ConfigError> {
        let refuse = |fault| ConfigError::Issuer { path: file.to_owned(), fault };
        let table = table_of(Self::NAME, value).map_err(refuse)?;
        let read = |(url, value): (&String, &Value)| {
            let issuer = Issuer::parse(url, value)?;
            Ok((url.clone(), issuer))
        };
        let issuers = table.iter().map(read).collect::<Result<_, _>>().map_err(refuse)?;
        Ok(Self { as_written: table.clone(), issuers })
    }
}

fn table_of<'a>(name: &str, value: &'a Value) -> Result<&'a Table, IssuerFault> {
    value.as_table().ok_or_else(|| IssuerFault::NotTable(excerpt(name)))
}

/// The fields of an issuer.
#[derive(Clone, Copy)]
enum Field {
    CaFile,
    JwksFile,
    Keys,
    Algorithms,
    AllowedNetworks,
    Endpoint,
}

impl Field {
    const NAMES: [&'static str; 6] =
        ["ca_file", "jwks_file", "keys", "algorithms", "allowed_networks", "endpoint"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "ca_file" => Some(Self::CaFile),
            "jwks_file" => Some(Self::JwksFile),
            "keys" => Some(Self::Keys),
            "algorithms" => Some(Self::Algorithms),
            "allowed_networks" => Some(Self::AllowedNetworks),
            "endpoint" => Some(Self::Endpoint),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::CaFile => "ca_file",
            Self::JwksFile => "jwks_file",
            Self::Keys => "keys",
            Self::Algorithms => "algorithms",
            Self::AllowedNetworks => "allowed_networks",
            Self::Endpoint => "endpoint",
        }
    }

    /// Whether it is about keys or what is signed with them.
    const fn is_about_keys(self) -> bool {
        matches!(self, Self::JwksFile | Self::Keys | Self::Algorithms)
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::CaFile | Self::JwksFile => "a path that is not empty",
            Self::Keys => "a list of JSON Web Keys, such as `[{ kty = \"RSA\", n = \"...\" }]`",
            Self::Algorithms => "a list of `PS256`, `PS384`, `PS512` and `EdDSA`",
            Self::Endpoint => "a URL such as `https://idp.example.com`, without a query",
            Self::AllowedNetworks => "a list of networks such as `10.0.0.0/8`, or addresses",
        }
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self {
            ca_file: None,
            pinned: None,
            algorithms: Algorithms::AWS,
            allowed_networks: Vec::new(),
            endpoint: None,
        }
    }
}

impl Issuer {
    fn parse(url: &str, value: &Value) -> Result<Self, IssuerFault> {
        let has_keys = AccessTokenProvider::from_name(url).is_none();
        if has_keys {
            check_issuer_url(url).map_err(|fault| IssuerFault::Url { url: excerpt(url), fault })?;
        }
        let url = excerpt(url);
        let mut issuer = Self::default();
        let table = table_of(&url, value)?;
        for (name, value) in table {
            let Some(field) = Field::from_name(name) else {
                let nearest = nearest_name(name, &Field::NAMES);
                return Err(IssuerFault::UnknownField { url, name: excerpt(name), nearest });
            };
            if !has_keys && field.is_about_keys() {
                return Err(IssuerFault::NoKeys { url, name: field.name() });
            }
            if issuer.set(field, value).is_none() {
                let (name, expected) = (field.name(), field.expected());
                let value = excerpt(&value.to_string());
                return Err(IssuerFault::Field { url, name, value, expected });
            }
        }
        // What fetching needs says nothing about an issuer that is never fetched from.
        let pinned = ["jwks_file", "keys"].into_iter().find(|name| table.contains_key(*name));
        let others = ["keys", "ca_file", "allowed_networks", "endpoint"];
        let other =
            others.into_iter().find(|name| table.contains_key(*name) && pinned != Some(name));
        match (pinned, other) {
            (Some(one), Some(other)) => Err(IssuerFault::Both { url, one, other }),
            _ => Ok(issuer),
        }
    }

    /// Sets a field; `None` where the value cannot be read.
    fn set(&mut self, field: Field, value: &Value) -> Option<()> {
        match field {
            Field::CaFile => self.ca_file = Some(path(value.as_str()?)?),
            Field::JwksFile => {
                self.pinned = Some(PinnedKeys::File(path(value.as_str()?)?));
            }
            Field::Keys => self.pinned = Some(PinnedKeys::Inline(key_set(value)?)),
            Field::Algorithms => {
                let extra = texts(value, extra_algorithm)?.into_iter();
                self.algorithms = extra.fold(Algorithms::AWS, Algorithms::with);
            }
            Field::Endpoint => {
                let url = value.as_str().filter(|url| check_issuer_url(url).is_ok())?;
                self.endpoint = Some(url.to_owned());
            }
            Field::AllowedNetworks => self.allowed_networks = texts(value, network)?,
        }
        Some(())
    }
}

fn texts<T>(value: &Value, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(|item| parse(item.as_str()?)).collect()
}

/// A list of keys as the JSON Web Key Set that it means.
fn key_set(value: &Value) -> Option<String> {
    let keys = value.as_array()?;
    let tables = !keys.is_empty() && keys.iter().all(Value::is_table);
    let keys = serde_json::to_value(keys).ok().filter(|_| tables)?;
    Some(serde_json::json!({ "keys": keys }).to_string())
}

#[cfg(test)]
mod tests;
