//! Server certificates.

use std::sync::Arc;

use stead_types::{Path, ServerCertificateName, Tag, Timestamp, UniqueId};

use super::{find, tags};
use crate::entity::{Entity, EntityKey, ServerCertificate, WrappedSecret};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// A server certificate to be uploaded, read and found in order. Its id is part of the name
/// its key is encrypted under, so whoever encrypts it makes the id.
#[derive(Clone, Debug)]
pub struct NewServerCertificate {
    /// The unique id, `ASCA...`.
    pub id: UniqueId,
    /// The name.
    pub name: ServerCertificateName,
    /// The path.
    pub path: Path,
    /// The certificate in PEM.
    pub body: Arc<str>,
    /// The certificates above it in PEM.
    pub chain: Option<Arc<str>>,
    /// The private key, encrypted.
    pub private_key: WrappedSecret,
    /// When the certificate expires.
    pub expires_at: Timestamp,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Takes a certificate.
///
/// # Errors
/// The name is taken, or a tag or quota is wrong.
pub fn upload(
    draft: &mut Draft,
    new: NewServerCertificate,
    now: Timestamp,
) -> Result<Arc<ServerCertificate>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    let snapshot = draft.snapshot();
    if snapshot.server_certificate_by_name(new.name.as_str()).is_some() {
        return Err(DirectoryError::exists(EntityKind::ServerCertificate, new.name));
    }
    Quota::ServerCertificatesPerAccount.admit(snapshot.server_certificate_count() + 1)?;
    let held = Arc::new(ServerCertificate {
        id: new.id,
        name: new.name,
        path: new.path,
        uploaded_at: now,
        expires_at: new.expires_at,
        body: new.body,
        chain: new.chain,
        private_key: new.private_key,
        tags,
    });
    draft.put(Entity::ServerCertificate(held.clone()));
    Ok(held)
}

/// Gives a certificate another name or path. Where neither is asked for, nothing changes.
///
/// Observed: on AWS a change of nothing loses the tags of the certificate, which can then
/// have none any more (radkawar/stackd, recorded in 2026). Choice: not here.
///
/// # Errors
/// There is no such certificate, or another one has the new name.
pub fn update(
    draft: &mut Draft,
    name: &ServerCertificateName,
    new_name: Option<ServerCertificateName>,
    new_path: Option<Path>,
) -> Result<(), DirectoryError> {
    let mut held = (*find::server_certificate(draft.snapshot(), name)?).clone();
    if let Some(new_name) = new_name {
        let holder = draft.snapshot().server_certificate_by_name(new_name.as_str());
        if holder.is_some_and(|holder| holder.id != held.id) {
            return Err(DirectoryError::exists(EntityKind::ServerCertificate, new_name));
        }
        held.name = new_name;
    }
    held.path = new_path.unwrap_or(held.path);
    draft.put(Entity::ServerCertificate(Arc::new(held)));
    Ok(())
}

/// Deletes a certificate and its key.
///
/// # Errors
/// There is no such certificate.
pub fn delete(draft: &mut Draft, name: &ServerCertificateName) -> Result<(), DirectoryError> {
    let held = find::server_certificate(draft.snapshot(), name)?;
    draft.delete(EntityKey::ServerCertificate(held.id.clone()));
    Ok(())
}
