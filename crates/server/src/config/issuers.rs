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
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use stead_federation::oidc::{Algorithm, Algorithms};
use thiserror::Error;
use toml::{Table, Value};

use super::ConfigError;
use super::error::excerpt;
use super::nearest::nearest_name;
use super::settings::{network, path};
use crate::issuer_keys::{UrlFault, check_issuer_url};

/// How the keys of token issuers are got.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// Whether loopback addresses may be contacted, and there over plain HTTP.
    pub allow_loopback: bool,
    /// Whether an issuer is asked for its keys when a provider is created for it.
    pub check_at_creation: bool,
    /// How old keys may be that are used while an issuer does not answer.
    pub outage_max: Duration,
    /// What is particular about single issuers, by their URL.
    pub named: BTreeMap<String, Issuer>,
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
}

impl Field {
    const NAMES: [&'static str; 5] =
        ["ca_file", "jwks_file", "keys", "algorithms", "allowed_networks"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "ca_file" => Some(Self::CaFile),
            "jwks_file" => Some(Self::JwksFile),
            "keys" => Some(Self::Keys),
            "algorithms" => Some(Self::Algorithms),
            "allowed_networks" => Some(Self::AllowedNetworks),
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
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::CaFile | Self::JwksFile => "a path that is not empty",
            Self::Keys => "a list of JSON Web Keys, such as `[{ kty = \"RSA\", n = \"...\" }]`",
            Self::Algorithms => "a list of `PS256`, `PS384`, `PS512` and `EdDSA`",
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
        }
    }
}

impl Issuer {
    fn parse(url: &str, value: &Value) -> Result<Self, IssuerFault> {
        check_issuer_url(url).map_err(|fault| IssuerFault::Url { url: excerpt(url), fault })?;
        let url = excerpt(url);
        let mut issuer = Self::default();
        let table = table_of(&url, value)?;
        for (name, value) in table {
            let Some(field) = Field::from_name(name) else {
                let nearest = nearest_name(name, &Field::NAMES);
                return Err(IssuerFault::UnknownField { url, name: excerpt(name), nearest });
            };
            if issuer.set(field, value).is_none() {
                let (name, expected) = (field.name(), field.expected());
                let value = excerpt(&value.to_string());
                return Err(IssuerFault::Field { url, name, value, expected });
            }
        }
        // What fetching needs says nothing about an issuer that is never fetched from.
        let pinned = ["jwks_file", "keys"].into_iter().find(|name| table.contains_key(*name));
        let others = ["keys", "ca_file", "allowed_networks"];
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
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BTreeMap<String, Issuer>, IssuerFault> {
        let table: Table = text.parse().unwrap();
        match IssuerTable::parse(Path::new("stead.toml"), &table["issuer"]) {
            Ok(table) => Ok(table.issuers),
            Err(ConfigError::Issuer { fault, .. }) => Err(fault),
            Err(other) => panic!("{other}"),
        }
    }

    fn one(fields: &str) -> Result<Issuer, IssuerFault> {
        let all = parse(&format!("[issuer.\"https://a.example\"]\n{fields}"))?;
        Ok(all["https://a.example"].clone())
    }

    #[test]
    fn every_field_is_read() {
        let issuer = one("ca_file = \"ca.pem\"\nalgorithms = [\"EdDSA\", \"PS256\"]\n\
             allowed_networks = [\"10.0.0.0/8\", \"fd00::1\"]")
        .unwrap();
        assert_eq!(issuer.ca_file, Some(PathBuf::from("ca.pem")));
        let expected = Algorithms::AWS.with(Algorithm::EdDsa).with(Algorithm::Ps256);
        assert_eq!(issuer.algorithms, expected);
        let networks = ["10.0.0.0/8", "fd00::1/128"].map(|text| text.parse().unwrap());
        assert_eq!(issuer.allowed_networks, networks);
        assert_eq!(issuer.pinned, None);
        let pinned = one("jwks_file = \"keys.json\"").unwrap().pinned;
        assert_eq!(pinned, Some(PinnedKeys::File("keys.json".into())));
        assert_eq!(one("").unwrap(), Issuer::default());
    }

    #[test]
    fn keys_in_the_file_become_a_key_set() {
        let text = "keys = [{ kty = \"RSA\", kid = \"1\", n = \"AQ\", e = \"AQAB\" }]";
        let Some(PinnedKeys::Inline(json)) = one(text).unwrap().pinned else { panic!() };
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        let key = serde_json::json!({ "kty": "RSA", "kid": "1", "n": "AQ", "e": "AQAB" });
        assert_eq!(read, serde_json::json!({ "keys": [key] }));
    }

    #[test]
    fn values_that_cannot_be_read_are_refused_with_what_is_expected() {
        for (text, field) in [
            ("ca_file = \"\"", "ca_file"),
            ("ca_file = 1", "ca_file"),
            ("jwks_file = true", "jwks_file"),
            ("keys = []", "keys"),
            ("keys = [1]", "keys"),
            ("keys = \"{}\"", "keys"),
            ("algorithms = \"PS256\"", "algorithms"),
            ("algorithms = [\"RS256\"]", "algorithms"),
            ("algorithms = [\"none\"]", "algorithms"),
            ("algorithms = [\"HS256\"]", "algorithms"),
            ("algorithms = [\"ps256\"]", "algorithms"),
            ("allowed_networks = [\"10.0.0.0/33\"]", "allowed_networks"),
            ("allowed_networks = \"10.0.0.0/8\"", "allowed_networks"),
        ] {
            let fault = one(text).unwrap_err();
            assert!(matches!(&fault, IssuerFault::Field { name, .. } if *name == field), "{fault}");
        }
        assert_eq!(
            one("algorithms = [\"none\"]").unwrap_err().to_string(),
            "`algorithms` of `https://a.example` is `[\"none\"]`, expected a list of `PS256`, \
             `PS384`, `PS512` and `EdDSA`"
        );
    }

    #[test]
    fn unknown_fields_are_refused_with_the_nearest() {
        let fault = one("ca_fle = \"x\"").unwrap_err();
        assert_eq!(fault.to_string(), "`https://a.example` has an unknown field `ca_fle`");
        assert_eq!(fault.help(), "did you mean `ca_file`?");
        let fault = one("colour = 1").unwrap_err();
        assert!(fault.help().starts_with("the fields are `ca_file`, "), "{}", fault.help());
    }

    #[test]
    fn what_is_no_issuer_is_refused() {
        for url in ["a.example", "https://u@a.example", "https://a.example/?q", "ftp://a.example"] {
            let fault = parse(&format!("[issuer.\"{url}\"]")).unwrap_err();
            assert!(matches!(fault, IssuerFault::Url { .. }), "{url}: {fault}");
        }
        assert!(matches!(parse("issuer = 1").unwrap_err(), IssuerFault::NotTable(_)));
        assert!(matches!(
            parse("issuer.\"https://a.example\" = 1").unwrap_err(),
            IssuerFault::NotTable(_)
        ));
    }

    #[test]
    fn pinned_keys_exclude_what_fetching_needs() {
        for (text, expected) in [
            ("jwks_file = \"k\"\nkeys = [{ kty = \"RSA\" }]", ("jwks_file", "keys")),
            ("jwks_file = \"k\"\nca_file = \"c\"", ("jwks_file", "ca_file")),
            ("keys = [{ kty = \"RSA\" }]\nca_file = \"c\"", ("keys", "ca_file")),
            (
                "keys = [{ kty = \"RSA\" }]\nallowed_networks = [\"::1\"]",
                ("keys", "allowed_networks"),
            ),
        ] {
            let fault = one(text).unwrap_err();
            let IssuerFault::Both { one, other, .. } = fault else { panic!("{fault}") };
            assert_eq!((one, other), expected);
        }
        assert!(one("keys = [{ kty = \"RSA\" }]\nalgorithms = [\"EdDSA\"]").is_ok());
    }
}
