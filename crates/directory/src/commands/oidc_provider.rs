//! OpenID Connect providers of the account.

use std::sync::Arc;

use stead_types::{Arn, ClientId, IssuerUrl, Tag, Thumbprint, Timestamp};

use super::{find, tags};
use crate::entity::{Entity, EntityKey, OidcProvider};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// An OpenID Connect provider to be registered.
#[derive(Clone, Debug)]
pub struct NewOidcProvider {
    /// The issuer's URL.
    pub issuer: IssuerUrl,
    /// The client ids, as they were given.
    pub client_ids: Vec<ClientId>,
    /// The thumbprints, as they were given.
    pub thumbprints: Vec<Thumbprint>,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Registers a provider.
///
/// # Errors
/// There is one for this issuer, or too many thumbprints, client ids, tags or
/// providers.
pub fn create(
    draft: &mut Draft,
    new: NewOidcProvider,
    now: Timestamp,
) -> Result<Arc<OidcProvider>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    let thumbprints = admit_thumbprints(new.thumbprints)?;
    let client_ids = distinct(new.client_ids);
    Quota::ClientIdsPerOidcProvider.admit(client_ids.len())?;
    let snapshot = draft.snapshot();
    let arn = OidcProvider::arn_for(snapshot.account(), &new.issuer);
    if snapshot.oidc_provider(&arn).is_some() {
        return Err(DirectoryError::exists(EntityKind::OidcProvider, new.issuer));
    }
    Quota::OidcProvidersPerAccount.admit(snapshot.oidc_provider_count() + 1)?;
    let issuer = new.issuer;
    let provider =
        Arc::new(OidcProvider { arn, issuer, created_at: now, client_ids, thumbprints, tags });
    draft.put(Entity::OidcProvider(provider.clone()));
    Ok(provider)
}

/// Registers a client id; nothing changes if it is registered already.
///
/// Spec: API AddClientIDToOpenIDConnectProvider: the operation is idempotent.
///
/// # Errors
/// The provider does not exist, or has too many client ids.
pub fn add_client_id(
    draft: &mut Draft,
    arn: &Arn,
    client_id: ClientId,
) -> Result<(), DirectoryError> {
    let mut provider = (*find::oidc_provider(draft.snapshot(), arn)?).clone();
    if provider.client_ids.contains(&client_id) {
        return Ok(());
    }
    provider.client_ids.push(client_id);
    Quota::ClientIdsPerOidcProvider.admit(provider.client_ids.len())?;
    draft.put(Entity::OidcProvider(Arc::new(provider)));
    Ok(())
}

/// Removes a client id; no error if it is not registered.
///
/// Spec: API RemoveClientIDFromOpenIDConnectProvider: the operation is idempotent.
///
/// # Errors
/// The provider does not exist.
pub fn remove_client_id(
    draft: &mut Draft,
    arn: &Arn,
    client_id: &ClientId,
) -> Result<(), DirectoryError> {
    let mut provider = (*find::oidc_provider(draft.snapshot(), arn)?).clone();
    if provider.client_ids.contains(client_id) {
        provider.client_ids.retain(|known| known != client_id);
        draft.put(Entity::OidcProvider(Arc::new(provider)));
    }
    Ok(())
}

/// Puts these thumbprints in place of all there were.
///
/// Spec: API UpdateOpenIDConnectProviderThumbprint: the lists are not merged.
///
/// # Errors
/// The provider does not exist, or there are too many thumbprints.
pub fn set_thumbprints(
    draft: &mut Draft,
    arn: &Arn,
    thumbprints: Vec<Thumbprint>,
) -> Result<(), DirectoryError> {
    let thumbprints = admit_thumbprints(thumbprints)?;
    let mut provider = (*find::oidc_provider(draft.snapshot(), arn)?).clone();
    provider.thumbprints = thumbprints;
    draft.put(Entity::OidcProvider(Arc::new(provider)));
    Ok(())
}

/// Deletes a provider, also one that roles trust: nobody comes through it any more.
///
/// Spec: API DeleteOpenIDConnectProvider: roles that name it stay as they are.
/// Observed: deleting one that does not exist is an error, against the API reference
/// (2026-02).
///
/// # Errors
/// The provider does not exist.
pub fn delete(draft: &mut Draft, arn: &Arn) -> Result<(), DirectoryError> {
    if draft.snapshot().oidc_provider(arn).is_none() {
        return Err(DirectoryError::missing(EntityKind::OidcProviderToDelete, arn));
    }
    draft.delete(EntityKey::OidcProvider(arn.clone()));
    Ok(())
}

fn admit_thumbprints(thumbprints: Vec<Thumbprint>) -> Result<Vec<Thumbprint>, DirectoryError> {
    Quota::ThumbprintsPerOidcProvider.admit(thumbprints.len())?;
    Ok(distinct(thumbprints))
}

/// Each value once, where it came first. Choice: AWS does not say what it does.
fn distinct<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
