//! Changing the root key while everything is in use.
//!
//! 1. The store notes the change: the old root key, wrapped under the new one. From here on
//!    the new root key opens everything, and the server does not start without it.
//! 2. New accounts are wrapped under the new root key.
//! 3. The data key of each account is wrapped anew, one commit each. Each names the root key
//!    it is wrapped under, so nothing has to be kept of how far this is.
//! 4. The head of the audit log is signed with a key of the new root key: the old one, which
//!    could prove an older head, is about to be forgotten.
//! 5. One commit wraps the keyring anew and forgets the old root key.
//! 6. Where the root key is beside the data, the new file takes the place of the old one.
//! 7. What was wrapped under the old one is erased from the store's files.
//!
//! A server that is killed in between carries on with step 3 when it starts; one that is
//! killed behind step 5 has nothing left to do but 6 and 7, which every start does.

use std::sync::{MutexGuard, PoisonError};

use stead_audit::{Administration, Operator};
use stead_session::KeyId;
use stead_session::vault::RootKey;
use stead_store::Store;

use super::{Home, Keys, KeysError};
use crate::accounts::RootKeys;
use crate::audit::{self, AuditKeys};
use crate::entropy::SystemEntropy;
use crate::request_id::RequestId;
use crate::root_key::{self, Place};

/// The root key that takes the place of the one there is.
#[derive(Debug)]
pub(crate) enum NewRootKey {
    /// Somebody brings it along, and keeps it.
    Given(Box<RootKey>),
    /// It is made, and kept beside the data.
    BesideTheData,
}

/// How far a change is, in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(super) remaining: Option<usize>,
    pub(super) failed: Option<String>,
}

impl<S: Store> Keys<S> {
    /// Begins to wrap everything under a new root key, and answers when the store has noted
    /// that. The same key again carries on with a change that has stopped.
    pub(crate) async fn begin_rewrap(&self, new: NewRootKey) -> Result<(), KeysError> {
        let _only_one = self.changing.lock().await;
        let Home { data, root_key } = self.home.as_ref().ok_or(KeysError::Ephemeral)?;
        let root_keys = self.accounts.root_keys();
        let old = root_keys.current();
        if root_keys.replaced().is_some() {
            return match new {
                NewRootKey::Given(key) if key.id() != old.id() => {
                    Err(KeysError::OtherChange { to: old.id() })
                }
                _ => {
                    self.carry_on();
                    Ok(())
                }
            };
        }
        let new = match new {
            NewRootKey::Given(key) => *key,
            // What the settings name is where the next start looks: a file beside the data
            // that happens to hold the same key is none of it.
            NewRootKey::BesideTheData
                if *root_key == Place::BesideTheData && root_key::is_beside(data, old.id())? =>
            {
                root_key::make_next(data, &mut SystemEntropy)?
            }
            NewRootKey::BesideTheData => return Err(KeysError::RootKeyElsewhere),
        };
        if new.id() == old.id() {
            return Err(KeysError::SameRootKey);
        }
        let installation = self.installation().await?;
        installation.begin_change(self.accounts.store(), &new, old, &mut SystemEntropy).await?;
        tracing::info!(from = %old.id(), to = %new.id(), "the root key is changed");
        self.accounts.set_root_keys(root_keys.succeeded_by(new)).await;
        self.carry_on();
        Ok(())
    }

    fn carry_on(&self) {
        *self.progress() = Progress::default();
        self.rewrap_asked.notify_one();
    }

    /// Carries a change of the root key on to its end.
    pub(crate) async fn rewrap(&self) -> Result<(), KeysError> {
        let rewrapped = self.rewrap_all().await;
        if let Err(error) = &rewrapped {
            tracing::error!(%error, "the change of the root key has stopped");
            self.progress().failed = Some(error.to_string());
        }
        rewrapped
    }

    async fn rewrap_all(&self) -> Result<(), KeysError> {
        // Accounts that are created from here on are wrapped under the new key: those that
        // were not were waited for when it was put in place.
        let accounts = self.accounts.store().accounts().await?;
        self.progress().remaining = Some(accounts.len());
        let mut failed = None;
        for id in accounts {
            match self.accounts.rewrap(id, &mut SystemEntropy).await {
                Ok(()) => self.count_down(),
                // The others need not wait for an account that is damaged.
                Err(error) => failed = Some(KeysError::Account { account: id.to_string(), error }),
            }
        }
        failed.map_or(Ok(()), Err)?;
        self.sign_log().await?;
        self.end_rewrap().await
    }

    /// Has the head of the audit log signed with a key of the new root key, also of a log
    /// that nobody writes at present.
    async fn sign_log(&self) -> Result<(), KeysError> {
        let keys = AuditKeys::of(&self.accounts.root_keys());
        if let Some(audit) = &self.audit {
            audit.rekey(keys.current.clone()).await?;
        }
        match &self.home {
            Some(home) => Ok(audit::resign(&home.data, &keys)?),
            None => Ok(()),
        }
    }

    async fn end_rewrap(&self) -> Result<(), KeysError> {
        let _only_one = self.changing.lock().await;
        let root_keys = self.accounts.root_keys();
        let store = self.accounts.store();
        self.installation().await?.end_change(store, &root_keys, &mut SystemEntropy).await?;
        let home = self.home.as_ref();
        if let Some(home) = home.filter(|home| home.root_key == Place::BesideTheData) {
            root_key::settle(&home.data, root_keys.current().id())?;
        }
        self.erase().await;
        self.accounts.set_root_keys(RootKeys::settled(&root_keys)).await;
        *self.progress() = Progress::default();
        tracing::info!(root_key = %root_keys.current().id(), "the root key has changed");
        self.record_change(&root_keys);
        Ok(())
    }

    fn record_change(&self, root_keys: &RootKeys) {
        let Some(audit) = &self.audit else { return };
        let name = |key: Option<KeyId>| key.map(|key| key.to_string()).unwrap_or_default();
        let parameters =
            [("from", name(root_keys.replaced())), ("to", name(Some(root_keys.current().id())))];
        let event = Administration {
            time: self.clock.now(),
            name: "RootKeyChanged",
            operator: Operator::Server,
            parameters: &parameters,
            response: &[],
            failure: None,
            account: None,
            event_id: &RequestId::generate(&mut SystemEntropy).to_string(),
        };
        audit.accept(&event.to_json());
    }

    fn count_down(&self) {
        let mut progress = self.progress();
        progress.remaining = progress.remaining.map(|left| left.saturating_sub(1));
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        // It is set whole.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
