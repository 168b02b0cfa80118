//! User groups and who is in them.

use std::sync::Arc;

use stead_types::{Entropy, GroupName, Path, Timestamp, UniqueId, UniqueIdKind, UserName};

use super::find;
use crate::entity::{AttachedPolicies, Entity, EntityKey, Group, InlinePolicies};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// Creates a group.
///
/// # Errors
/// The name is taken, or there are too many groups.
pub fn create(
    draft: &mut Draft,
    name: GroupName,
    path: Path,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<Group>, DirectoryError> {
    let snapshot = draft.snapshot();
    free_name(snapshot, &name)?;
    Quota::GroupsPerAccount.admit(snapshot.group_count() + 1)?;
    let group = Arc::new(Group {
        id: UniqueId::generate(UniqueIdKind::Group, entropy),
        name,
        path,
        created_at: now,
        inline: InlinePolicies::default(),
        attached: AttachedPolicies::default(),
    });
    draft.put(Entity::Group(group.clone()));
    Ok(group)
}

/// Gives a group another name or path, or both. Its members stay.
///
/// # Errors
/// There is no such group, or the new name is taken.
pub fn update(
    draft: &mut Draft,
    name: &GroupName,
    new_name: Option<GroupName>,
    new_path: Option<Path>,
) -> Result<Arc<Group>, DirectoryError> {
    let snapshot = draft.snapshot();
    let mut group = (*find::group(snapshot, name)?).clone();
    if let Some(new_name) = new_name {
        free_name(snapshot, &new_name)?;
        group.name = new_name;
    }
    group.path = new_path.unwrap_or(group.path);
    let arn = group.arn(snapshot.account());
    group.inline = group.inline.owned_by(&arn);
    group.attached = group.attached.owned_by(&arn);
    let group = Arc::new(group);
    draft.put(Entity::Group(group.clone()));
    Ok(group)
}

/// Deletes a group.
///
/// # Errors
/// There is no such group, or it still has users or policies.
pub fn delete(draft: &mut Draft, name: &GroupName) -> Result<(), DirectoryError> {
    let snapshot = draft.snapshot();
    let group = find::group(snapshot, name)?;
    // Choice: the order, as for users.
    let conflict = if snapshot.members_of(&group.id, None).next().is_some() {
        Some(DeleteConflict::GroupMembership)
    } else if !group.attached.is_empty() {
        Some(DeleteConflict::PoliciesAttached)
    } else if !group.inline.is_empty() {
        Some(DeleteConflict::InlinePolicies)
    } else {
        None
    };
    match conflict {
        Some(conflict) => Err(DirectoryError::DeleteConflict(conflict)),
        None => {
            draft.delete(EntityKey::Group(group.id.clone()));
            Ok(())
        }
    }
}

/// Puts a user into a group; no error if it is there already.
///
/// # Errors
/// There is no such user or group, or the user is in too many groups.
pub fn add_user(
    draft: &mut Draft,
    group: &GroupName,
    user: &UserName,
) -> Result<(), DirectoryError> {
    // Observed: of a user and a group that are both missing, the user is named (2026-02).
    let mut user = (*find::user(draft.snapshot(), user)?).clone();
    let group = find::group(draft.snapshot(), group)?;
    if user.groups.insert(group.id.clone()) {
        Quota::GroupsPerUser.admit(user.groups.len())?;
        draft.put(Entity::User(Arc::new(user)));
    }
    Ok(())
}

/// Takes a user out of a group; no error if it is not there.
///
/// # Errors
/// There is no such user or group.
pub fn remove_user(
    draft: &mut Draft,
    group: &GroupName,
    user: &UserName,
) -> Result<(), DirectoryError> {
    let mut user = (*find::user(draft.snapshot(), user)?).clone();
    let group = find::group(draft.snapshot(), group)?;
    if user.groups.remove(&group.id) {
        draft.put(Entity::User(Arc::new(user)));
    }
    Ok(())
}

fn free_name(snapshot: &Snapshot, name: &GroupName) -> Result<(), DirectoryError> {
    match snapshot.group_by_name(name.as_str()) {
        Some(_) => Err(DirectoryError::exists(EntityKind::Group, name)),
        None => Ok(()),
    }
}
