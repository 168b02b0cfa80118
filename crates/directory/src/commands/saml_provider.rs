//! SAML providers of the account.

use std::sync::Arc;

use stead_types::{Arn, Entropy, SamlId, SamlProviderName, Tag, Timestamp};

use super::{find, tags};
use crate::entity::{
    AssertionEncryption, Entity, EntityKey, SamlMetadata, SamlPrivateKey, SamlProvider,
    WrappedSecret,
};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// A SAML provider to be created.
#[derive(Clone, Debug)]
pub struct NewSamlProvider {
    /// The name.
    pub name: SamlProviderName,
    /// The metadata, read and found to be in order.
    pub metadata: SamlMetadata,
    /// Whether assertions must be encrypted.
    pub encryption: AssertionEncryption,
    /// The key that opens encrypted assertions, if there is to be one.
    pub private_key: Option<NewPrivateKey>,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// A private key to be added. Its id is part of the name it is encrypted under, so
/// whoever encrypts it makes the id.
#[derive(Clone, Debug)]
pub struct NewPrivateKey {
    /// The id.
    pub id: SamlId,
    /// The key in PEM, encrypted.
    pub key: WrappedSecret,
}

/// What is to be changed of a provider; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct SamlProviderChange {
    /// Other metadata.
    pub metadata: Option<SamlMetadata>,
    /// Another setting.
    pub encryption: Option<AssertionEncryption>,
    /// The key to remove, before another is added.
    pub remove_private_key: Option<SamlId>,
    /// The key to add.
    pub add_private_key: Option<NewPrivateKey>,
}

/// Creates a provider.
///
/// # Errors
/// There is one of this name, or too many signing keys, tags or providers.
pub fn create(
    draft: &mut Draft,
    new: NewSamlProvider,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<SamlProvider>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    admit_metadata(&new.metadata)?;
    let snapshot = draft.snapshot();
    let arn = SamlProvider::arn_for(snapshot.account(), &new.name);
    if snapshot.saml_provider(&arn).is_some() {
        return Err(DirectoryError::exists(EntityKind::SamlProvider, new.name));
    }
    Quota::SamlProvidersPerAccount.admit(snapshot.saml_provider_count() + 1)?;
    let provider = Arc::new(SamlProvider {
        arn,
        uuid: SamlId::generate(entropy),
        created_at: now,
        metadata: new.metadata,
        encryption: new.encryption,
        private_keys: new.private_key.into_iter().map(|key| key.added_at(now)).collect(),
        tags,
    });
    draft.put(Entity::SamlProvider(provider.clone()));
    Ok(provider)
}

/// Changes a provider.
///
/// # Errors
/// The provider or the key to remove does not exist, or there are too many signing or
/// private keys.
pub fn update(
    draft: &mut Draft,
    arn: &Arn,
    change: SamlProviderChange,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let mut provider = (*find::saml_provider(draft.snapshot(), arn)?).clone();
    if let Some(metadata) = change.metadata {
        admit_metadata(&metadata)?;
        provider.metadata = metadata;
    }
    provider.encryption = change.encryption.unwrap_or(provider.encryption);
    if let Some(id) = change.remove_private_key {
        let before = provider.private_keys.len();
        provider.private_keys.retain(|key| key.id != id);
        if provider.private_keys.len() == before {
            return Err(DirectoryError::missing(EntityKind::SamlPrivateKey, id));
        }
    }
    if let Some(key) = change.add_private_key {
        provider.private_keys.push(key.added_at(now));
        Quota::PrivateKeysPerSamlProvider.admit(provider.private_keys.len())?;
    }
    draft.put(Entity::SamlProvider(Arc::new(provider)));
    Ok(())
}

/// Deletes a provider, also one that roles trust: nobody comes through it any more.
///
/// Spec: API DeleteSAMLProvider: roles that name it stay as they are.
///
/// # Errors
/// The provider does not exist.
pub fn delete(draft: &mut Draft, arn: &Arn) -> Result<(), DirectoryError> {
    find::saml_provider(draft.snapshot(), arn)?;
    draft.delete(EntityKey::SamlProvider(arn.clone()));
    Ok(())
}

impl NewPrivateKey {
    fn added_at(self, added_at: Timestamp) -> SamlPrivateKey {
        SamlPrivateKey { id: self.id, added_at, key: self.key }
    }
}

fn admit_metadata(metadata: &SamlMetadata) -> Result<(), DirectoryError> {
    Quota::KeysPerSamlProvider.admit(metadata.signing_certificates.len())
}
