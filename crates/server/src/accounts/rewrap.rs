//! Wrapping the data keys of accounts under another root key, one account at a time.

use std::sync::Arc;

use stead_directory::Draft;
use stead_directory::commands::data_key;
use stead_directory::entity::{AccountRoot, Entity, WrappedSecret as StoredSecret};
use stead_directory::{EntityChange, LoadReason};
use stead_session::vault::{VaultError, WrappedSecret};
use stead_store::{Aggregate, Commit, CommitError, Store, StoreError};
use stead_types::{AccountId, Entropy};
use thiserror::Error;

use super::account::{self, Account, WriteError};
use super::{Accounts, RootKeys};

/// How often an account is tried whose commits conflict or fail.
const ATTEMPTS_MAX: usize = 3;

/// Why the data key of an account is still wrapped under the old root key.
#[derive(Debug, Error)]
pub(crate) enum RewrapError {
    /// It opens under no root key at hand.
    #[error("its data key cannot be unwrapped: {0}")]
    Vault(#[from] VaultError),
    /// Its record cannot be read.
    #[error("its record cannot be read: {0}")]
    Record(#[from] LoadReason),
    /// It cannot be written.
    #[error("it cannot be written: {0}")]
    Write(String),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Accounts<S> {
    /// Wraps the data key of an account under the current root key, unless it is already,
    /// and answers when that is durable. An account that is not loaded stays so.
    pub(crate) async fn rewrap(
        &self,
        id: AccountId,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), RewrapError> {
        let root_keys = self.root_keys();
        // Nobody loads or creates the account while its stored form is changed.
        let _only_one = self.loading_place(id).lock().await;
        match self.loaded(id) {
            Some(account) => account.rewrap(self.store(), &root_keys, entropy).await,
            None => rewrap_stored(id, self.store(), &root_keys, entropy).await,
        }
    }
}

impl Account {
    async fn rewrap<S: Store>(
        &self,
        store: &S,
        root_keys: &RootKeys,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), RewrapError> {
        let mut failed = None;
        for _ in 0..ATTEMPTS_MAX {
            self.prepare_to_write(store).await?;
            let queued = self.queue_apart(store, |snapshot| {
                let wrapped = &snapshot.root().data_key;
                let Some(anew) = rewrapped(self.id(), wrapped, root_keys, entropy)? else {
                    return Ok(None);
                };
                let mut draft = Draft::for_reading(Arc::clone(snapshot));
                data_key::rewrap(&mut draft, anew);
                Ok::<_, RewrapError>(Some(draft))
            });
            match queued {
                Ok(None) => return Ok(()),
                Ok(Some(queued)) => match self.finish(queued).await {
                    Ok(()) => return Ok(()),
                    Err(error) => failed = Some(RewrapError::Write(error.to_string())),
                },
                Err(WriteError::Work(error)) => return Err(error),
                Err(error) => failed = Some(RewrapError::Write(error.to_string())),
            }
        }
        Err(failed.unwrap_or_else(|| RewrapError::Write("it was not tried".to_owned())))
    }
}

/// Changes one record of an account that is not loaded; the rest of it is not looked at.
async fn rewrap_stored<S: Store>(
    id: AccountId,
    store: &S,
    root_keys: &RootKeys,
    entropy: &mut (dyn Entropy + Send),
) -> Result<(), RewrapError> {
    let aggregate = Aggregate::Account(id);
    let Some(loaded) = store.load(&aggregate).await? else { return Ok(()) };
    let key = AccountRoot::record_key();
    let record = loaded.records.iter().find(|record| record.key.as_str() == key);
    let record = record.ok_or(LoadReason::AccountMissing)?;
    let root = AccountRoot::read(id, record.value.format, &record.value.body)?;
    let Some(data_key) = rewrapped(id, &root.data_key, root_keys, entropy)? else {
        return Ok(());
    };
    let root = AccountRoot { data_key, ..root };
    let change = EntityChange::Put(Entity::Account(Arc::new(root)));
    let unfit = || RewrapError::Write("its record does not fit a commit".to_owned());
    let change = account::stored(&change).ok_or_else(unfit)?;
    let commit = Commit::new(aggregate, loaded.revision, vec![change], Vec::new());
    let committed = store.commit(commit.map_err(|_| unfit())?).await;
    committed.map(drop).map_err(|error: CommitError| RewrapError::Write(error.to_string()))
}

fn rewrapped(
    id: AccountId,
    wrapped: &StoredSecret,
    root_keys: &RootKeys,
    entropy: &mut dyn Entropy,
) -> Result<Option<StoredSecret>, VaultError> {
    let wrapped = WrappedSecret::from_bytes(wrapped.as_bytes().to_vec());
    let anew = root_keys.rewrap_data_key(id, &wrapped, entropy)?;
    Ok(anew.map(|anew| StoredSecret::new(anew.as_bytes())))
}
