//! Passwords of users. What is passed here is a hash, encrypted: who hashed the password
//! has checked it by the account's policy.

use std::sync::Arc;

use stead_types::{Timestamp, UserName};

use super::find;
use crate::entity::{Entity, EntityKey, LoginProfile, User, WrappedSecret};
use crate::{DirectoryError, Draft, EntityKind, Snapshot};

/// Gives a user a password.
///
/// # Errors
/// There is no such user, or it has one.
pub fn create(
    draft: &mut Draft,
    user: &UserName,
    password: WrappedSecret,
    reset_required: bool,
    now: Timestamp,
) -> Result<Arc<LoginProfile>, DirectoryError> {
    let user = find::user(draft.snapshot(), user)?;
    if draft.snapshot().login_profile(&user.id).is_some() {
        return Err(DirectoryError::exists(EntityKind::LoginProfile, &user.name));
    }
    let profile = Arc::new(LoginProfile {
        user: user.id.clone(),
        created_at: now,
        changed_at: now,
        reset_required,
        password,
        previous: Vec::new(),
    });
    draft.put(Entity::LoginProfile(profile.clone()));
    Ok(profile)
}

/// Gives a user another password, or says that it must be changed, or both; what is
/// `None` stays.
///
/// # Errors
/// There is no such user, or it has no password.
pub fn update(
    draft: &mut Draft,
    user: &UserName,
    password: Option<WrappedSecret>,
    reset_required: Option<bool>,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let (_, profile) = of_user(draft.snapshot(), user)?;
    let mut profile = (*profile).clone();
    if let Some(password) = password {
        let before = std::mem::replace(&mut profile.password, password);
        profile.previous.insert(0, before);
        profile.previous.truncate(LoginProfile::PREVIOUS_MAX);
        profile.changed_at = now;
    }
    profile.reset_required = reset_required.unwrap_or(profile.reset_required);
    draft.put(Entity::LoginProfile(Arc::new(profile)));
    Ok(())
}

/// Takes a user's password away, and with it what is known of former ones.
///
/// # Errors
/// There is no such user, or it has no password.
pub fn delete(draft: &mut Draft, user: &UserName) -> Result<(), DirectoryError> {
    let (user, _) = of_user(draft.snapshot(), user)?;
    draft.delete(EntityKey::LoginProfile(user.id.clone()));
    Ok(())
}

fn of_user(
    snapshot: &Snapshot,
    name: &UserName,
) -> Result<(Arc<User>, Arc<LoginProfile>), DirectoryError> {
    let user = find::user(snapshot, name)?;
    match snapshot.login_profile(&user.id) {
        Some(profile) => Ok((user, profile.clone())),
        None => Err(DirectoryError::missing(EntityKind::LoginProfile, &user.name)),
    }
}
