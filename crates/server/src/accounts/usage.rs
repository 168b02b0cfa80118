//! When access keys were last used: noted in memory, recorded from time to time.

use std::sync::PoisonError;
use std::time::Duration;

use stead_service::{KeyLastUsed, Usage};
use stead_store::{Aggregate, LastUse, RecordKey, Store, StoreError};
use stead_types::AccessKeyId;

use super::{Account, Accounts};

/// How old the noted use of a key may get before it is noted again. A key in
/// constant use so costs one note in this time.
/// Spec: UG:access-keys-admin-managed says that AWS updates it with a delay.
const NOTED_EVERY: Duration = Duration::from_secs(60);

const RECORD_PREFIX: &str = "access-key/";

impl Account {
    /// What the store knew when the account was loaded.
    pub(super) fn remember_uses(&self, uses: Vec<(RecordKey, LastUse)>) {
        let mut known = self.uses.write().unwrap_or_else(PoisonError::into_inner);
        for (key, last_use) in uses {
            let id = key.as_str().strip_prefix(RECORD_PREFIX).and_then(|id| id.parse().ok());
            let detail = last_use.detail.as_str().split_once('/');
            if let (Some(id), Some((service, region))) = (id, detail) {
                let (service, region) = (service.to_owned(), region.to_owned());
                known.insert(id, KeyLastUsed { at: last_use.used_at, service, region });
            }
        }
    }

    /// Says whether the use is news.
    fn note(&self, key: &AccessKeyId, last_use: &KeyLastUsed) -> bool {
        let is_news = |known: Option<&KeyLastUsed>| {
            known.is_none_or(|known| known.at.plus(NOTED_EVERY) <= last_use.at)
        };
        let known = self.uses.read().unwrap_or_else(PoisonError::into_inner);
        if !is_news(known.get(key)) {
            return false;
        }
        drop(known);
        let mut known = self.uses.write().unwrap_or_else(PoisonError::into_inner);
        if !is_news(known.get(key)) {
            return false;
        }
        if !known.contains_key(key) {
            // Keys that were deleted meanwhile are forgotten here.
            let durable = self.durable();
            known.retain(|id, _| durable.snapshot.access_key(id).is_some());
        }
        known.insert(key.clone(), last_use.clone());
        true
    }
}

impl Usage for Account {
    fn last_used(&self, key: &AccessKeyId) -> Option<KeyLastUsed> {
        self.uses.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

impl<S: Store> Accounts<S> {
    /// Notes that a long-term key was used.
    pub(crate) fn note_use(&self, account: &Account, key: &AccessKeyId, last_use: &KeyLastUsed) {
        if !account.note(key, last_use) {
            return;
        }
        let record = format!("{RECORD_PREFIX}{key}").parse();
        let detail = format!("{}/{}", last_use.service, last_use.region).parse();
        if let (Ok(record), Ok(detail)) = (record, detail) {
            let aggregate = Aggregate::Account(account.id());
            let mut batch = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            // A full batch drops the use: it is a hint for people.
            let _ = batch.note(aggregate, record, LastUse { used_at: last_use.at, detail });
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
