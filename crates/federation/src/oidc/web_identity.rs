//! Whom a provider vouches for, by whichever kind of token.

use std::collections::BTreeMap;

use stead_types::SourceIdentity;

use super::access_token::AccessTokenOwner;
use super::condition_keys::ConditionKey;
use super::session::{AuthorizedRoles, SessionTags};
use super::verified::VerifiedToken;

/// An identity that a provider vouches for.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum WebIdentity {
    /// By an ID token, which it signed.
    IdToken(VerifiedToken),
    /// By an access token, for which it answered.
    AccessToken(AccessTokenOwner),
}

impl WebIdentity {
    /// Whom: the claim `sub`, or the provider's id of the user.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::IdToken(token) => token.subject(),
            Self::AccessToken(owner) => owner.user_id(),
        }
    }

    /// The application that the token was issued to: `Audience` in the answer.
    #[must_use]
    pub fn application_id(&self) -> &str {
        match self {
            Self::IdToken(token) => token.application_id(),
            Self::AccessToken(owner) => owner.application_id(),
        }
    }

    /// The condition keys that AWS sets from the token.
    #[must_use]
    pub fn condition_keys(&self) -> Vec<ConditionKey> {
        match self {
            Self::IdToken(token) => token.condition_keys(),
            Self::AccessToken(owner) => owner.condition_keys(),
        }
    }

    /// The claims that later requests of the session still have as condition keys.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys: `aud`, `sub`, `amr` and those of the
    /// group `id` last as long as the session; what else the token says counts only while
    /// the role is assumed.
    #[must_use]
    pub fn remembered(&self) -> BTreeMap<String, Vec<String>> {
        let one = |(claim, value): (&str, &str)| (claim.to_owned(), vec![value.to_owned()]);
        match self {
            Self::AccessToken(owner) => owner.claims().into_iter().map(one).collect(),
            Self::IdToken(token) => {
                let fixed = [("aud", token.application_id()), ("sub", token.subject())];
                let methods = token.authentication_methods();
                let methods: Vec<_> = methods.into_iter().map(str::to_owned).collect();
                let methods = (!methods.is_empty()).then(|| ("amr".to_owned(), methods));
                fixed.into_iter().map(one).chain(methods).collect()
            }
        }
    }

    /// The session tags that the token asks for.
    #[must_use]
    pub fn session_tags(&self) -> &SessionTags {
        match self {
            Self::IdToken(token) => token.session_tags(),
            Self::AccessToken(owner) => owner.session_tags(),
        }
    }

    /// The roles that the token may be used for; none where it does not say.
    #[must_use]
    pub fn roles(&self) -> Option<&AuthorizedRoles> {
        match self {
            Self::IdToken(token) => token.roles(),
            Self::AccessToken(_) => None,
        }
    }

    /// The source identity that the token asks for.
    #[must_use]
    pub fn source_identity(&self) -> Option<&SourceIdentity> {
        match self {
            Self::IdToken(token) => token.source_identity(),
            Self::AccessToken(_) => None,
        }
    }
}
