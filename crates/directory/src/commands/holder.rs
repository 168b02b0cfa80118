use std::sync::Arc;

use stead_types::{Arn, GroupName, RoleName, UserName};

use super::find;
use crate::entity::{AttachedPolicies, Entity, InlinePolicies};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// What can have policies of its own: a user, group or role, by name.
#[derive(Clone, Copy, Debug)]
pub enum PolicyHolder<'a> {
    /// A user.
    User(&'a UserName),
    /// A user group.
    Group(&'a GroupName),
    /// A role.
    Role(&'a RoleName),
}

impl PolicyHolder<'_> {
    pub(super) const fn inline_kind(&self) -> EntityKind {
        match self {
            Self::User(_) => EntityKind::UserPolicy,
            Self::Group(_) => EntityKind::GroupPolicy,
            Self::Role(_) => EntityKind::RolePolicy,
        }
    }

    pub(super) const fn inline_quota(&self) -> Quota {
        match self {
            Self::User(_) => Quota::UserInlinePolicySize,
            Self::Group(_) => Quota::GroupInlinePolicySize,
            Self::Role(_) => Quota::RoleInlinePolicySize,
        }
    }

    pub(super) const fn attached_quota(&self) -> Quota {
        match self {
            Self::User(_) => Quota::PoliciesPerUser,
            Self::Group(_) => Quota::PoliciesPerGroup,
            Self::Role(_) => Quota::PoliciesPerRole,
        }
    }

    /// Changes the policies of the holder, whichever it is. The change gets the
    /// holder's ARN too.
    pub(super) fn edit(
        &self,
        draft: &mut Draft,
        change: impl FnOnce(&Arn, Policies<'_>) -> Result<(), DirectoryError>,
    ) -> Result<(), DirectoryError> {
        let snapshot = draft.snapshot();
        let account = snapshot.account();
        let entity = match self {
            Self::User(name) => {
                let mut user = (*find::user(snapshot, name)?).clone();
                change(&user.arn(account), Policies::new(&mut user.inline, &mut user.attached))?;
                Entity::User(Arc::new(user))
            }
            Self::Group(name) => {
                let mut group = (*find::group(snapshot, name)?).clone();
                change(&group.arn(account), Policies::new(&mut group.inline, &mut group.attached))?;
                Entity::Group(Arc::new(group))
            }
            Self::Role(name) => {
                let mut role = (*find::own_role(snapshot, name)?).clone();
                change(&role.arn(account), Policies::new(&mut role.inline, &mut role.attached))?;
                Entity::Role(Arc::new(role))
            }
        };
        draft.put(entity);
        Ok(())
    }
}

/// The policies of a holder, to be changed.
pub(super) struct Policies<'a> {
    pub(super) inline: &'a mut InlinePolicies,
    pub(super) attached: &'a mut AttachedPolicies,
}

impl<'a> Policies<'a> {
    const fn new(inline: &'a mut InlinePolicies, attached: &'a mut AttachedPolicies) -> Self {
        Self { inline, attached }
    }
}
