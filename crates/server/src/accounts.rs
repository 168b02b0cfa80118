//! The accounts this process hosts: loaded once, read without waiting, written
//! by one writer each.
//!
//! Absent accounts are remembered up to a bound, since anyone can name one.

mod accesses;
mod account;
mod policy_check;
mod rewrap;
mod root_keys;
mod usage;
mod vault;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use arc_swap::ArcSwap;
use stead_directory::{Draft, LoadProblem, Snapshot};
use stead_store::{
    Aggregate, Commit, CommitError, Loaded, NameClaim, Revision, Store, StoreError, UsageBatch,
};
use stead_types::{AccessKeyId, AccountId};
use thiserror::Error;
use tokio::sync::{Mutex as AsyncMutex, RwLock as AsyncRwLock, RwLockReadGuard};

use self::policy_check::PolicyCheck;
pub(crate) use accesses::AccessLog;
pub(crate) use account::{Account, Begun, Outside, Staged, Version, WriteError};
pub(crate) use rewrap::RewrapError;
pub(crate) use root_keys::RootKeys;
pub(crate) use usage::{Use, Used};
pub(crate) use vault::Vault;

use crate::limits::ABSENT_ACCOUNTS_MAX;

/// How many loads of different accounts can run at once. Two accounts that fall
/// on one place wait for each other, nothing worse.
const LOADING_PLACES: usize = 64;

/// All hosted accounts over one store.
pub(crate) struct Accounts<S> {
    store: Arc<S>,
    root_keys: ArcSwap<RootKeys>,
    /// Held for reading while an account is created, and for writing while other root keys
    /// are put in place: so none is created under a key that was replaced before.
    creating: AsyncRwLock<()>,
    hosted: RwLock<HashMap<AccountId, Arc<Account>>>,
    /// Key: the account. Bound: [`ABSENT_ACCOUNTS_MAX`]. Invalidated when the
    /// account is created here, and this process is the only one that could.
    absent: moka::sync::Cache<AccountId, ()>,
    /// Held while an account is loaded or created, so that it happens once.
    loading: Vec<AsyncMutex<()>>,
    uses: Mutex<UsageBatch>,
    policy_check: PolicyCheck,
    /// Keys with ids of another installation's making. Asked before an id's own
    /// account number is believed. Nothing is added once requests are answered.
    imported: HashMap<AccessKeyId, AccountId>,
}

/// Why an account was not created.
#[derive(Debug, Error)]
pub(crate) enum CreateError {
    /// It exists.
    #[error("account {0} exists already")]
    Exists(AccountId),
    /// An imported access key id belongs to an account already.
    #[error("`{0}` is in use already")]
    KeyTaken(String),
    /// An imported access key of another account says that it belongs to this one.
    #[error("the imported access key `{0}` carries the number of this account")]
    KeyElsewhere(AccessKeyId),
    /// A defect: an account's first records are few and small.
    #[error("the account does not fit a commit: {0}")]
    TooLarge(String),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Accounts<S> {
    pub(crate) fn new(
        store: Arc<S>,
        root_keys: RootKeys,
        imported: HashMap<AccessKeyId, AccountId>,
    ) -> Self {
        let loading = std::iter::repeat_with(AsyncMutex::default).take(LOADING_PLACES);
        Self {
            store,
            root_keys: ArcSwap::from_pointee(root_keys),
            creating: AsyncRwLock::default(),
            hosted: RwLock::default(),
            absent: moka::sync::Cache::new(ABSENT_ACCOUNTS_MAX),
            loading: loading.collect(),
            uses: Mutex::default(),
            policy_check: PolicyCheck::default(),
            imported,
        }
    }

    /// The root keys at this moment. Who wraps something under the current one must be
    /// [allowed to](Self::allow_creation).
    pub(crate) fn root_keys(&self) -> Arc<RootKeys> {
        self.root_keys.load_full()
    }

    /// Keeps the root keys as they are, from before a new account is wrapped under one until
    /// it is durable. To be dropped soon: it is what a change of the root key waits for.
    pub(crate) async fn allow_creation(&self) -> RwLockReadGuard<'_, ()> {
        self.creating.read().await
    }

    /// Puts other root keys in place.
    pub(crate) async fn set_root_keys(&self, root_keys: RootKeys) {
        let _nobody_creates = self.creating.write().await;
        self.root_keys.store(Arc::new(root_keys));
    }

    /// The account of an imported key.
    pub(crate) fn home_of_imported(&self, id: &AccessKeyId) -> Option<AccountId> {
        self.imported.get(id).copied()
    }

    pub(crate) fn store(&self) -> &S {
        &self.store
    }

    /// The account, loaded if it was not; `None` where there is none.
    pub(crate) async fn find(&self, id: AccountId) -> Result<Option<Arc<Account>>, StoreError> {
        if let Some(account) = self.loaded(id) {
            return Ok(Some(account));
        }
        if self.absent.contains_key(&id) {
            return Ok(None);
        }
        // Boxed, since a caller's task would else have room for it.
        Box::pin(self.load(id)).await
    }

    async fn load(&self, id: AccountId) -> Result<Option<Arc<Account>>, StoreError> {
        let _only_one = self.loading_place(id).lock().await;
        if let Some(account) = self.loaded(id) {
            return Ok(Some(account));
        }
        let Some(loaded) = self.store.load(&Aggregate::Account(id)).await? else {
            self.absent.insert(id, ());
            return Ok(None);
        };
        let version = read(id, &loaded);
        self.policy_check.look_through(Arc::clone(&version.snapshot));
        let account = Account::new(version, &self.root_keys());
        account.remember_uses(self.store.usage(&Aggregate::Account(id)).await?);
        Ok(Some(self.host(Arc::new(account))))
    }

    /// Creates an account from a draft of it and answers when it is durable.
    pub(crate) async fn create(
        &self,
        draft: Draft,
        claims: Vec<NameClaim>,
    ) -> Result<Arc<Account>, CreateError> {
        let (snapshot, changes) = draft.into_parts();
        let id = snapshot.account();
        let elsewhere = |(key, home): &(&AccessKeyId, &AccountId)| {
            **home != id && key.claimed_account() == Some(id)
        };
        if let Some((key, _)) = self.imported.iter().find(elsewhere) {
            return Err(CreateError::KeyElsewhere(key.clone()));
        }
        let changes = changes.iter().map(account::stored).collect::<Option<Vec<_>>>();
        let changes = changes.ok_or_else(|| CreateError::TooLarge("record key".to_owned()))?;
        let commit = Commit::new(Aggregate::Account(id), Revision::ABSENT, changes, claims)
            .map_err(|error| CreateError::TooLarge(error.to_string()))?;
        let _only_one = self.loading_place(id).lock().await;
        let revision = self.store.commit(commit).await.map_err(|error| match error {
            CommitError::Conflict { .. } => CreateError::Exists(id),
            CommitError::NameTaken { name, .. } => CreateError::KeyTaken(name.to_string()),
            CommitError::Store(error) => CreateError::Store(error),
        })?;
        self.absent.invalidate(&id);
        let version = Version { snapshot: Arc::new(snapshot), revision };
        Ok(self.host(Arc::new(Account::new(version, &self.root_keys()))))
    }

    fn loaded(&self, id: AccountId) -> Option<Arc<Account>> {
        self.hosted.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn host(&self, account: Arc<Account>) -> Arc<Account> {
        let mut hosted = self.hosted.write().unwrap_or_else(PoisonError::into_inner);
        hosted.insert(account.id(), Arc::clone(&account));
        account
    }

    fn loading_place(&self, id: AccountId) -> &AsyncMutex<()> {
        let places = u64::try_from(LOADING_PLACES).unwrap_or(1);
        let place = usize::try_from(id.number() % places).unwrap_or(0);
        #[expect(clippy::indexing_slicing, reason = "a remainder of the number of places is one")]
        &self.loading[place]
    }
}

impl<S> std::fmt::Debug for Accounts<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Accounts").finish_non_exhaustive()
    }
}

/// The snapshot of what was loaded. What could not be read is reported once, here.
fn read(id: AccountId, loaded: &Loaded) -> Version {
    let records = loaded.records.iter();
    let records =
        records.map(|record| (record.key.as_str(), record.value.format, &*record.value.body));
    let (snapshot, problems) = Snapshot::load(id, records);
    tell(id, problems);
    Version { snapshot: Arc::new(snapshot), revision: loaded.revision }
}

fn tell(account: AccountId, problems: Vec<LoadProblem>) {
    for problem in problems {
        tracing::error!(%account, record = problem.key, reason = %problem.reason, "record fails closed");
    }
}

#[cfg(test)]
pub(crate) mod tests;
