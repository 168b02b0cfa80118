//! The organizations this process hosts: loaded at the start, read without waiting, written by
//! one writer.

mod change;
mod create_accounts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use stead_directory::organization::{Memberships, Organization};
use stead_store::{Aggregate, Revision, Store, StoreError};
use stead_types::OrganizationId;
use thiserror::Error;
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::accounts::Accounts;

pub(crate) use change::{Change, ChangeError};

/// All organizations over one store.
///
/// Changes are few, and one at a time: a change waits for all before it to be durable, and
/// sees them. Readers see what the store has acknowledged.
pub(crate) struct Organizations<S> {
    accounts: Arc<Accounts<S>>,
    memberships: ArcSwap<Memberships>,
    writer: Arc<AsyncMutex<Writer>>,
    /// Told when an account is to be created.
    requested: Notify,
}

/// What only the writer knows.
#[derive(Debug)]
struct Writer {
    /// Every organization as it is stored. `None` while a commit is under way, and after one
    /// that failed: what the store holds is then unknown until it is loaded again.
    stored: Option<BTreeMap<OrganizationId, Version>>,
}

/// An organization at one revision.
#[derive(Clone, Debug)]
struct Version {
    organization: Arc<Organization>,
    revision: Revision,
}

/// Why the organizations cannot be hosted.
#[derive(Debug, Error)]
pub enum OrganizationsError {
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record of an organization itself cannot be read: whose accounts it limits, and how,
    /// is unknown.
    #[error("the record of organization {0} cannot be read")]
    Unreadable(OrganizationId),
}

impl<S: Store> Organizations<S> {
    /// Those of the store behind these accounts.
    ///
    /// # Errors
    /// One of them cannot be read: nothing may be served then, since its accounts would be
    /// served without limits.
    pub(crate) async fn load(accounts: Arc<Accounts<S>>) -> Result<Self, OrganizationsError> {
        let stored = load_all(accounts.store()).await?;
        Ok(Self {
            accounts,
            memberships: ArcSwap::from_pointee(memberships(&stored)),
            writer: Arc::new(AsyncMutex::new(Writer { stored: Some(stored) })),
            requested: Notify::new(),
        })
    }

    /// The accounts of the same store.
    pub(crate) const fn accounts(&self) -> &Arc<Accounts<S>> {
        &self.accounts
    }

    /// What organizations are to accounts at this moment.
    pub(crate) fn memberships(&self) -> Arc<Memberships> {
        self.memberships.load_full()
    }
}

async fn load_all<S: Store>(
    store: &S,
) -> Result<BTreeMap<OrganizationId, Version>, OrganizationsError> {
    let mut stored = BTreeMap::new();
    for id in store.organizations().await? {
        let loaded = store.load(&Aggregate::Organization(id.clone())).await?;
        // Listed, so it was committed.
        let Some(loaded) = loaded else { continue };
        let records = loaded.records.iter();
        let records =
            records.map(|record| (record.key.as_str(), record.value.format, &*record.value.body));
        let (organization, problems) = Organization::load(id.clone(), records);
        for problem in problems {
            tracing::error!(
                organization = %id, record = problem.key, reason = %problem.reason,
                "record fails closed"
            );
        }
        let organization =
            organization.ok_or_else(|| OrganizationsError::Unreadable(id.clone()))?;
        let organization = Arc::new(organization);
        stored.insert(id, Version { organization, revision: loaded.revision });
    }
    Ok(stored)
}

/// Those of organizations that were not deleted.
fn memberships(stored: &BTreeMap<OrganizationId, Version>) -> Memberships {
    let organizations = stored.values().map(|version| &version.organization);
    Memberships::of_all(organizations.filter(|organization| !organization.is_dissolved()))
}

impl<S> std::fmt::Debug for Organizations<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Organizations").finish_non_exhaustive()
    }
}
