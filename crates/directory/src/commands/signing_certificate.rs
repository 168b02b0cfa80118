//! Signing certificates of users.

use std::sync::Arc;

use stead_types::{CredentialId, CredentialIdKind, Entropy, Timestamp, UserName};

use super::find;
use crate::entity::{Entity, EntityKey, KeyStatus, SigningCertificate};
use crate::{DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// A certificate to be uploaded: in PEM as it was sent, and in DER.
#[derive(Clone, Debug)]
pub struct NewSigningCertificate {
    /// The certificate in PEM.
    pub body: Arc<str>,
    /// The certificate in DER.
    pub der: Arc<[u8]>,
}

/// Gives a user an active certificate. One that the user has already is found again.
///
/// Observed: radkawar/stackd, recorded in 2026: a second time succeeds for the same user, and
/// is a duplicate for another. Choice: it stays the one certificate.
///
/// # Errors
/// There is no such user, another user has the certificate, or the user has two.
pub fn upload(
    draft: &mut Draft,
    user: &UserName,
    new: NewSigningCertificate,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<SigningCertificate>, DirectoryError> {
    let snapshot = draft.snapshot();
    let user = find::user(snapshot, user)?;
    match snapshot.signing_certificates().find(|held| held.der == new.der) {
        Some(held) if held.user == user.id => return Ok(held.clone()),
        Some(_) => return Err(DirectoryError::exists(EntityKind::SigningCertificate, &user.name)),
        None => {}
    }
    let held = snapshot.signing_certificates_of(&user.id).count();
    Quota::SigningCertificatesPerUser.admit(held + 1)?;
    let certificate = Arc::new(SigningCertificate {
        id: CredentialId::generate(CredentialIdKind::SigningCertificate, entropy),
        user: user.id.clone(),
        body: new.body,
        der: new.der,
        status: KeyStatus::Active,
        uploaded_at: now,
    });
    draft.put(Entity::SigningCertificate(certificate.clone()));
    Ok(certificate)
}

/// Lets a certificate be used, or not.
///
/// # Errors
/// There is no such user, or it has no such certificate.
pub fn set_status(
    draft: &mut Draft,
    user: &UserName,
    id: &CredentialId,
    status: KeyStatus,
) -> Result<(), DirectoryError> {
    let held = of_user(draft.snapshot(), user, id)?;
    let held = SigningCertificate { status, ..(*held).clone() };
    draft.put(Entity::SigningCertificate(Arc::new(held)));
    Ok(())
}

/// Deletes a certificate.
///
/// # Errors
/// There is no such user, or it has no such certificate.
pub fn delete(draft: &mut Draft, user: &UserName, id: &CredentialId) -> Result<(), DirectoryError> {
    let held = of_user(draft.snapshot(), user, id)?;
    draft.delete(EntityKey::SigningCertificate(held.id.clone()));
    Ok(())
}

fn of_user(
    snapshot: &Snapshot,
    user: &UserName,
    id: &CredentialId,
) -> Result<Arc<SigningCertificate>, DirectoryError> {
    let user = find::user(snapshot, user)?;
    // One of somebody else is as unknown as one that does not exist.
    let held = snapshot.signing_certificate(id).filter(|held| held.user == user.id);
    held.cloned().ok_or_else(|| DirectoryError::missing(EntityKind::SigningCertificate, id))
}
