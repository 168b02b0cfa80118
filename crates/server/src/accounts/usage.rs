//! When access keys and roles were last used: noted in memory, recorded from time to time.

use std::sync::PoisonError;
use std::time::Duration;

use stead_api::KnownOperation;
use stead_service::{Access, LastUsed, Usage};
use stead_store::{Aggregate, LastUse, RecordKey, Store, StoreError};
use stead_types::{AccessKeyId, Timestamp, UniqueId};

use super::{Account, Accounts, accesses};

/// How old a noted use may get before it is noted again. What is in constant use so costs
/// one note in this time.
/// Spec: UG:access-keys-admin-managed says that AWS updates it with a delay.
const NOTED_EVERY: Duration = Duration::from_secs(60);

const KEY_PREFIX: &str = "access-key/";
const ROLE_PREFIX: &str = "role/";

/// A use as it is noted. Nothing of it is copied where it is no news, as hardly any is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use<'a> {
    pub(crate) at: Timestamp,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
}

impl Use<'_> {
    fn to_owned(self) -> LastUsed {
        let (service, region) = (self.service.to_owned(), self.region.to_owned());
        LastUsed { at: self.at, service, region }
    }
}

/// What can be used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Used {
    /// A long-term access key.
    Key(AccessKeyId),
    /// A role, by one of its sessions.
    Role(UniqueId),
}

impl Used {
    fn record_key(&self) -> Option<RecordKey> {
        let name = match self {
            Self::Key(id) => format!("{KEY_PREFIX}{id}"),
            Self::Role(id) => format!("{ROLE_PREFIX}{id}"),
        };
        name.parse().ok()
    }

    fn of_record_key(key: &RecordKey) -> Option<Self> {
        let key = key.as_str();
        match key.strip_prefix(ROLE_PREFIX) {
            Some(id) => id.parse().ok().map(Self::Role),
            None => key.strip_prefix(KEY_PREFIX)?.parse().ok().map(Self::Key),
        }
    }
}

impl Account {
    /// What the store knew when the account was loaded.
    pub(super) fn remember_uses(&self, uses: Vec<(RecordKey, LastUse)>) {
        let mut known = self.uses.write().unwrap_or_else(PoisonError::into_inner);
        for (key, last_use) in uses {
            self.accesses.remember(&key, &last_use);
            let detail = last_use.detail.as_str().split_once('/');
            if let (Some(used), Some((service, region))) = (Used::of_record_key(&key), detail) {
                let (service, region) = (service.to_owned(), region.to_owned());
                known.insert(used, LastUsed { at: last_use.used_at, service, region });
            }
        }
        drop(known);
        let durable = self.durable();
        self.accesses.tidy(|principal| durable.snapshot.principal_exists(principal));
    }

    /// Says whether the use is news.
    fn note(&self, used: &Used, last_use: Use<'_>) -> bool {
        let is_news = |known: Option<&LastUsed>| {
            known.is_none_or(|known| known.at.plus(NOTED_EVERY) <= last_use.at)
        };
        let known = self.uses.read().unwrap_or_else(PoisonError::into_inner);
        if !is_news(known.get(used)) {
            return false;
        }
        drop(known);
        let mut known = self.uses.write().unwrap_or_else(PoisonError::into_inner);
        if !is_news(known.get(used)) {
            return false;
        }
        if !known.contains_key(used) {
            // What was deleted meanwhile is forgotten here.
            let durable = self.durable();
            known.retain(|used, _| match used {
                Used::Key(id) => durable.snapshot.access_key(id).is_some(),
                Used::Role(id) => durable.snapshot.role(id).is_some(),
            });
        }
        known.insert(used.clone(), last_use.to_owned());
        true
    }
}

impl Usage for Account {
    fn key_last_used(&self, key: &AccessKeyId) -> Option<LastUsed> {
        let known = self.uses.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&Used::Key(key.clone())).cloned()
    }

    fn role_last_used(&self, role: &UniqueId) -> Option<LastUsed> {
        let known = self.uses.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&Used::Role(role.clone())).cloned()
    }

    fn accesses(&self, principal: &UniqueId) -> Vec<Access> {
        self.accesses.of(principal)
    }
}

impl<S: Store> Accounts<S> {
    /// Notes that a long-term key or a role was used.
    pub(crate) fn note_use(&self, account: &Account, used: &Used, last_use: Use<'_>) {
        if !account.note(used, last_use) {
            return;
        }
        let detail = format!("{}/{}", last_use.service, last_use.region).parse();
        if let (Some(record), Ok(detail)) = (used.record_key(), detail) {
            let aggregate = Aggregate::Account(account.id());
            let mut batch = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            // A full batch drops the use: it is a hint for people.
            let _ = batch.note(aggregate, record, LastUse { used_at: last_use.at, detail });
        }
    }

    /// Notes that a user or role called an operation, be it in vain.
    pub(crate) fn note_access(
        &self,
        account: &Account,
        principal: &UniqueId,
        operation: KnownOperation,
        last: Use<'_>,
    ) {
        if !account.accesses.note(principal, operation, last.at, last.region) {
            return;
        }
        let record = accesses::record_key(principal, operation);
        if let (Some(record), Ok(detail)) = (record, last.region.parse()) {
            let aggregate = Aggregate::Account(account.id());
            let mut batch = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            // A full batch drops the call: it is a hint for people.
            let _ = batch.note(aggregate, record, LastUse { used_at: last.at, detail });
        }
    }

    /// Records what was noted since the last time.
    pub(crate) async fn record_uses(&self) -> Result<(), StoreError> {
        let batch = {
            let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *uses)
        };
        if batch.is_empty() { Ok(()) } else { self.store().record_usage(batch).await }
    }
}
