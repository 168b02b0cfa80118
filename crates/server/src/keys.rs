//! The keys of an installation while it is used: listed, rotated, wrapped under another
//! root key.
//!
//! What is changed is durable before it counts. A change begins with what the store holds
//! and not with what is in memory, so one that fails half-way leaves nothing to be undone.

mod live;
mod rewrap;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stead_session::{KeyId, KeyInfo, Keyring, KeyringFull};
use stead_store::{Store, StoreError};
use thiserror::Error;
use tokio::sync::{Mutex as AsyncMutex, Notify};

pub(crate) use live::LiveKeyring;
pub(crate) use rewrap::{NewRootKey, Progress};

use crate::accounts::{Accounts, RewrapError};
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::http::Stop;
use crate::installation::{Installation, InstallationError};
use crate::root_key::RootKeyError;

/// How often keys are looked for that have opened their last session.
const EXPIRY_LOOKED_FOR_EVERY: Duration = Duration::from_secs(600);

/// The keys of an installation, and what can be done with them.
pub(crate) struct Keys<S> {
    accounts: Arc<Accounts<S>>,
    keyring: Arc<LiveKeyring>,
    clock: Arc<dyn Clock>,
    /// The data directory; `None` where nothing is kept.
    data: Option<PathBuf>,
    /// Held while the records of the installation are changed.
    changing: AsyncMutex<()>,
    rewrap_asked: Notify,
    progress: Mutex<Progress>,
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
        data: Option<PathBuf>,
    ) -> Self {
        Self {
            accounts,
            keyring: Arc::new(LiveKeyring::new(keyring)),
            clock,
            data,
            changing: AsyncMutex::default(),
            rewrap_asked: Notify::new(),
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
        }
    }

    /// Puts a fresh key in the place of the one that seals sessions. It seals once it is
    /// durable: a session under a key that a crash takes back would open nowhere.
    ///
    /// Says which keys were dropped.
    pub(crate) async fn rotate(&self, old: OldKeys) -> Result<Vec<KeyId>, KeysError> {
        let now = self.clock.now();
        self.change(|keyring| {
            let mut dropped = keyring.retire_expired(now);
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

    /// Drops the keys that have opened their last session.
    pub(crate) async fn retire_expired(&self) -> Result<(), KeysError> {
        let now = self.clock.now();
        if self.keyring.has_expired(now) {
            let dropped = self.change(|keyring| Ok(keyring.retire_expired(now))).await?;
            tracing::info!(?dropped, "session keys have opened their last session");
        }
        Ok(())
    }

    /// Changes the keyring that the store holds, and then the one in memory.
    async fn change(
        &self,
        work: impl FnOnce(&mut Keyring) -> Result<Vec<KeyId>, KeysError> + Send,
    ) -> Result<Vec<KeyId>, KeysError> {
        let _only_one = self.changing.lock().await;
        let root_keys = self.accounts.root_keys();
        let installation = self.installation().await?;
        let mut keyring = installation.keyring(&root_keys)?;
        let dropped = work(&mut keyring)?;
        let root_key = root_keys.current();
        installation
            .replace_keyring(self.accounts.store(), &keyring, root_key, &mut SystemEntropy)
            .await?;
        self.keyring.replace(keyring);
        Ok(dropped)
    }

    async fn installation(&self) -> Result<Installation, KeysError> {
        let found = Installation::load(self.accounts.store()).await?;
        let gone = || InstallationError::Keyring("there is no record of it");
        Ok(found.ok_or_else(gone)?)
    }

    /// Works on the keys until the server stops: expired ones are dropped, and a change of
    /// the root key is carried on.
    pub(crate) async fn work(self: Arc<Self>, mut stop: Stop) {
        loop {
            let work = async {
                if self.accounts.root_keys().replaced().is_some() {
                    // Its failure is told by `report`, and by the log.
                    let _told = self.rewrap().await;
                }
                if let Err(error) = self.retire_expired().await {
                    tracing::warn!(%error, "expired session keys were not dropped");
                }
                tokio::select! {
                    () = self.rewrap_asked.notified() => {}
                    () = tokio::time::sleep(EXPIRY_LOOKED_FOR_EVERY) => {}
                }
            };
            tokio::select! {
                () = stop.requested() => return,
                () = work => {}
            }
        }
    }
}

impl<S> std::fmt::Debug for Keys<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").finish_non_exhaustive()
    }
}
