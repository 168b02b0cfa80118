//! Roles that are linked to a service of AWS.

use std::sync::Arc;

use stead_types::{Arn, Entropy, Timestamp};

use super::find;
use super::role::{self, NewRole};
use crate::entity::{AttachedPolicies, Entity, EntityKey, Role};
use crate::{DirectoryError, Draft, EntityKind, PrincipalLookup};

/// Creates a role with the policies of its service.
///
/// # Errors
/// As [`role::create`]; one of the policies does not exist.
pub fn create(
    draft: &mut Draft,
    new: NewRole,
    policies: &[Arn],
    principals: &dyn PrincipalLookup,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<Role>, DirectoryError> {
    for arn in policies {
        find::attachable(draft.snapshot(), arn)?;
    }
    let made = role::create(draft, new, principals, now, entropy)?;
    let owner = made.arn(draft.snapshot().account());
    let attached = AttachedPolicies::new(&owner, policies.iter().cloned());
    let made = Arc::new(Role { attached, ..(*made).clone() });
    draft.put(Entity::Role(made.clone()));
    Ok(made)
}

/// Deletes a role with the policies of its service.
///
/// # Errors
/// There is no such role, or it is not linked to a service.
pub fn delete(
    draft: &mut Draft,
    role: &stead_types::RoleName,
) -> Result<Arc<Role>, DirectoryError> {
    let role = find::role(draft.snapshot(), role)?;
    if !role.is_service_linked() {
        return Err(DirectoryError::missing(EntityKind::OrdinaryRole, &role.name));
    }
    draft.delete(EntityKey::Role(role.id.clone()));
    Ok(role)
}
