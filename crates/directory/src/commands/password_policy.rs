//! The password policy of the account.

use std::sync::Arc;

use crate::entity::{Entity, EntityKey, PasswordPolicy};
use crate::{DirectoryError, Draft, EntityKind};

/// Puts a policy in the place of the one that is there, if there is one.
pub fn put(draft: &mut Draft, policy: PasswordPolicy) {
    draft.put(Entity::PasswordPolicy(Arc::new(policy)));
}

/// Deletes the policy: that of accounts without one counts again.
///
/// # Errors
/// There is none.
pub fn delete(draft: &mut Draft) -> Result<(), DirectoryError> {
    if draft.snapshot().password_policy().is_none() {
        let name = draft.snapshot().account();
        return Err(DirectoryError::missing(EntityKind::PasswordPolicyToDelete, name));
    }
    draft.delete(EntityKey::PasswordPolicy);
    Ok(())
}
