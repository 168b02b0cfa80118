use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use stead_store::StoreError;
use stead_store_sqlite::OpenError;
use stead_types::AccountId;
use thiserror::Error;

use crate::authorities::AuthoritiesError;
use crate::http::TlsError;
use crate::installation::InstallationError;
use crate::issuer_keys::IssuerKeysError;
use crate::managed_policies::ManagedPoliciesError;
use crate::organizations::OrganizationsError;
use crate::own_certificate::OwnCertificateError;
use crate::root_key::RootKeyError;

/// Why a server did not start. [`StartError::help`] says what to do.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// A socket was handed over that is for another address.
    #[error("the socket that was handed over is for `{given}`, and `listen` says `{listen}`")]
    OtherSocket {
        /// Where connections would come from.
        given: SocketAddr,
        /// Where they should.
        listen: SocketAddr,
    },
    /// The address for metrics can't be had.
    #[error("cannot listen on {address} for metrics: {error}")]
    MetricsListen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// HTTPS cannot be offered.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no certificate of the server's own.
    #[error(transparent)]
    OwnCertificate(#[from] OwnCertificateError),
    /// The managed policies that were to be added are not.
    #[error(transparent)]
    ManagedPolicies(#[from] ManagedPoliciesError),
    /// The keys of token issuers cannot be had.
    #[error(transparent)]
    IssuerKeys(#[from] IssuerKeysError),
    /// The authorities of a trace collector's certificate cannot be had.
    #[error("cannot use the authorities in `{}` for traces: {error}", path.display())]
    TracesAuthorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: AuthoritiesError,
    },
    /// Traces cannot be exported with these settings.
    #[error("traces cannot be exported: {0}")]
    Traces(String),
    /// The store cannot be opened; another server may have it.
    #[error("{}", chain(.0))]
    Open(#[from] OpenError),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The root key cannot be had.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// Keyring or accounts cannot be read or made.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The organizations cannot be hosted.
    #[error(transparent)]
    Organizations(#[from] OrganizationsError),
    /// A file or directory of ours cannot be written.
    #[error("cannot write `{}`: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another server answers on this directory.
    #[error("another server runs on `{}`", .0.display())]
    Running(PathBuf),
    /// An ephemeral server would overwrite the profile of a durable one.
    #[error("`{}` holds a durable installation", .0.display())]
    NotEphemeral(PathBuf),
    /// The account that was asked for is not there, and others are.
    #[error("account {0} is not in this installation")]
    OtherAccount(AccountId),
}

impl StartError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Listen { .. } => "choose another address with --listen; port 0 takes a free one",
            Self::OtherSocket { .. } => {
                "let `listen` name the address of the socket (`ListenStream` of its unit)"
            }
            Self::MetricsListen { .. } => "choose another address with --metrics-listen",
            Self::Tls(_) => "--tls-cert is a PEM chain, --tls-key its unencrypted PEM key",
            Self::ManagedPolicies(ManagedPoliciesError::InUse(_)) => {
                "one server of a process can add managed policies, before any is asked for"
            }
            Self::ManagedPolicies(_) => {
                "--managed-policies names a directory of files as docs/managed-policies.md shows them"
            }
            Self::IssuerKeys(IssuerKeysError::Proxy(_)) => {
                "issuer_proxy_credentials_file names a file of one line `USER:PASSWORD`, `chmod 600`"
            }
            Self::TracesAuthorities { .. } => {
                "OTEL_EXPORTER_OTLP_CERTIFICATE names a PEM file of certificate authorities"
            }
            Self::Traces(_) => "see OpenTelemetry's variables in the environment (OTEL_...)",
            Self::IssuerKeys(_) => "see the section `issuer` of the configuration",
            Self::Open(OpenError::InUse { .. }) | Self::Running(_) => {
                "one server per directory: stop the other one, or give --data another directory; \
                 `stead account` commands reach the running one"
            }
            Self::Open(OpenError::Newer { .. }) => {
                "use the version of stead that wrote it, or a later one"
            }
            Self::Open(_)
            | Self::Store(_)
            | Self::Organizations(OrganizationsError::Store(_))
            | Self::File { .. }
            | Self::OwnCertificate(_) => {
                "check the directory given by --data, its owner and its free space"
            }
            Self::RootKey(RootKeyError::Missing(_)) => {
                "put the key back where it was: without it no stored secret can be opened"
            }
            Self::RootKey(
                RootKeyError::NotRun { .. }
                | RootKeyError::Failed { .. }
                | RootKeyError::Slow { .. }
                | RootKeyError::Output { .. },
            ) => "`root_key_command` is a program and its arguments; it writes the key and ends",
            Self::RootKey(RootKeyError::Variable) => "STEAD_ROOT_KEY is the key and nothing else",
            Self::RootKey(_) => "`chmod 600` the file; it holds 64 hexadecimal digits",
            Self::Installation(InstallationError::RootKey(_)) => {
                "give the root key this installation is wrapped under, by --root-key-file; a new \
                 one takes its place by `stead keys rewrap`, while the server runs"
            }
            Self::Installation(InstallationError::RootKeyChange { .. }) => {
                "start with the new root key, or name its file by --other-root-key-file: the \
                 change then goes on"
            }
            Self::Installation(_) => "see the message above; nothing was changed",
            Self::NotEphemeral(_) => "give an ephemeral server a directory of its own with --data",
            Self::Organizations(OrganizationsError::Unreadable(_)) => {
                "restore a backup, or use the version of stead that wrote it; nothing was changed"
            }
            Self::OtherAccount(_) => {
                "--account names the first account of a new directory; `stead account create` adds one"
            }
        }
    }
}

/// What happened and why, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
