//! Somebody of whom it is said what they can do.

use serde::Serialize;

/// Somebody, or anybody of some kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Principal {
    /// A user in view.
    User {
        /// Its ARN.
        arn: String,
    },
    /// A role in view: any session of it, or the sessions of one name.
    Role {
        /// Its ARN.
        arn: String,
        /// The name of the session, where no other will do.
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    /// The root user of an account in view.
    RootUser {
        /// The number of the account.
        account: String,
    },
    /// Whoever has a token of an OpenID Connect provider.
    WebIdentity {
        /// The provider's ARN, or the name of one that needs no registration.
        provider: String,
        /// For whom the token must be; empty where any will do.
        audiences: Vec<String>,
    },
    /// Whoever has an assertion of a SAML provider.
    Saml {
        /// The provider's ARN.
        provider: String,
    },
    /// A service of AWS.
    Service {
        /// Such as `ec2.amazonaws.com`.
        name: String,
    },
    /// Any principal of an account that is not in view, if its own policies let it.
    Account {
        /// The number of the account.
        account: String,
    },
    /// A user or role of an account that is not in view, if its own policies let it.
    Outsider {
        /// Its ARN.
        arn: String,
    },
    /// Any principal of any account, if its own policies let it.
    Everybody,
}

impl Principal {
    /// In words, such as `user arn:aws:iam::111122223333:user/ann`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::User { arn } => format!("user {arn}"),
            Self::Role { arn, session: None } => format!("role {arn}"),
            Self::Role { arn, session: Some(name) } => format!("session {name} of role {arn}"),
            Self::RootUser { account } => format!("the root user of account {account}"),
            Self::WebIdentity { provider, audiences } if audiences.is_empty() => {
                format!("any token of {provider}")
            }
            Self::WebIdentity { provider, audiences } => {
                format!("any token of {provider} with aud={}", audiences.join(" or "))
            }
            Self::Saml { provider } => format!("any assertion of {provider}"),
            Self::Service { name } => format!("service {name}"),
            Self::Account { account } => {
                format!("any principal of account {account} that its administrators allow")
            }
            Self::Outsider { arn } => {
                format!("{arn}, if its administrators allow it (its account is not in view)")
            }
            Self::Everybody => {
                "everybody: any principal of any account that its administrators allow".to_owned()
            }
        }
    }
}
