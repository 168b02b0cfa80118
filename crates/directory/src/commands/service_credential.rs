//! Credentials of users for single services.

use std::sync::Arc;

use stead_types::{CredentialId, Timestamp, UserName};

use super::find;
use crate::entity::{
    CredentialService, Entity, EntityKey, KeyStatus, ServiceCredential, User, WrappedSecret,
};
use crate::{DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// A credential to be created. Its id is part of the name its secret is encrypted under, so
/// whoever encrypts it makes the id.
#[derive(Clone, Debug)]
pub struct NewServiceCredential {
    /// The id.
    pub id: CredentialId,
    /// The service.
    pub service: CredentialService,
    /// The name that goes with the secret; see [`free_alias`].
    pub alias: String,
    /// When it expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// The secret, encrypted.
    pub secret: WrappedSecret,
}

/// The name that a new credential of a user for a service gets: `NAME-at-ACCOUNT`, or
/// `NAME+1-at-ACCOUNT` where the user has that one already.
///
/// Observed: radkawar/stackd, recorded in 2026.
#[must_use]
pub fn free_alias(snapshot: &Snapshot, user: &User, service: CredentialService) -> String {
    let account = snapshot.account();
    let alias = |number: usize| match number {
        0 => format!("{}-at-{account}", user.name),
        _ => format!("{}+{number}-at-{account}", user.name),
    };
    let is_free = |alias: &String| {
        let mut held = snapshot.service_credentials_of(&user.id);
        held.all(|held| held.service != service || *held.alias != **alias)
    };
    // One more name than there can be credentials: one is free.
    let names = (0..=Quota::ServiceCredentialsPerUser.max()).map(alias);
    names.into_iter().find(is_free).unwrap_or_else(|| alias(0))
}

/// Creates an active credential.
///
/// # Errors
/// There is no such user, or it has two for this service.
pub fn create(
    draft: &mut Draft,
    user: &UserName,
    new: NewServiceCredential,
    now: Timestamp,
) -> Result<Arc<ServiceCredential>, DirectoryError> {
    let snapshot = draft.snapshot();
    let user = find::user(snapshot, user)?;
    let held = snapshot.service_credentials_of(&user.id);
    let held = held.filter(|held| held.service == new.service).count();
    Quota::ServiceCredentialsPerUser.admit(held + 1)?;
    let credential = Arc::new(ServiceCredential {
        id: new.id,
        user: user.id.clone(),
        service: new.service,
        alias: new.alias.into(),
        status: KeyStatus::Active,
        created_at: now,
        expires_at: new.expires_at,
        secret: new.secret,
    });
    draft.put(Entity::ServiceCredential(credential.clone()));
    Ok(credential)
}

/// Lets a credential be used, or not.
///
/// # Errors
/// There is no such user, or it has no such credential.
pub fn set_status(
    draft: &mut Draft,
    user: &UserName,
    id: &CredentialId,
    status: KeyStatus,
) -> Result<(), DirectoryError> {
    let held = of_user(draft.snapshot(), user, id)?;
    draft.put(Entity::ServiceCredential(Arc::new(ServiceCredential { status, ..(*held).clone() })));
    Ok(())
}

/// Gives a credential another secret. All else stays.
///
/// # Errors
/// There is no such user, or it has no such credential.
pub fn reset(
    draft: &mut Draft,
    user: &UserName,
    id: &CredentialId,
    secret: WrappedSecret,
) -> Result<Arc<ServiceCredential>, DirectoryError> {
    let held = of_user(draft.snapshot(), user, id)?;
    let held = Arc::new(ServiceCredential { secret, ..(*held).clone() });
    draft.put(Entity::ServiceCredential(held.clone()));
    Ok(held)
}

/// Deletes a credential.
///
/// # Errors
/// There is no such user, or it has no such credential.
pub fn delete(draft: &mut Draft, user: &UserName, id: &CredentialId) -> Result<(), DirectoryError> {
    let held = of_user(draft.snapshot(), user, id)?;
    draft.delete(EntityKey::ServiceCredential(held.id.clone()));
    Ok(())
}

fn of_user(
    snapshot: &Snapshot,
    name: &UserName,
    id: &CredentialId,
) -> Result<Arc<ServiceCredential>, DirectoryError> {
    let user = find::user(snapshot, name)?;
    // One of somebody else is as unknown as one that does not exist.
    let held = snapshot.service_credential(id).filter(|held| held.user == user.id);
    held.cloned().ok_or_else(|| {
        let text = format!("User {name} does not have a service specific credential with id {id}");
        DirectoryError::missing(EntityKind::ServiceCredential, text)
    })
}
