//! The alias of the account.

use stead_types::{AccountAlias, Timestamp};

use crate::entity::{Alias, Entity, EntityKey};
use crate::{DirectoryError, Draft, EntityKind};

/// Gives the account an alias, in the place of the one it has. Whether another account
/// holds the name shows when the change is committed.
///
/// Observed: floci-io/floci pull 2103, against a live account: another alias replaces the
/// one that is there.
///
/// # Errors
/// The account has this alias already.
pub fn create(draft: &mut Draft, name: AccountAlias, now: Timestamp) -> Result<(), DirectoryError> {
    let before = draft.snapshot().alias().map(|alias| alias.name.clone());
    if before.as_ref() == Some(&name) {
        return Err(DirectoryError::exists(EntityKind::AccountAlias, name));
    }
    if let Some(before) = before {
        draft.delete(EntityKey::Alias(before));
    }
    draft.put(Entity::Alias(Alias { name, created_at: now }.into()));
    Ok(())
}

/// Takes the account's alias away.
///
/// # Errors
/// The account does not have this alias.
pub fn delete(draft: &mut Draft, name: &AccountAlias) -> Result<(), DirectoryError> {
    match draft.snapshot().alias() {
        Some(alias) if alias.name == *name => {
            draft.delete(EntityKey::Alias(name.clone()));
            Ok(())
        }
        Some(_) | None => Err(DirectoryError::missing(EntityKind::AccountAlias, name)),
    }
}
