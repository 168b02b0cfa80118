//! Permissions boundaries of users and roles.

use std::sync::Arc;

use stead_types::{Arn, RoleName, UserName};

use super::find;
use crate::entity::{Entity, PermissionsBoundary};
use crate::{DirectoryError, Draft, Snapshot};

/// What can have a permissions boundary: a user or role, by name.
#[derive(Clone, Copy, Debug)]
pub enum BoundaryHolder<'a> {
    /// A user.
    User(&'a UserName),
    /// A role.
    Role(&'a RoleName),
}

/// Sets the permissions boundary, instead of the one there is.
///
/// # Errors
/// The holder or the policy does not exist.
pub fn put(
    draft: &mut Draft,
    holder: BoundaryHolder<'_>,
    policy: &Arn,
) -> Result<(), DirectoryError> {
    let boundary = existing(draft.snapshot(), Some(policy.clone()));
    set(draft, holder, boundary)
}

/// Removes the permissions boundary.
///
/// Choice: no error if there is none; the API reference knows only one reason to
/// refuse, an entity that does not exist.
///
/// # Errors
/// The holder does not exist.
pub fn delete(draft: &mut Draft, holder: BoundaryHolder<'_>) -> Result<(), DirectoryError> {
    set(draft, holder, Ok(None))
}

/// The boundary with this ARN, which must exist.
pub(super) fn existing(
    snapshot: &Snapshot,
    policy: Option<Arn>,
) -> Result<Option<PermissionsBoundary>, DirectoryError> {
    let existing =
        |arn: Arn| find::attachable(snapshot, &arn).map(|_| PermissionsBoundary::new(arn));
    policy.map(existing).transpose()
}

// A missing holder is named before a missing policy.
fn set(
    draft: &mut Draft,
    holder: BoundaryHolder<'_>,
    boundary: Result<Option<PermissionsBoundary>, DirectoryError>,
) -> Result<(), DirectoryError> {
    let entity = match holder {
        BoundaryHolder::User(name) => {
            let mut user = (*find::user(draft.snapshot(), name)?).clone();
            user.boundary = boundary?;
            Entity::User(Arc::new(user))
        }
        BoundaryHolder::Role(name) => {
            let mut role = (*find::own_role(draft.snapshot(), name)?).clone();
            role.boundary = boundary?;
            Entity::Role(Arc::new(role))
        }
    };
    draft.put(entity);
    Ok(())
}
