//! A token that was verified.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};
use stead_types::{SourceIdentity, Timestamp};

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::condition_keys::{self, ConditionKey};
use super::session::{AuthorizedRoles, SessionTags};

/// A token whose signature and claims hold. Only [`verify`](super::verify) makes one.
#[must_use]
#[derive(Clone, PartialEq)]
pub struct VerifiedToken {
    pub(crate) issuer: String,
    pub(crate) key_id: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) subject: String,
    pub(crate) parties: Parties,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) session_tags: SessionTags,
    pub(crate) roles: Option<AuthorizedRoles>,
    pub(crate) source_identity: Option<SourceIdentity>,
    pub(crate) claims: Arc<Map<String, Value>>,
}

/// For whom a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) audiences: Vec<String>,
    pub(crate) authorized_party: Option<String>,
}

impl Parties {
    /// The one application that the token was issued to, and the claim that says so.
    pub(crate) fn application(&self) -> Option<(&str, &'static str)> {
        match (&self.authorized_party, self.audiences.as_slice()) {
            (Some(party), _) => Some((party, "azp")),
            (None, [audience]) => Some((audience, "aud")),
            (None, _) => None,
        }
    }
}

impl VerifiedToken {
    /// The claim `iss`, equal to the provider's URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer without its scheme: what stands in the provider's ARN and before the
    /// colon of its condition keys, such as `oidc.example.com/id/1`.
    #[must_use]
    pub fn provider(&self) -> &str {
        condition_keys::without_scheme(&self.issuer)
    }

    /// The id of the key that verified the token, where the token names one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The algorithm that the token is signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The claim `sub`: whom the issuer vouches for.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The claim `aud`, one or several.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.parties.audiences
    }

    /// The claim `azp`.
    #[must_use]
    pub fn authorized_party(&self) -> Option<&str> {
        self.parties.authorized_party.as_deref()
    }

    /// The application that the token was issued to: `azp`, or else the one audience. The
    /// value of the condition key `:aud` and of `Audience` in the answer.
    #[must_use]
    pub fn application_id(&self) -> &str {
        // INVARIANT: `verify` refuses several audiences without `azp`.
        self.parties.application().map_or("", |(application, _)| application)
    }

    /// How the subject proved who they are: the texts of the claim `amr`.
    #[must_use]
    pub fn authentication_methods(&self) -> Vec<&str> {
        condition_keys::texts(self.claim("amr"))
    }

    /// The claim `iat`.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// The claim `exp`, without skew.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Any claim, such as `email`.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// The session tags that the token asks for.
    #[must_use]
    pub fn session_tags(&self) -> &SessionTags {
        &self.session_tags
    }

    /// The roles that the token may be used for; none where it does not say.
    #[must_use]
    pub fn roles(&self) -> Option<&AuthorizedRoles> {
        self.roles.as_ref()
    }

    /// The source identity that the token asks for.
    #[must_use]
    pub fn source_identity(&self) -> Option<&SourceIdentity> {
        self.source_identity.as_ref()
    }

    /// The condition keys that AWS sets from this token.
    #[must_use]
    pub fn condition_keys(&self) -> Vec<ConditionKey> {
        condition_keys::of_claims(Claims(&self.claims))
    }
}

// The claims are somebody's personal data and stay out of logs.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedToken")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("parties", &self.parties)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
