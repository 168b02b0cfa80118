//! Whether the root user is let have a password. It is given none here.

use std::sync::Arc;

use stead_types::Timestamp;

use crate::entity::{AccountRoot, Entity};
use crate::{DirectoryError, Draft, EntityKind};

/// Lets the root user have a password.
///
/// # Errors
/// It is let already.
pub fn create(draft: &mut Draft, now: Timestamp) -> Result<(), DirectoryError> {
    let root = draft.snapshot().root();
    if root.login_profile.is_some() {
        return Err(DirectoryError::exists(EntityKind::LoginProfile, root.id));
    }
    put(draft, Some(now));
    Ok(())
}

/// Lets it have none.
///
/// # Errors
/// It is not let.
pub fn delete(draft: &mut Draft) -> Result<(), DirectoryError> {
    let root = draft.snapshot().root();
    if root.login_profile.is_none() {
        return Err(DirectoryError::missing(EntityKind::LoginProfile, root.id));
    }
    put(draft, None);
    Ok(())
}

fn put(draft: &mut Draft, login_profile: Option<Timestamp>) {
    let root = AccountRoot { login_profile, ..AccountRoot::clone(draft.snapshot().root()) };
    draft.put(Entity::Account(Arc::new(root)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, now, secret};

    fn stored(draft: Draft) -> String {
        let (_, changes) = draft.into_parts();
        changes.last().unwrap().encode().value.unwrap().body
    }

    #[test]
    fn it_is_there_once_and_taken_away_once() {
        let root = AccountRoot {
            id: account(),
            created_at: now(),
            data_key: secret(),
            login_profile: None,
        };
        let mut draft = Draft::create_account(root);
        let without = stored(draft.clone());
        let missing = DirectoryError::missing(EntityKind::LoginProfile, account());
        assert_eq!(delete(&mut draft), Err(missing.clone()));
        create(&mut draft, now()).unwrap();
        let exists = DirectoryError::exists(EntityKind::LoginProfile, account());
        assert_eq!(create(&mut draft, now()), Err(exists));
        let with = AccountRoot::read(account(), 1, &stored(draft.clone())).unwrap();
        assert_eq!(with.login_profile, Some(now()));
        delete(&mut draft).unwrap();
        assert_eq!(delete(&mut draft), Err(missing));
        // Records that were written before there was such a thing are those without it.
        assert!(!without.contains("login_profile"), "{without}");
        assert_eq!(stored(draft), without);
        assert_eq!(AccountRoot::read(account(), 1, &without).unwrap().login_profile, None);
    }
}
