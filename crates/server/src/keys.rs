//! The keys of an installation while it is used: listed, rotated, wrapped under another
//! root key; and the services that are registered with keys of theirs.
//!
//! What is changed is durable before it counts. A change begins with what the store holds
//! and not with what is in memory, so one that fails half-way leaves nothing to be undone.

mod live;
mod rewrap;
mod services;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stead_session::{KeyId, KeyInfo, Keyring, KeyringFull};
use stead_store::{Store, StoreError};
use thiserror::Error;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::{Instant, timeout};

pub(crate) use live::LiveKeyring;
pub(crate) use rewrap::{NewRootKey, Progress};

use crate::accounts::{Accounts, RewrapError, RootKeys};
use crate::audit::{AuditLog, LogEnded};
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::http::Stop;
use crate::installation::{Installation, InstallationError, OpenedFor};
use crate::limits::ADMIN_WAIT_MAX;
use crate::root_key::{self, Place, RootKeyError};
use crate::services::LiveServices;

/// How often it is noted how long keys have opened, and whether one has opened its last
/// session. As much is lost of the count when the server is killed.
const OPENED_COUNTED_EVERY: Duration = Duration::from_secs(600);

/// How long is waited before it is tried again to erase what was replaced.
const ERASE_TRIED_EVERY: Duration = Duration::from_secs(5);

/// The keys of an installation, and what can be done with them.
pub(crate) struct Keys<S> {
    accounts: Arc<Accounts<S>>,
    keyring: Arc<LiveKeyring>,
    services: Arc<LiveServices>,
    clock: Arc<dyn Clock>,
    /// Where it is kept; `None` where nothing is.
    home: Option<Home>,
    audit: Option<Arc<AuditLog>>,
    /// Until when it is noted how long keys have opened.
    counted: Mutex<Instant>,
    /// Whether something that was replaced is still to be found in the store.
    unerased: AtomicBool,
    /// Held while the records of the installation are changed.
    changing: AsyncMutex<()>,
    rewrap_asked: Notify,
    erase_asked: Notify,
    progress: Mutex<Progress>,
}

/// Where an installation is kept.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// Where the root key comes from, as the settings say.
    pub(crate) root_key: Place,
}

/// What becomes of the keys that have sealed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OldKeys {
    /// They open what they have sealed until that has expired.
    Open,
    /// They are dropped: every session ends.
    Revoked,
}

/// What may be shown of the keys.
#[derive(Clone, Debug)]
pub(crate) struct KeysReport {
    /// The root key that everything is wrapped under, or is going to be.
    pub(crate) root_key: KeyId,
    /// The keys of sessions, the one that seals first.
    pub(crate) session_keys: Vec<KeyInfo>,
    /// The change of the root key that is under way.
    pub(crate) rewrap: Option<RewrapReport>,
    /// A file in the data directory with a root key that opens nothing here any more.
    pub(crate) left_behind: Option<PathBuf>,
}

/// How far a change of the root key is.
#[derive(Clone, Debug)]
pub(crate) struct RewrapReport {
    /// The key that is given up.
    pub(crate) from: KeyId,
    /// Accounts that still have to be looked at, as far as that is known.
    pub(crate) remaining: Option<usize>,
    /// Why it stopped last, where it did.
    pub(crate) failed: Option<String>,
}

/// Why keys were not changed. Nothing was, unless the store failed.
#[derive(Debug, Error)]
pub(crate) enum KeysError {
    /// There is no room for another key.
    #[error("the keyring is full: {0}")]
    Full(#[from] KeyringFull),
    /// The installation keeps nothing.
    #[error("the server is ephemeral: nothing is wrapped under its root key")]
    Ephemeral,
    /// The new root key is the one there is.
    #[error("that is the root key already")]
    SameRootKey,
    /// Another change of the root key is under way.
    #[error("root key {to} is taking the place of another one already")]
    OtherChange {
        /// The key that does.
        to: KeyId,
    },
    /// A new key beside the data, where the root key is elsewhere.
    #[error("the root key is not beside the data")]
    RootKeyElsewhere,
    /// The new root key cannot be had or put in place.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// An account's data key is still wrapped under the old root key.
    #[error("account {account}: {error}")]
    Account {
        /// The account.
        account: String,
        /// Why.
        error: RewrapError,
    },
    /// The audit log cannot be signed with the new root key.
    #[error("the head of the audit log cannot be signed with the new root key: {0}")]
    AuditHead(#[from] io::Error),
    /// It has ended before.
    #[error(transparent)]
    AuditEnded(#[from] LogEnded),
    /// The records of the installation cannot be read or written.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Keys<S> {
    pub(crate) fn new(
        accounts: Arc<Accounts<S>>,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        home: Option<Home>,
        audit: Option<Arc<AuditLog>>,
    ) -> Self {
        Self {
            accounts,
            keyring: Arc::new(LiveKeyring::new(keyring)),
            services: Arc::default(),
            clock,
            home,
            audit,
            counted: Mutex::new(Instant::now()),
            // A process before may have been killed just then.
            unerased: AtomicBool::new(true),
            changing: AsyncMutex::default(),
            rewrap_asked: Notify::new(),
            erase_asked: Notify::new(),
            progress: Mutex::default(),
        }
    }

    /// The keyring that sessions are sealed and opened with.
    pub(crate) fn keyring(&self) -> Arc<LiveKeyring> {
        Arc::clone(&self.keyring)
    }

    /// What may be shown of the keys.
    pub(crate) fn report(&self) -> KeysReport {
        let root_keys = self.accounts.root_keys();
        let progress = self.progress().clone();
        KeysReport {
            root_key: root_keys.current().id(),
            session_keys: self.keyring.current().keys().collect(),
            rewrap: root_keys.replaced().map(|from| RewrapReport {
                from,
                remaining: progress.remaining,
                failed: progress.failed,
            }),
            left_behind: self.left_behind(&root_keys),
        }
    }

    fn left_behind(&self, root_keys: &RootKeys) -> Option<PathBuf> {
        let home = self.home.as_ref().filter(|_| root_keys.replaced().is_none())?;
        root_key::left_behind(&home.data, root_keys.current().id())
    }

    /// Puts a fresh key in the place of the one that seals sessions. It seals once it is
    /// durable: a session under a key that a crash takes back would open nowhere.
    ///
    /// Says which keys were dropped.
    pub(crate) async fn rotate(&self, old: OldKeys) -> Result<Vec<KeyId>, KeysError> {
        let now = self.clock.now();
        self.change(|keyring, opened_for| {
            let mut dropped = keyring.retire_opened_for(|key| opened_for.of(key));
            match old {
                OldKeys::Open => {
                    keyring.rotate(now, &mut SystemEntropy)?;
                }
                OldKeys::Revoked => {
                    // There may be no room for another key before the old ones are gone.
                    dropped.extend(keyring.retire_replaced());
                    keyring.rotate(now, &mut SystemEntropy)?;
                    dropped.extend(keyring.retire_replaced());
                }
            }
            Ok(dropped)
        })
        .await
    }

    /// Notes how long keys have opened, and drops those that have opened their last session.
    ///
    /// Choice: what counts is the time that servers have run since, not the date. Dropping a
    /// key is for good, and a clock that runs ahead for a moment, such as after a machine's
    /// start, would end every session with it. What it costs: where no server runs for a
    /// while, a key is kept for longer, and opens nothing, since its sessions have expired.
    pub(crate) async fn retire_opened(&self) -> Result<(), KeysError> {
        if self.keyring.current().keys().nth(1).is_none() {
            return Ok(());
        }
        let _only_one = self.changing.lock().await;
        let (root_keys, installation) = (self.accounts.root_keys(), self.installation().await?);
        let mut keyring = installation.keyring(&root_keys)?;
        let mut opened_for = self.counted(&installation, &keyring);
        let dropped = keyring.retire_opened_for(|key| opened_for.of(key));
        if dropped.is_empty() && opened_for == installation.opened_for {
            return Ok(());
        }
        if dropped.is_empty() {
            let store = self.accounts.store();
            return Ok(installation.note_opened_for(store, &opened_for).await?);
        }
        opened_for.keep(&keyring);
        self.put(&installation, keyring, &opened_for, &root_keys).await?;
        tracing::info!(?dropped, "session keys have opened their last session");
        Ok(())
    }

    /// Changes the keyring that the store holds, and then the one in memory.
    async fn change(
        &self,
        work: impl FnOnce(&mut Keyring, &OpenedFor) -> Result<Vec<KeyId>, KeysError> + Send,
    ) -> Result<Vec<KeyId>, KeysError> {
        let _only_one = self.changing.lock().await;
        let (root_keys, installation) = (self.accounts.root_keys(), self.installation().await?);
        let mut keyring = installation.keyring(&root_keys)?;
        let mut opened_for = self.counted(&installation, &keyring);
        let dropped = work(&mut keyring, &opened_for)?;
        opened_for.keep(&keyring);
        self.put(&installation, keyring, &opened_for, &root_keys).await?;
        Ok(dropped)
    }

    /// How long keys have opened until now. What is not written then is not counted again:
    /// it is a lower bound.
    fn counted(&self, installation: &Installation, keyring: &Keyring) -> OpenedFor {
        let now = Instant::now();
        let before = {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *counted, now)
        };
        let mut opened_for = installation.opened_for.clone();
        opened_for.add(keyring, now.saturating_duration_since(before));
        opened_for
    }

    async fn put(
        &self,
        installation: &Installation,
        keyring: Keyring,
        opened_for: &OpenedFor,
        root_keys: &RootKeys,
    ) -> Result<(), KeysError> {
        let (store, root_key) = (self.accounts.store(), root_keys.current());
        let entropy = &mut SystemEntropy;
        installation.replace_keyring(store, &keyring, opened_for, root_key, entropy).await?;
        self.keyring.replace(keyring);
        self.erase().await;
        Ok(())
    }

    /// Takes what was replaced out of the store's files. What keeps it from that, such as a
    /// backup that is being taken, is waited for behind the answer.
    async fn erase(&self) {
        self.unerased.store(true, Ordering::Relaxed);
        self.erase_again().await;
    }

    async fn erase_again(&self) {
        if !self.unerased.load(Ordering::Relaxed) {
            return;
        }
        match self.accounts.store().erase_replaced().await {
            Ok(()) => self.unerased.store(false, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "what was replaced is not erased from the store yet");
                self.erase_asked.notify_one();
            }
        }
    }

    async fn installation(&self) -> Result<Installation, KeysError> {
        let found = Installation::load(self.accounts.store()).await?;
        let gone = || InstallationError::Keyring("there is no record of it");
        Ok(found.ok_or_else(gone)?)
    }

    /// Works on the keys until the server stops: those that have opened their last session
    /// are dropped, a change of the root key is carried on, and what was replaced is erased.
    pub(crate) async fn work(self: Arc<Self>, mut stop: Stop) {
        loop {
            tokio::select! {
                () = stop.requested() => break,
                () = self.work_once() => {}
            }
        }
        // A command that hangs may have the keys for itself; it is waited for as long.
        if timeout(ADMIN_WAIT_MAX, self.look_for_opened()).await.is_err() {
            tracing::warn!("it was not noted how long session keys have opened");
        }
    }

    async fn work_once(&self) {
        if self.accounts.root_keys().replaced().is_some() {
            // Its failure is told by `report`, and by the log.
            let _told = self.rewrap().await;
        }
        self.look_for_opened().await;
        self.erase_again().await;
        let unerased = async {
            self.erase_asked.notified().await;
            tokio::time::sleep(ERASE_TRIED_EVERY).await;
        };
        tokio::select! {
            () = self.rewrap_asked.notified() => {}
            () = unerased => {}
            () = tokio::time::sleep(OPENED_COUNTED_EVERY) => {}
        }
    }

    async fn look_for_opened(&self) {
        if let Err(error) = self.retire_opened().await {
            tracing::warn!(%error, "old session keys were not dropped");
        }
    }
}

impl<S> std::fmt::Debug for Keys<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").finish_non_exhaustive()
    }
}
