use std::sync::Arc;

use stead_session::vault::{DataKey, RootKey, VaultError, WrappedSecret};
use stead_session::{KeyId, Keyring};
use stead_types::{AccessKeyId, AccountId, Entropy, Secret, ServicePrincipal};

/// The root keys that things are wrapped under: one, and a second while the first takes
/// its place. What is wrapped names its key.
#[derive(Clone, Debug)]
pub(crate) struct RootKeys {
    current: Arc<RootKey>,
    replaced: Option<Arc<RootKey>>,
}

impl RootKeys {
    pub(crate) fn new(current: RootKey, replaced: Option<RootKey>) -> Self {
        Self { current: Arc::new(current), replaced: replaced.map(Arc::new) }
    }

    /// The key that everything is wrapped under from now on.
    pub(crate) const fn current(&self) -> &Arc<RootKey> {
        &self.current
    }

    /// The key that some things are still wrapped under.
    pub(crate) fn replaced(&self) -> Option<KeyId> {
        self.replaced.as_ref().map(|key| key.id())
    }

    /// The same key itself.
    pub(crate) fn replaced_key(&self) -> Option<&RootKey> {
        self.replaced.as_deref()
    }

    /// These keys, after another one has taken the place of the current one.
    pub(crate) fn succeeded_by(&self, next: RootKey) -> Self {
        Self { current: Arc::new(next), replaced: Some(Arc::clone(&self.current)) }
    }

    /// These keys, after nothing is wrapped under the replaced one any more.
    pub(crate) fn settled(&self) -> Self {
        Self { current: Arc::clone(&self.current), replaced: None }
    }

    pub(crate) fn unwrap_data_key(
        &self,
        account: AccountId,
        wrapped: &WrappedSecret,
    ) -> Result<DataKey, VaultError> {
        self.of(wrapped)?.unwrap_data_key(account, wrapped)
    }

    pub(crate) fn unwrap_keyring(&self, wrapped: &WrappedSecret) -> Result<Keyring, VaultError> {
        self.of(wrapped)?.unwrap_keyring(wrapped)
    }

    pub(crate) fn unwrap_service_secret(
        &self,
        service: &ServicePrincipal,
        id: &AccessKeyId,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<String>, VaultError> {
        self.of(wrapped)?.unwrap_service_secret(service, id, wrapped)
    }

    /// The data key wrapped under the current key; `None` where it is already.
    pub(super) fn rewrap_data_key(
        &self,
        account: AccountId,
        wrapped: &WrappedSecret,
        entropy: &mut dyn Entropy,
    ) -> Result<Option<WrappedSecret>, VaultError> {
        if wrapped.claimed_key()? == self.current.id() {
            return Ok(None);
        }
        let key = self.unwrap_data_key(account, wrapped)?;
        Ok(Some(self.current.wrap_data_key(account, &key, entropy)))
    }

    /// The key that something says it is wrapped under; the current one, which then refuses
    /// it, where that is neither.
    fn of(&self, wrapped: &WrappedSecret) -> Result<&RootKey, VaultError> {
        let claimed = wrapped.claimed_key()?;
        let replaced = self.replaced.as_deref().filter(|key| key.id() == claimed);
        Ok(replaced.unwrap_or(&self.current))
    }
}
