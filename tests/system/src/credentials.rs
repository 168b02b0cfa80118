use stead_types::Secret;

use crate::Answer;

/// What a caller signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret<String>,
    /// The token that goes with temporary credentials.
    pub session_token: Option<Secret<String>>,
}

/// A service: which name is signed for and which version is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Security Token Service.
    Sts,
    /// Identity and Access Management.
    Iam,
}

impl Credentials {
    /// A key without a token.
    #[must_use]
    pub fn long_term(access_key_id: &str, secret_access_key: &str) -> Self {
        Self {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: Secret::new(secret_access_key.to_owned()),
            session_token: None,
        }
    }

    /// The credentials an answer holds: of CreateAccessKey, or a session's.
    #[must_use]
    pub fn of(answer: &Answer) -> Option<Self> {
        let token = answer.text("SessionToken").map(str::to_owned);
        Some(Self {
            session_token: token.map(Secret::new),
            ..Self::long_term(answer.text("AccessKeyId")?, answer.text("SecretAccessKey")?)
        })
    }

    /// The same key id and token with another secret.
    #[must_use]
    pub fn with_secret(self, secret_access_key: &str) -> Self {
        Self { secret_access_key: Secret::new(secret_access_key.to_owned()), ..self }
    }
}

impl Service {
    /// The name in a signature's scope.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
        }
    }

    /// The version of its API.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
        }
    }
}
