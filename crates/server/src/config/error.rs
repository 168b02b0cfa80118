use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::{FixtureKeysError, IssuerFault, Key};

/// Where a value comes from, weakest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File(PathBuf),
    /// A `STEAD_` variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
}

impl Origin {
    /// How `key` is written in this place, such as `--tls-cert`.
    #[must_use]
    pub fn spelling(&self, key: Key) -> String {
        match self {
            Self::Default => format!("the default of `{}`", key.name()),
            Self::File(path) => format!("`{}` in {}", key.name(), path.display()),
            Self::Environment => format!("STEAD_{}", key.name().to_ascii_uppercase()),
            Self::Flag => format!("--{}", key.name().replace('_', "-")),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(path) => write!(formatter, "file {}", path.display()),
            Self::Environment => formatter.write_str("environment"),
            Self::Flag => formatter.write_str("command line"),
        }
    }
}

/// Why a configuration is refused. [`ConfigError::help`] says what to do.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration file `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file is not TOML.
    #[error("{}:{line}:{column}: not valid TOML: {reason}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in it, from 1.
        column: usize,
        /// What the parser says, on one line.
        reason: String,
    },
    /// A name that is no setting.
    #[error("unknown setting `{name}` ({origin})")]
    UnknownKey {
        /// Where it stands.
        origin: Origin,
        /// As it was written, at most 64 characters of it.
        name: String,
        /// The setting that was probably meant.
        nearest: Option<Key>,
    },
    /// A value that cannot be read.
    #[error("{} is `{value}`, expected {}", origin.spelling(*key), key.expected())]
    Value {
        /// Where it stands.
        origin: Origin,
        /// Which setting.
        key: Key,
        /// As it was written, at most 64 characters of it.
        value: String,
    },
    /// A certificate without a key, or a key without a certificate.
    #[error("`{}` is set but `{}` is not", present.name(), absent.name())]
    HalfOfTls {
        /// The one that is set.
        present: Key,
        /// The one that is missing.
        absent: Key,
    },
    /// Names for a certificate that the server does not make.
    #[error("`tls_name` is set but the server makes no certificate")]
    NamesWithoutOwnCertificate,
    /// More names than a certificate should have.
    #[error("`tls_name` has more than {max} names")]
    ManyNames {
        /// How many it may have.
        max: usize,
    },
    /// Credentials for a proxy that is not there.
    #[error("`issuer_proxy_credentials_file` is set but `issuer_proxy` is not")]
    CredentialsWithoutProxy,
    /// A place to send traces to that is none. Its text is not shown: it may hold a secret.
    #[error("{variable} is not the URL of a collector")]
    TracesEndpoint {
        /// Where it stands.
        variable: &'static str,
    },
    /// More than one place for the root key.
    #[error("the root key is given in more than one way")]
    TwoRootKeys,
    /// Something in the section of issuers.
    #[error("in the section `issuer` of {}: {fault}", path.display())]
    Issuer {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: IssuerFault,
    },
    /// Fixture keys for a server that keeps its data.
    #[error("STEAD_FIXTURE_KEYS is set but the server is not ephemeral")]
    FixtureKeysWithoutEphemeral,
    /// Fixture keys on an address that others can reach.
    #[error("STEAD_FIXTURE_KEYS is set and `listen` is not a loopback address")]
    FixtureKeysRemote,
    /// The fixture keys themselves.
    #[error("STEAD_FIXTURE_KEYS: {0}")]
    FixtureKeys(FixtureKeysError),
}

impl ConfigError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the path given by --config".to_owned(),
            Self::Toml { .. } => {
                "settings are lines such as `listen = \"127.0.0.1:4566\"`".to_owned()
            }
            Self::UnknownKey { origin, nearest: Some(key), .. } => {
                format!("did you mean {}?", origin.spelling(*key))
            }
            Self::UnknownKey { nearest: None, .. } => {
                "`stead config show` lists every setting".to_owned()
            }
            Self::Value { .. } => {
                "`stead config show` lists every setting with its value".to_owned()
            }
            Self::HalfOfTls { .. } => {
                "give the certificate and its private key together".to_owned()
            }
            Self::TracesEndpoint { .. } => "such as http://localhost:4318".to_owned(),
            Self::NamesWithoutOwnCertificate => {
                "add --tls; a certificate that is given is for the names it was signed for"
                    .to_owned()
            }
            Self::ManyNames { .. } => {
                "give a certificate by --tls-cert and --tls-key instead".to_owned()
            }
            Self::CredentialsWithoutProxy => {
                "name the proxy by `issuer_proxy`; proxies of the environment are not used"
                    .to_owned()
            }
            Self::TwoRootKeys => {
                "give one of `root_key_file`, `root_key_command` and STEAD_ROOT_KEY".to_owned()
            }
            Self::Issuer { fault, .. } => fault.help(),
            Self::FixtureKeysWithoutEphemeral => {
                "fixture keys are for tests: add --ephemeral, or unset the variable".to_owned()
            }
            Self::FixtureKeysRemote => {
                "anyone who knows the fixture keys is root: listen on 127.0.0.1, or accept that \
                 with --allow-remote"
                    .to_owned()
            }
            Self::FixtureKeys(_) => "the form is ID:SECRET@ACCOUNT, separated by commas".to_owned(),
        }
    }
}

/// At most 64 characters of what was written, for messages.
pub(super) fn excerpt(text: &str) -> String {
    text.chars()
        .take(64)
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}
