//! What the account wants of STS.

use crate::Draft;
use crate::entity::{Entity, TokenPreferences};

/// Puts preferences in the place of those that are there.
pub fn put(draft: &mut Draft, preferences: TokenPreferences) {
    draft.put(Entity::TokenPreferences(preferences));
}
