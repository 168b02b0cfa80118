//! The key of an account's secrets, as it rests.

use std::sync::Arc;

use crate::Draft;
use crate::entity::{AccountRoot, Entity, WrappedSecret};

/// Puts the same data key, wrapped anew, in the place of the one that rests.
///
/// It concerns no rule of IAM, so it may run on a draft for reading too: a record that
/// cannot be read must not tie the installation to an old root key.
pub fn rewrap(draft: &mut Draft, data_key: WrappedSecret) {
    let root = AccountRoot { data_key, ..AccountRoot::clone(draft.snapshot().root()) };
    draft.put(Entity::Account(Arc::new(root)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, now, secret};

    #[test]
    fn a_data_key_is_replaced_and_nothing_else() {
        let root = AccountRoot {
            id: account(),
            created_at: now(),
            data_key: secret(),
            login_profile: None,
        };
        let (before, _) = Draft::create_account(root).into_parts();
        let mut draft = Draft::for_reading(Arc::new(before));
        rewrap(&mut draft, WrappedSecret::new([9; 4]));
        let (after, changes) = draft.into_parts();
        assert_eq!(after.root().data_key, WrappedSecret::new([9; 4]));
        assert_eq!((after.root().id, after.root().created_at), (account(), now()));
        let [change] = changes.as_slice() else { panic!("{changes:?}") };
        let encoded = change.encode();
        let value = encoded.value.unwrap();
        let read = AccountRoot::read(account(), value.format, &value.body).unwrap();
        assert_eq!(read.data_key, WrappedSecret::new([9; 4]));
    }
}
