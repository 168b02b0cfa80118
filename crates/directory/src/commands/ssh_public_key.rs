//! SSH public keys of users.

use std::sync::Arc;

use stead_types::{CredentialId, CredentialIdKind, Entropy, Timestamp, UserName};

use super::find;
use crate::entity::{Entity, EntityKey, KeyStatus, SshPublicKey};
use crate::{DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// Gives a user an active key.
///
/// # Errors
/// There is no such user, it has the key already, or it has five.
pub fn upload(
    draft: &mut Draft,
    user: &UserName,
    blob: Arc<[u8]>,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<SshPublicKey>, DirectoryError> {
    let snapshot = draft.snapshot();
    let user = find::user(snapshot, user)?;
    // Observed: the same key of another user is taken (radkawar/stackd, recorded in 2026).
    if snapshot.ssh_public_keys_of(&user.id).any(|key| key.blob == blob) {
        return Err(DirectoryError::exists(EntityKind::SshPublicKey, &user.name));
    }
    Quota::SshPublicKeysPerUser.admit(snapshot.ssh_public_keys_of(&user.id).count() + 1)?;
    let key = Arc::new(SshPublicKey {
        id: CredentialId::generate(CredentialIdKind::SshPublicKey, entropy),
        user: user.id.clone(),
        blob,
        status: KeyStatus::Active,
        uploaded_at: now,
    });
    draft.put(Entity::SshPublicKey(key.clone()));
    Ok(key)
}

/// Lets a key be used, or not.
///
/// # Errors
/// There is no such user, or it has no such key.
pub fn set_status(
    draft: &mut Draft,
    user: &UserName,
    id: &CredentialId,
    status: KeyStatus,
) -> Result<(), DirectoryError> {
    let key = of_user(draft.snapshot(), user, id)?;
    draft.put(Entity::SshPublicKey(Arc::new(SshPublicKey { status, ..(*key).clone() })));
    Ok(())
}

/// Deletes a key.
///
/// # Errors
/// There is no such user, or it has no such key.
pub fn delete(draft: &mut Draft, user: &UserName, id: &CredentialId) -> Result<(), DirectoryError> {
    let key = of_user(draft.snapshot(), user, id)?;
    draft.delete(EntityKey::SshPublicKey(key.id.clone()));
    Ok(())
}

fn of_user(
    snapshot: &Snapshot,
    user: &UserName,
    id: &CredentialId,
) -> Result<Arc<SshPublicKey>, DirectoryError> {
    let user = find::user(snapshot, user)?;
    // One of somebody else is as unknown as one that does not exist.
    let key = snapshot.ssh_public_key(id).filter(|key| key.user == user.id);
    key.cloned().ok_or_else(|| DirectoryError::missing(EntityKind::SshPublicKey, id))
}
