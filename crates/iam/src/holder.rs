//! The user, group or role that has policies, as a request names it.

use stead_api::ApiError;
use stead_directory::commands::PolicyHolder;
use stead_directory::entity::{AttachedPolicies, InlinePolicies};
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_types::{GroupName, RoleName, UserName};

use crate::error::for_holder;
use crate::{input, target};

/// A holder of policies, by name, existing or not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holder<'a> {
    /// A user.
    User(&'a str),
    /// A user group.
    Group(&'a str),
    /// A role.
    Role(&'a str),
}

/// What a holder holds.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    /// The holder's name as it was given on creation.
    pub(crate) holder: String,
    pub(crate) inline: &'a InlinePolicies,
    pub(crate) attached: &'a AttachedPolicies,
}

impl Holder<'_> {
    /// Runs a command on the holder and words its refusal.
    ///
    /// # Errors
    /// What the command refuses, and a name that nothing can have.
    pub(crate) fn run(
        self,
        command: impl FnOnce(PolicyHolder<'_>) -> Result<(), DirectoryError>,
    ) -> Result<(), ApiError> {
        let run =
            |holder: PolicyHolder<'_>| command(holder).map_err(|error| for_holder(error, holder));
        match self {
            Self::User(name) => {
                let name: UserName = input::existing_name(EntityKind::User, name)?;
                run(PolicyHolder::User(&name))
            }
            Self::Group(name) => {
                let name: GroupName = input::existing_name(EntityKind::Group, name)?;
                run(PolicyHolder::Group(&name))
            }
            Self::Role(name) => {
                let name: RoleName = input::existing_name(EntityKind::Role, name)?;
                run(PolicyHolder::Role(&name))
            }
        }
    }

    /// The policies of the holder.
    ///
    /// # Errors
    /// The holder does not exist.
    pub(crate) fn held(self, account: &Snapshot) -> Result<Held<'_>, ApiError> {
        let held = match self {
            Self::User(name) => account.user_by_name(name).map(|user| Held {
                holder: user.name.to_string(),
                inline: &user.inline,
                attached: &user.attached,
            }),
            Self::Group(name) => account.group_by_name(name).map(|group| Held {
                holder: group.name.to_string(),
                inline: &group.inline,
                attached: &group.attached,
            }),
            Self::Role(name) => account.role_by_name(name).map(|role| Held {
                holder: role.name.to_string(),
                inline: &role.inline,
                attached: &role.attached,
            }),
        };
        held.ok_or_else(|| self.missing())
    }

    fn missing(self) -> ApiError {
        match self {
            Self::User(name) => target::missing(EntityKind::User, name),
            Self::Group(name) => target::missing(EntityKind::Group, name),
            Self::Role(name) => target::missing(EntityKind::Role, name),
        }
    }

    /// What AWS answers when the holder has no inline policy of this name.
    pub(crate) fn missing_policy(self, policy_name: &str) -> ApiError {
        let kind = match self {
            Self::User(_) => EntityKind::UserPolicy,
            Self::Group(_) => EntityKind::GroupPolicy,
            Self::Role(_) => EntityKind::RolePolicy,
        };
        target::missing(kind, policy_name)
    }
}
