//! Roles and who may assume them.

use std::sync::Arc;

use stead_policy::PolicyText;
use stead_types::{Arn, Entropy, Path, RoleName, Tag, Timestamp, UniqueId, UniqueIdKind};

use super::{boundary, find, tags};
use crate::entity::{
    AttachedPolicies, Entity, EntityKey, InlinePolicies, MaxSessionDuration, Role,
};
use crate::{
    DeleteConflict, DirectoryError, Draft, EntityKind, PrincipalLookup, Quota, TrustPolicy,
};

/// A role to be created.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// The name.
    pub name: RoleName,
    /// The path.
    pub path: Path,
    /// The trust policy, as it was sent.
    pub trust: PolicyText,
    /// The description, if there is to be one.
    pub description: Option<String>,
    /// The longest session the role gives.
    pub max_session_duration: MaxSessionDuration,
    /// The ARN of the permissions boundary, if there is to be one.
    pub boundary: Option<Arn>,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Creates a role. `principals` knows every account hosted here.
///
/// # Errors
/// The name is taken, the trust policy is wrong or names someone who does not
/// exist (the role itself does not exist yet), the boundary does not exist, or a
/// tag or quota is wrong.
pub fn create(
    draft: &mut Draft,
    new: NewRole,
    principals: &dyn PrincipalLookup,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<Role>, DirectoryError> {
    let tags = tags::principal_tags(new.tags)?;
    let snapshot = draft.snapshot();
    let arn = Role::arn_for(snapshot.account(), &new.path, &new.name);
    let trust = TrustPolicy::admit(&new.trust, &arn, principals)?;
    if snapshot.role_by_name(new.name.as_str()).is_some() {
        return Err(DirectoryError::exists(EntityKind::Role, new.name));
    }
    let boundary = boundary::existing(snapshot, new.boundary)?;
    Quota::RolesPerAccount.admit(snapshot.role_count() + 1)?;
    let role = Arc::new(Role {
        id: UniqueId::generate(UniqueIdKind::Role, entropy),
        name: new.name,
        path: new.path,
        created_at: now,
        description: new.description,
        trust,
        max_session_duration: new.max_session_duration,
        tags,
        boundary,
        inline: InlinePolicies::default(),
        attached: AttachedPolicies::default(),
    });
    draft.put(Entity::Role(role.clone()));
    Ok(role)
}

/// Changes the description or the longest session of a role; what is `None` stays.
///
/// # Errors
/// There is no such role, or it is linked to a service and its sessions were to be longer.
pub fn update(
    draft: &mut Draft,
    name: &RoleName,
    description: Option<String>,
    max_session_duration: Option<MaxSessionDuration>,
) -> Result<Arc<Role>, DirectoryError> {
    let mut role = (*find::role(draft.snapshot(), name)?).clone();
    // Observed: the description of such a role may be changed (radkawar/stackd, recorded in
    // 2026).
    if role.is_service_linked() && max_session_duration.is_some() {
        return Err(DirectoryError::ServiceLinkedRoleDuration { name: role.name.to_string() });
    }
    role.description = description.or(role.description);
    role.max_session_duration = max_session_duration.unwrap_or(role.max_session_duration);
    let role = Arc::new(role);
    draft.put(Entity::Role(role.clone()));
    Ok(role)
}

/// Replaces the trust policy of a role. `principals` knows every account hosted here.
///
/// # Errors
/// There is no such role, it is linked to a service, or the document is wrong or names someone who does not exist.
pub fn update_trust(
    draft: &mut Draft,
    name: &RoleName,
    trust: &PolicyText,
    principals: &dyn PrincipalLookup,
) -> Result<Arc<Role>, DirectoryError> {
    let snapshot = draft.snapshot();
    let mut role = (*find::own_role(snapshot, name)?).clone();
    role.trust = TrustPolicy::admit(trust, &role.arn(snapshot.account()), principals)?;
    let role = Arc::new(role);
    draft.put(Entity::Role(role.clone()));
    Ok(role)
}

/// Deletes a role. Its sessions are dead then, and trust in it is void for good.
///
/// # Errors
/// There is no such role, it is linked to a service, it still has policies, or it is in an instance profile.
pub fn delete(draft: &mut Draft, name: &RoleName) -> Result<(), DirectoryError> {
    let role = find::own_role(draft.snapshot(), name)?;
    // Choice: the order, as for users.
    if !role.attached.is_empty() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::PoliciesAttached));
    }
    if !role.inline.is_empty() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::InlinePolicies));
    }
    // Observed: DeleteRole of a role in a profile (radkawar/stackd, recorded in 2026).
    if draft.snapshot().instance_profiles_of(&role.id, None).next().is_some() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::InstanceProfileRole));
    }
    draft.delete(EntityKey::Role(role.id.clone()));
    Ok(())
}
