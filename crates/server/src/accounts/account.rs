use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use stead_directory::{DirectoryError, Draft, EntityChange, NameChange, Snapshot};
use stead_service::{IssuerCheck, LastUsed, NameReservation, ReplayGuard};
use stead_store::{Aggregate, Change, Commit, CommitError, NameClaim, Revision, Store, StoreError};
use stead_types::AccountId;
use thiserror::Error;

use super::{AccessLog, RootKeys, Used, Vault, read};

/// One account: what is durable for readers, what is newest for the writer.
///
/// A write runs on the newest state, under a lock that is held for the work and
/// never while waiting, and is queued in the store under the same lock: so
/// commits reach the store in the order they build on each other. Readers see
/// what the store has acknowledged.
pub(crate) struct Account {
    id: AccountId,
    vault: Vault,
    durable: ArcSwap<Version>,
    writer: Mutex<Writer>,
    pub(super) uses: RwLock<HashMap<Used, LastUsed>>,
    pub(super) accesses: AccessLog,
}

/// An account at one revision.
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) revision: Revision,
}

struct Writer {
    /// The newest state, acknowledged or not; `None` after a failed commit: what
    /// the store holds is then unknown until it is loaded again.
    newest: Option<Arc<Version>>,
    /// Counts failed chains, so that a commit which fails late does not discard
    /// what was built on a fresh load since.
    chain: u64,
}

/// Why a write did not happen, or may not have.
#[derive(Debug, Error)]
pub(crate) enum WriteError<E> {
    /// The work itself failed; nothing was changed.
    #[error("the work failed")]
    Work(E),
    /// The account cannot be written to.
    #[error("the account cannot be written to: {0}")]
    Unwritable(DirectoryError),
    /// Somebody else wrote between the work and its commit.
    #[error("the account was written to meanwhile")]
    Overtaken,
    /// A defect: one command changes few records, and small ones.
    #[error("the changes do not fit a commit: {0}")]
    TooLarge(String),
    /// The store cannot answer.
    #[error(transparent)]
    Store(StoreError),
}

/// Work that was done; nothing of it is durable yet.
pub(crate) enum Begun<'s, T> {
    /// There is nothing to wait for.
    Unchanged(T),
    /// The commit is in the store's queue.
    Queued(T, Queued<'s>),
    /// The work relies on what must be found out before it is committed.
    Staged(Box<Staged<T>>, Outside),
}

/// What work relies on that is not in the account.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Proofs that count once, to be claimed.
    pub(crate) guards: Vec<ReplayGuard>,
    /// Issuers that must answer.
    pub(crate) issuers: Vec<IssuerCheck>,
    /// Names that must be free.
    pub(crate) names: Vec<NameReservation>,
}

impl Outside {
    pub(crate) fn is_empty(&self) -> bool {
        self.guards.is_empty() && self.issuers.is_empty() && self.names.is_empty()
    }
}

/// A commit in the store's queue.
pub(crate) struct Queued<'s> {
    answer: Pin<Box<dyn Future<Output = Result<Revision, CommitError>> + Send + 's>>,
    version: Arc<Version>,
    chain: u64,
}

/// Work that was done and not committed.
pub(crate) struct Staged<T> {
    output: T,
    draft: Draft,
    base: Arc<Version>,
}

impl<T> Staged<T> {
    /// What is learned outside can still be entered.
    pub(crate) const fn draft(&mut self) -> &mut Draft {
        &mut self.draft
    }
}

impl Account {
    pub(super) fn new(version: Version, root_keys: &RootKeys) -> Self {
        let version = Arc::new(version);
        Self {
            id: version.snapshot.account(),
            vault: Vault::open(&version.snapshot, root_keys),
            durable: ArcSwap::new(Arc::clone(&version)),
            writer: Mutex::new(Writer { newest: Some(version), chain: 0 }),
            uses: RwLock::default(),
            accesses: AccessLog::default(),
        }
    }

    pub(crate) const fn id(&self) -> AccountId {
        self.id
    }

    pub(crate) const fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The newest durable revision, for the whole of one request.
    pub(crate) fn durable(&self) -> Arc<Version> {
        self.durable.load_full()
    }

    /// Makes the newest state known, where a failed commit has left it unknown.
    pub(crate) async fn prepare_to_write<S: Store>(&self, store: &S) -> Result<(), StoreError> {
        let chain = match &*self.lock() {
            Writer { newest: Some(_), .. } => return Ok(()),
            Writer { newest: None, chain } => *chain,
        };
        let loaded = store.load(&Aggregate::Account(self.id)).await?;
        let loaded = loaded.ok_or_else(|| StoreError::unavailable("the account is gone"))?;
        let version = Arc::new(read(self.id, &loaded));
        let mut writer = self.lock();
        if writer.chain == chain && writer.newest.is_none() {
            writer.newest = Some(Arc::clone(&version));
            self.publish(&version);
        }
        Ok(())
    }

    /// Runs the work on the newest state and queues what it changes. To be
    /// called after [`Account::prepare_to_write`], and finished with
    /// [`Account::finish`].
    ///
    /// Work that changes nothing makes an empty commit where it may have read
    /// something that is not durable yet: its answer waits for that.
    pub(crate) fn begin<'s, S: Store, T, E>(
        &self,
        store: &'s S,
        work: impl FnOnce(&mut Draft) -> Result<(T, Outside), E>,
    ) -> Result<Begun<'s, T>, WriteError<E>> {
        let mut writer = self.lock();
        let unknown = || WriteError::Store(StoreError::unavailable("a commit failed just now"));
        let base = Arc::clone(writer.newest.as_ref().ok_or_else(unknown)?);
        let mut draft = Draft::new(&base.snapshot).map_err(WriteError::Unwritable)?;
        let (output, outside) = work(&mut draft).map_err(WriteError::Work)?;
        let staged = Staged { output, draft, base };
        if outside.is_empty() {
            self.queue(&mut writer, store, staged)
        } else {
            Ok(Begun::Staged(Box::new(staged), outside))
        }
    }

    /// Queues a change that concerns no rule of IAM, also of an account with records that
    /// cannot be read; `None` where there is nothing to change.
    pub(super) fn queue_apart<'s, S: Store, E>(
        &self,
        store: &'s S,
        work: impl FnOnce(&Arc<Snapshot>) -> Result<Option<Draft>, E>,
    ) -> Result<Option<Queued<'s>>, WriteError<E>> {
        let mut writer = self.lock();
        let unknown = || WriteError::Store(StoreError::unavailable("a commit failed just now"));
        let base = Arc::clone(writer.newest.as_ref().ok_or_else(unknown)?);
        let Some(draft) = work(&base.snapshot).map_err(WriteError::Work)? else {
            return Ok(None);
        };
        match self.queue(&mut writer, store, Staged { output: (), draft, base })? {
            Begun::Queued((), queued) => Ok(Some(queued)),
            Begun::Unchanged(()) | Begun::Staged(..) => Ok(None),
        }
    }

    /// Queues staged work whose proofs were claimed, unless somebody else has
    /// written meanwhile.
    pub(crate) fn resume<'s, S: Store, T, E>(
        &self,
        store: &'s S,
        staged: Staged<T>,
    ) -> Result<Begun<'s, T>, WriteError<E>> {
        let mut writer = self.lock();
        let newest = writer.newest.as_ref().map(|version| version.revision);
        if newest == Some(staged.base.revision) {
            self.queue(&mut writer, store, staged)
        } else {
            Err(WriteError::Overtaken)
        }
    }

    /// Waits until a queued commit is durable and publishes it.
    pub(crate) async fn finish(&self, queued: Queued<'_>) -> Result<(), CommitError> {
        let Queued { answer, version, chain } = queued;
        match answer.await {
            Ok(_) => {
                self.publish(&version);
                Ok(())
            }
            Err(error) => {
                let mut writer = self.lock();
                if writer.chain == chain {
                    writer.chain += 1;
                    writer.newest = None;
                }
                Err(error)
            }
        }
    }

    /// The lock is held from the work to here, so the store sees commits in the
    /// order in which they build on each other.
    fn queue<'s, S: Store, T, E>(
        &self,
        writer: &mut Writer,
        store: &'s S,
        Staged { output, draft, base }: Staged<T>,
    ) -> Result<Begun<'s, T>, WriteError<E>> {
        if draft.is_unchanged() && base.revision <= self.durable.load().revision {
            return Ok(Begun::Unchanged(output));
        }
        let (snapshot, changes) = draft.into_parts();
        let claims = changes.iter().filter_map(EntityChange::name_change).map(claimed);
        let claims = claims.collect::<Option<Vec<_>>>();
        let claims = claims.ok_or_else(|| WriteError::TooLarge("unique name".to_owned()))?;
        let changes = changes.iter().map(stored).collect::<Option<Vec<_>>>();
        let changes = changes.ok_or_else(|| WriteError::TooLarge("record key".to_owned()))?;
        let commit = Commit::new(Aggregate::Account(self.id), base.revision, changes, claims)
            .map_err(|error| WriteError::TooLarge(error.to_string()))?;
        let version =
            Arc::new(Version { snapshot: Arc::new(snapshot), revision: base.revision.next() });
        writer.newest = Some(Arc::clone(&version));
        let queued =
            Queued { answer: Box::pin(store.commit(commit)), version, chain: writer.chain };
        Ok(Begun::Queued(output, queued))
    }

    /// Answers may be heard out of order; the store's order is the revisions'.
    fn publish(&self, version: &Arc<Version>) {
        self.durable.rcu(|durable| match durable.revision < version.revision {
            true => Arc::clone(version),
            false => Arc::clone(durable),
        });
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        // What work panics in is a draft of its own; the state is set afterwards.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change as the store takes it; `None` for a key that is none, which the
/// directory does not make.
pub(super) fn stored(change: &EntityChange) -> Option<Change> {
    let encoded = change.encode();
    let key = encoded.key.parse().ok()?;
    Some(match encoded.value {
        Some(record) => Change::put(key, record.format, record.body),
        None => Change::delete(key),
    })
}

/// A claim on a name as the store takes it; `None` for a name that is none, which the
/// directory does not make.
fn claimed(change: NameChange) -> Option<NameClaim> {
    Some(match change {
        NameChange::Reserve(name) => NameClaim::Reserve(name.parse().ok()?),
        NameChange::Release(name) => NameClaim::Release(name.parse().ok()?),
    })
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}
