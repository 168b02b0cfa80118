//! Users.

use std::collections::BTreeSet;
use std::sync::Arc;

use stead_types::{Arn, Entropy, Path, Tag, Timestamp, UniqueId, UniqueIdKind, UserName};

use super::{boundary, find, tags};
use crate::entity::{AttachedPolicies, Entity, EntityKey, InlinePolicies, KeyOwner, User};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name.
    pub name: UserName,
    /// The path.
    pub path: Path,
    /// The ARN of the permissions boundary, if there is to be one.
    pub boundary: Option<Arn>,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Creates a user.
///
/// # Errors
/// The name is taken, the boundary does not exist, or a tag or quota is wrong.
pub fn create(
    draft: &mut Draft,
    new: NewUser,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<User>, DirectoryError> {
    let tags = tags::principal_tags(new.tags)?;
    let snapshot = draft.snapshot();
    free_name(snapshot, &new.name)?;
    let boundary = boundary::existing(snapshot, new.boundary)?;
    Quota::UsersPerAccount.admit(snapshot.user_count() + 1)?;
    let user = Arc::new(User {
        id: UniqueId::generate(UniqueIdKind::User, entropy),
        name: new.name,
        path: new.path,
        created_at: now,
        tags,
        boundary,
        inline: InlinePolicies::default(),
        attached: AttachedPolicies::default(),
        groups: BTreeSet::new(),
    });
    draft.put(Entity::User(user.clone()));
    Ok(user)
}

/// Gives a user another name or path, or both. Keys, groups and trust in it stay.
///
/// # Errors
/// There is no such user, or the new name is taken.
pub fn update(
    draft: &mut Draft,
    name: &UserName,
    new_name: Option<UserName>,
    new_path: Option<Path>,
) -> Result<Arc<User>, DirectoryError> {
    let snapshot = draft.snapshot();
    let mut user = (*find::user(snapshot, name)?).clone();
    if let Some(new_name) = new_name {
        // Observed: a new name that differs only in case is refused too, as the
        // user's own name holds it.
        free_name(snapshot, &new_name)?;
        user.name = new_name;
    }
    user.path = new_path.unwrap_or(user.path);
    let arn = user.arn(snapshot.account());
    user.inline = user.inline.owned_by(&arn);
    user.attached = user.attached.owned_by(&arn);
    let user = Arc::new(user);
    draft.put(Entity::User(user.clone()));
    Ok(user)
}

/// Deletes a user. Its sessions are dead then, and trust in it is void for good.
///
/// # Errors
/// There is no such user, or it still has policies, keys, devices, groups or a password.
pub fn delete(draft: &mut Draft, name: &UserName) -> Result<(), DirectoryError> {
    let snapshot = draft.snapshot();
    let user = find::user(snapshot, name)?;
    if let Some(conflict) = delete_conflict(snapshot, &user) {
        return Err(DirectoryError::DeleteConflict(conflict));
    }
    draft.delete(EntityKey::User(user.id.clone()));
    Ok(())
}

// Choice: the order. AWS documents what must go first, and not which of several
// it names; a permissions boundary goes with the user.
fn delete_conflict(snapshot: &Snapshot, user: &User) -> Option<DeleteConflict> {
    let owner = KeyOwner::User(user.id.clone());
    let conflicts = [
        (!user.attached.is_empty(), DeleteConflict::PoliciesAttached),
        (!user.inline.is_empty(), DeleteConflict::InlinePolicies),
        (snapshot.keys_of(&owner).next().is_some(), DeleteConflict::AccessKeys),
        (snapshot.mfa_of(&owner).next().is_some(), DeleteConflict::MfaDevices),
        (!user.groups.is_empty(), DeleteConflict::GroupMembership),
        (snapshot.login_profile(&user.id).is_some(), DeleteConflict::LoginProfile),
        (snapshot.ssh_public_keys_of(&user.id).next().is_some(), DeleteConflict::SshPublicKeys),
        (
            snapshot.signing_certificates_of(&user.id).next().is_some(),
            DeleteConflict::SigningCertificates,
        ),
        (
            snapshot.service_credentials_of(&user.id).next().is_some(),
            DeleteConflict::ServiceCredentials,
        ),
    ];
    conflicts.into_iter().find_map(|(applies, conflict)| applies.then_some(conflict))
}

fn free_name(snapshot: &Snapshot, name: &UserName) -> Result<(), DirectoryError> {
    match snapshot.user_by_name(name.as_str()) {
        Some(_) => Err(DirectoryError::exists(EntityKind::User, name)),
        None => Ok(()),
    }
}
