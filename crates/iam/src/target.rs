//! Whose keys and devices are meant when the request names nobody.

use std::sync::Arc;

use stead_api::ApiError;
use stead_authorizer::Ask;
use stead_directory::entity::{KeyOwner, User};
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_policy::Caller;
use stead_service::Call;

use crate::ask;
use crate::error::api_error;

/// A user, named or calling, or the root user that calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The root user of the caller's account. No request can name it.
    Root,
    /// A user of this name, existing or not.
    User(String),
}

impl Target {
    /// The user that is named, or else the one that calls.
    ///
    /// # Errors
    /// Observed: DeleteAccessKey without a name, called by a role (2026-02).
    pub(crate) fn named_or_calling(name: Option<&str>, call: &Call<'_>) -> Result<Self, ApiError> {
        if let Some(name) = name {
            return Ok(Self::User(name.to_owned()));
        }
        match (call.caller.principal(), call.caller.user_name()) {
            (Caller::Root { .. }, _) => Ok(Self::Root),
            (Caller::User { .. }, Some(name)) => Ok(Self::User(name.to_string())),
            _ => Err(ApiError::validation(
                "Must specify userName when calling with non-User credentials",
            )),
        }
    }

    /// A question about this user.
    pub(crate) fn ask(&self, action: &'static str, call: &Call<'_>) -> Ask {
        match self {
            Self::Root => {
                let arn = call.account.root().arn();
                Ask::plain(action, call.account.account(), arn.as_str())
            }
            Self::User(name) => ask::user(action, name, call),
        }
    }

    /// The owner of keys and devices that this is.
    ///
    /// # Errors
    /// There is no such user.
    pub(crate) fn owner(&self, account: &Snapshot) -> Result<KeyOwner, ApiError> {
        match self {
            Self::Root => Ok(KeyOwner::Root),
            Self::User(name) => Ok(KeyOwner::User(find_user(name, account)?.id.clone())),
        }
    }
}

/// The name that answers show for an owner: none for the root user, who has none.
pub(crate) fn owner_name(owner: &KeyOwner, account: &Snapshot) -> Option<String> {
    match owner {
        KeyOwner::Root => None,
        KeyOwner::User(id) => account.user(id).map(|user| user.name.to_string()),
    }
}

/// The user of this name.
///
/// # Errors
/// There is none.
pub(crate) fn find_user<'a>(name: &str, account: &'a Snapshot) -> Result<&'a Arc<User>, ApiError> {
    account.user_by_name(name).ok_or_else(|| missing(EntityKind::User, name))
}

/// What AWS answers when something is missing.
pub(crate) fn missing(kind: EntityKind, name: &str) -> ApiError {
    api_error(DirectoryError::NoSuchEntity { kind, name: name.to_owned() })
}
