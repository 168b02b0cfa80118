//! Instance profiles and the role in each.

use std::sync::Arc;

use stead_types::{
    Entropy, InstanceProfileName, Path, RoleName, Tag, Timestamp, UniqueId, UniqueIdKind,
};

use super::{find, tags};
use crate::entity::{Entity, EntityKey, InstanceProfile};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota};

/// An instance profile to be created.
#[derive(Clone, Debug)]
pub struct NewInstanceProfile {
    /// The name.
    pub name: InstanceProfileName,
    /// The path.
    pub path: Path,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Creates a profile without a role.
///
/// # Errors
/// The name is taken, or a tag or quota is wrong.
pub fn create(
    draft: &mut Draft,
    new: NewInstanceProfile,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<InstanceProfile>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    let snapshot = draft.snapshot();
    if snapshot.instance_profile_by_name(new.name.as_str()).is_some() {
        return Err(DirectoryError::exists(EntityKind::InstanceProfile, new.name));
    }
    Quota::InstanceProfilesPerAccount.admit(snapshot.instance_profile_count() + 1)?;
    let profile = Arc::new(InstanceProfile {
        id: UniqueId::generate(UniqueIdKind::InstanceProfile, entropy),
        name: new.name,
        path: new.path,
        created_at: now,
        role: None,
        tags,
    });
    draft.put(Entity::InstanceProfile(profile.clone()));
    Ok(profile)
}

/// Puts a role into a profile.
///
/// # Errors
/// The profile or the role does not exist, or the profile has a role already, be it
/// the same one.
pub fn add_role(
    draft: &mut Draft,
    name: &InstanceProfileName,
    role: &RoleName,
) -> Result<(), DirectoryError> {
    // Observed: of a profile and a role that are both missing, the profile is named (2026-02).
    let mut profile = (*find::instance_profile(draft.snapshot(), name)?).clone();
    let role = find::own_role(draft.snapshot(), role)?;
    // Observed: the same role again is refused like another one (radkawar/stackd,
    // recorded in 2026).
    let roles = usize::from(profile.role.is_some());
    Quota::RolesPerInstanceProfile.admit(roles.saturating_add(1))?;
    profile.role = Some(role.id.clone());
    draft.put(Entity::InstanceProfile(Arc::new(profile)));
    Ok(())
}

/// Takes a role out of a profile.
///
/// # Errors
/// The profile or the role does not exist, or the role is not in the profile.
pub fn remove_role(
    draft: &mut Draft,
    name: &InstanceProfileName,
    role: &RoleName,
) -> Result<(), DirectoryError> {
    let mut profile = (*find::instance_profile(draft.snapshot(), name)?).clone();
    let role = find::own_role(draft.snapshot(), role)?;
    if profile.role.as_ref() != Some(&role.id) {
        let missing = format!("Role {} in Instance Profile {}", role.name, profile.name);
        return Err(DirectoryError::missing(EntityKind::RoleInInstanceProfile, missing));
    }
    profile.role = None;
    draft.put(Entity::InstanceProfile(Arc::new(profile)));
    Ok(())
}

/// Deletes a profile.
///
/// # Errors
/// There is no such profile, or it has a role.
pub fn delete(draft: &mut Draft, name: &InstanceProfileName) -> Result<(), DirectoryError> {
    let profile = find::instance_profile(draft.snapshot(), name)?;
    if profile.role.is_some() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::InstanceProfileRole));
    }
    draft.delete(EntityKey::InstanceProfile(profile.id.clone()));
    Ok(())
}
