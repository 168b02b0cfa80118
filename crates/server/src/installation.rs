//! What a store holds before anyone calls: the keyring, the first account, and
//! the root keys of accounts.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_directory::commands::access_key;
use stead_directory::entity::{AccountRoot, KeyOwner, WrappedSecret as StoredSecret};
use stead_directory::{DirectoryError, Draft};
use stead_session::Keyring;
use stead_session::vault::{
    AccountVault, DataKey, RootKey, SecretName, SecretVault as _, VaultError, WrappedSecret,
};
use stead_store::{
    Aggregate, Change, Commit, CommitError, NameClaim, Record, RecordKey, Revision, Store,
    StoreError, UniqueName,
};
use stead_types::{AccessKeyId, AccountId, Entropy, Secret, Timestamp};
use thiserror::Error;

use crate::accounts::{Accounts, CreateError};

/// The record of the installation's keyring, and the only format it has had.
const KEYRING_RECORD: &str = "keyring";
const KEYRING_FORMAT: u16 = 1;

/// The access key of a root user, at the one moment its secret is known.
#[derive(Clone, Debug)]
pub struct RootCredentials {
    /// The account.
    pub account: AccountId,
    /// The id of the key.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub secret_access_key: Secret<String>,
}

/// Why an installation cannot be opened or added to.
#[derive(Debug, Error)]
pub enum InstallationError {
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keyring's record is missing or not of a known format.
    #[error("the keyring of the installation cannot be read: {0}")]
    Keyring(&'static str),
    /// The root key at hand does not open it.
    #[error("the keyring of the installation cannot be unwrapped: {0}")]
    RootKey(VaultError),
    /// The keyring was not written.
    #[error("the keyring of the installation cannot be written: {0}")]
    Commit(CommitError),
    /// The account was not created.
    #[error("{0}")]
    Account(String),
}

/// The form in which the keyring is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyringRecord {
    wrapped: String,
}

/// The record of the keyring; `None` in a store that nothing was written to.
pub(crate) async fn load<S: Store>(store: &S) -> Result<Option<Record>, InstallationError> {
    let Some(loaded) = store.load(&Aggregate::Installation).await? else { return Ok(None) };
    let mut records = loaded.records.into_iter();
    let keyring = records.find(|record| record.key.as_str() == KEYRING_RECORD);
    keyring.map(Some).ok_or(InstallationError::Keyring("there is no record of it"))
}

/// The keyring that was loaded.
pub(crate) fn read_keyring(
    record: &Record,
    root_key: &RootKey,
) -> Result<Keyring, InstallationError> {
    if record.value.format != KEYRING_FORMAT {
        return Err(InstallationError::Keyring("its format is of a later version"));
    }
    let damaged = || InstallationError::Keyring("its record is damaged");
    let stored: KeyringRecord = serde_json::from_str(&record.value.body).map_err(|_| damaged())?;
    let bytes = STANDARD.decode(stored.wrapped).map_err(|_| damaged())?;
    let wrapped = WrappedSecret::from_bytes(bytes);
    root_key.unwrap_keyring(&wrapped).map_err(InstallationError::RootKey)
}

/// Makes the keyring of a new installation and answers when it is durable.
pub(crate) async fn create_keyring<S: Store>(
    store: &S,
    root_key: &RootKey,
    now: Timestamp,
    entropy: &mut (dyn Entropy + Send),
) -> Result<Keyring, InstallationError> {
    let keyring = Keyring::new(now, entropy);
    let wrapped = STANDARD.encode(root_key.wrap_keyring(&keyring, entropy).as_bytes());
    let body = serde_json::to_string(&KeyringRecord { wrapped });
    let body = body.map_err(|_| InstallationError::Keyring("it cannot be encoded"))?;
    let key: RecordKey =
        KEYRING_RECORD.parse().map_err(|_| InstallationError::Keyring("its key is none"))?;
    let change = Change::put(key, KEYRING_FORMAT, body);
    let commit = Commit::new(Aggregate::Installation, Revision::ABSENT, vec![change], Vec::new())
        .map_err(|_| InstallationError::Keyring("it does not fit a commit"))?;
    store.commit(commit).await.map_err(InstallationError::Commit)?;
    Ok(keyring)
}

/// An account that exists in memory only, with everything its first commit needs.
pub(crate) struct NewAccount {
    draft: Draft,
    claims: Vec<NameClaim>,
    vault: AccountVault,
    now: Timestamp,
}

impl NewAccount {
    pub(crate) fn new(
        id: AccountId,
        root_key: &RootKey,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let key = DataKey::generate(entropy);
        let data_key = StoredSecret::new(root_key.wrap_data_key(id, &key, entropy).as_bytes());
        let root = AccountRoot { id, created_at: now, data_key };
        let vault = AccountVault::new(id, &key);
        Self { draft: Draft::create_account(root), claims: Vec::new(), vault, now }
    }

    /// Gives the root user a fresh key.
    pub(crate) fn add_root_key(
        &mut self,
        entropy: &mut dyn Entropy,
    ) -> Result<RootCredentials, InstallationError> {
        let access_key_id = access_key::new_id(self.draft.snapshot(), entropy);
        let mut random = zeroize::Zeroizing::new([0_u8; 30]);
        entropy.fill(&mut *random);
        // 30 bytes are the 40 characters of base64 that AWS's secrets have.
        let secret_access_key = Secret::new(STANDARD.encode(*random));
        self.put_root_key(access_key_id.clone(), &secret_access_key, entropy)?;
        let account = self.draft.snapshot().account();
        Ok(RootCredentials { account, access_key_id, secret_access_key })
    }

    /// Gives the root user a key that somebody brings along. Its id is reserved
    /// in the whole installation.
    pub(crate) fn import_root_key(
        &mut self,
        id: &AccessKeyId,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), InstallationError> {
        let name = format!("key/{id}").parse::<UniqueName>();
        let name = name.map_err(|error| InstallationError::Account(error.to_string()))?;
        self.claims.push(NameClaim::Reserve(name));
        self.put_root_key(id.clone(), secret, entropy)
    }

    fn put_root_key(
        &mut self,
        id: AccessKeyId,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), InstallationError> {
        let refused = |error: &dyn std::fmt::Display| InstallationError::Account(error.to_string());
        let name = SecretName::AccessKey(&id);
        let wrapped =
            self.vault.wrap_text(name, secret, entropy).map_err(|error| refused(&error))?;
        let wrapped = StoredSecret::new(wrapped.as_bytes());
        access_key::create(&mut self.draft, KeyOwner::Root, id, wrapped, self.now)
            .map(drop)
            .map_err(|error: DirectoryError| refused(&error))
    }

    /// Writes the account and answers when it is durable.
    pub(crate) async fn commit<S: Store>(
        self,
        accounts: &Arc<Accounts<S>>,
    ) -> Result<(), CreateError> {
        accounts.create(self.draft, self.claims).await.map(drop)
    }
}

/// A number for an account that nobody chose one for.
pub(crate) fn random_account_id(entropy: &mut dyn Entropy) -> AccountId {
    loop {
        let mut random = [0_u8; 8];
        entropy.fill(&mut random);
        // Twelve digits without leading zeros, which tools like to lose. The
        // draw is far wider than the range, so no number is favoured.
        let number = 100_000_000_000 + u64::from_be_bytes(random) % 900_000_000_000;
        if let Ok(id) = AccountId::from_number(number) {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use stead_store_sqlite::SqliteStore;

    use super::*;
    use crate::entropy::SystemEntropy;

    fn root_key(byte: u8) -> RootKey {
        RootKey::new(&Secret::new([byte; 32]))
    }

    const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

    #[tokio::test]
    async fn a_keyring_is_read_back_under_its_root_key_only() {
        let store = SqliteStore::in_memory().unwrap();
        assert!(load(&store).await.unwrap().is_none());
        let made = create_keyring(&store, &root_key(1), NOW, &mut SystemEntropy).await.unwrap();
        let record = load(&store).await.unwrap().unwrap();
        let read = read_keyring(&record, &root_key(1)).unwrap();
        assert!(read.keys().eq(made.keys()));
        assert!(matches!(
            read_keyring(&record, &root_key(2)),
            Err(InstallationError::RootKey(VaultError::OtherKey { .. }))
        ));
        let again = create_keyring(&store, &root_key(1), NOW, &mut SystemEntropy).await;
        assert!(matches!(again, Err(InstallationError::Commit(CommitError::Conflict { .. }))));
    }

    #[test]
    fn random_accounts_have_twelve_digits_and_no_leading_zero() {
        for _ in 0..1000 {
            assert!(random_account_id(&mut SystemEntropy).number() >= 100_000_000_000);
        }
    }
}
