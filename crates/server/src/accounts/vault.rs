use stead_directory::Snapshot;
use stead_session::vault::{AccountVault, SecretName, SecretVault, VaultError, WrappedSecret};
use stead_types::{Entropy, Secret};

use super::RootKeys;

/// Where the secrets of an account are wrapped and unwrapped, if its data key
/// could be unwrapped itself.
///
/// An account whose data key is damaged is served as far as that goes: sessions
/// work, long-term keys do not.
#[derive(Debug)]
pub(crate) struct Vault(Result<AccountVault, VaultError>);

impl Vault {
    pub(super) fn open(snapshot: &Snapshot, root_keys: &RootKeys) -> Self {
        let account = snapshot.account();
        let wrapped = WrappedSecret::from_bytes(snapshot.root().data_key.as_bytes().to_vec());
        let key = root_keys.unwrap_data_key(account, &wrapped);
        if let Err(error) = &key {
            tracing::error!(%account, %error, "the data key of the account cannot be unwrapped");
        }
        Self(key.map(|key| AccountVault::new(account, &key)))
    }
}

impl SecretVault for Vault {
    fn wrap(
        &self,
        name: SecretName<'_>,
        secret: &Secret<Vec<u8>>,
        entropy: &mut dyn Entropy,
    ) -> Result<WrappedSecret, VaultError> {
        self.0.as_ref().map_err(|error| *error)?.wrap(name, secret, entropy)
    }

    fn unwrap(
        &self,
        name: SecretName<'_>,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        self.0.as_ref().map_err(|error| *error)?.unwrap(name, wrapped)
    }
}
