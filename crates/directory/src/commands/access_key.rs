//! Long-term access keys, of users and of the root user.

use std::sync::Arc;

use stead_types::{AccessKeyId, AccessKeyKind, Entropy, Timestamp};

use super::find;
use crate::entity::{AccessKey, Entity, EntityKey, KeyOwner, KeyStatus, WrappedSecret};
use crate::{DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// How often a new id is drawn before it is given up: a second draw is needed
/// once in 2^39 keys.
const DRAWS_MAX: usize = 8;

/// An id for a new key, which no key of the account has.
///
/// It is drawn before the key is created, so that its secret can be encrypted for
/// it and nothing else.
#[must_use]
pub fn new_id(snapshot: &Snapshot, entropy: &mut dyn Entropy) -> AccessKeyId {
    let mut draw = || AccessKeyId::generate(AccessKeyKind::LongTerm, snapshot.account(), entropy);
    let mut id = draw();
    for _ in 1..DRAWS_MAX {
        if snapshot.access_key(&id).is_none() {
            break;
        }
        id = draw();
    }
    id
}

/// Creates an active key with this id and encrypted secret. Ids that carry no
/// account number must be reserved in the installation by the caller.
///
/// # Errors
/// The owner does not exist or has two keys, or the id is taken.
pub fn create(
    draft: &mut Draft,
    owner: KeyOwner,
    id: AccessKeyId,
    secret: WrappedSecret,
    now: Timestamp,
) -> Result<Arc<AccessKey>, DirectoryError> {
    let snapshot = draft.snapshot();
    find::owner(snapshot, &owner)?;
    if snapshot.access_key(&id).is_some() {
        return Err(DirectoryError::exists(EntityKind::AccessKey, id));
    }
    Quota::AccessKeysPerUser.admit(snapshot.keys_of(&owner).count() + 1)?;
    let key = Arc::new(AccessKey { id, owner, status: KeyStatus::Active, created_at: now, secret });
    draft.put(Entity::AccessKey(key.clone()));
    Ok(key)
}

/// Lets a key be used, or not.
///
/// # Errors
/// The owner does not exist or has no such key.
pub fn set_status(
    draft: &mut Draft,
    owner: &KeyOwner,
    id: &AccessKeyId,
    status: KeyStatus,
) -> Result<(), DirectoryError> {
    let key = owned_key(draft.snapshot(), owner, id)?;
    draft.put(Entity::AccessKey(Arc::new(AccessKey { status, ..(*key).clone() })));
    Ok(())
}

/// Deletes a key, active or not.
///
/// # Errors
/// The owner does not exist or has no such key.
pub fn delete(draft: &mut Draft, owner: &KeyOwner, id: &AccessKeyId) -> Result<(), DirectoryError> {
    let key = owned_key(draft.snapshot(), owner, id)?;
    draft.delete(EntityKey::AccessKey(key.id.clone()));
    Ok(())
}

fn owned_key(
    snapshot: &Snapshot,
    owner: &KeyOwner,
    id: &AccessKeyId,
) -> Result<Arc<AccessKey>, DirectoryError> {
    find::owner(snapshot, owner)?;
    // A key of someone else is as unknown as one that does not exist.
    let key = snapshot.access_key(id).filter(|key| key.owner == *owner);
    key.cloned().ok_or_else(|| DirectoryError::missing(EntityKind::AccessKey, id))
}
