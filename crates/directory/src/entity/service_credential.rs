use std::fmt;
use std::str::FromStr;

use stead_types::{CredentialId, Timestamp, UniqueId};
use thiserror::Error;

use crate::entity::{KeyStatus, WrappedSecret};

/// A credential that a user has for one service.
#[derive(Clone, Debug)]
pub struct ServiceCredential {
    /// The id, `ACCA...`.
    pub id: CredentialId,
    /// The unique id of the user.
    pub user: UniqueId,
    /// The service.
    pub service: CredentialService,
    /// The name that goes with the secret, such as `ann-at-111122223333`. It stays when the
    /// user gets another.
    pub alias: Box<str>,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// The secret, encrypted.
    pub secret: WrappedSecret,
}

/// A service that has credentials of its own.
///
/// Observed: radkawar/stackd, recorded in 2026: these four, in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialService {
    /// AWS CodeCommit: user name and password.
    CodeCommit,
    /// Amazon Keyspaces: user name and password.
    Cassandra,
    /// Amazon Bedrock: an API key.
    Bedrock,
    /// Amazon CloudWatch Logs: an API key.
    Logs,
}

/// No service of this name has credentials of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a service without credentials of its own")]
pub struct CredentialServiceError;

impl CredentialService {
    const ALL: [Self; 4] = [Self::CodeCommit, Self::Cassandra, Self::Bedrock, Self::Logs];

    /// The name of the service, such as `codecommit.amazonaws.com`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodeCommit => "codecommit.amazonaws.com",
            Self::Cassandra => "cassandra.amazonaws.com",
            Self::Bedrock => "bedrock.amazonaws.com",
            Self::Logs => "logs.amazonaws.com",
        }
    }

    /// Whether the credential is an API key rather than user name and password.
    #[must_use]
    pub const fn has_api_keys(self) -> bool {
        match self {
            Self::CodeCommit | Self::Cassandra => false,
            Self::Bedrock | Self::Logs => true,
        }
    }
}

impl FromStr for CredentialService {
    type Err = CredentialServiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|service| service.name().eq_ignore_ascii_case(text)).ok_or(CredentialServiceError)
    }
}

impl fmt::Display for CredentialService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
