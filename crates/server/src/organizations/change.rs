//! A change of an organization, from its beginning until it is durable.

use std::collections::BTreeMap;
use std::sync::Arc;

use stead_directory::organization::{OrganizationDraft, OrganizationError, OrganizationParts};
use stead_directory::{EncodedChange, NameChange};
use stead_store::{
    Aggregate, Change as StoreChange, Commit, CommitError, NameClaim, Revision, Store, StoreError,
};
use stead_types::{AccountId, OrganizationId};
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;

use super::{Organizations, OrganizationsError, Version, Writer, load_all, memberships};

/// Why an organization was not changed, or may not have been.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    /// The organization cannot be written to.
    #[error("the organization cannot be written to: {0}")]
    Unwritable(OrganizationError),
    /// A defect: one command changes few records, and small ones.
    #[error("the changes do not fit a commit: {0}")]
    TooLarge(String),
    /// The store did not take it.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// What is stored cannot be read again after a failure.
    #[error(transparent)]
    Load(#[from] OrganizationsError),
    /// The task that committed has ended early: a defect.
    #[error("the commit was cut off")]
    CutOff,
}

/// The one change that is under way. Others wait until it is dropped.
pub(crate) struct Change<S> {
    host: Arc<Organizations<S>>,
    writer: OwnedMutexGuard<Writer>,
}

impl<S: Store> Organizations<S> {
    /// Begins a change, once every other has ended.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<Change<S>, ChangeError> {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        if writer.stored.is_none() {
            let stored = load_all(self.accounts.store()).await?;
            self.memberships.store(Arc::new(memberships(&stored)));
            writer.stored = Some(stored);
        }
        Ok(Change { host: Arc::clone(self), writer })
    }
}

impl<S: Store> Change<S> {
    /// An organization as it is now, to be changed; `None` where there is none.
    ///
    /// # Errors
    /// Not all of its records can be read.
    pub(crate) fn draft(
        &self,
        id: &OrganizationId,
    ) -> Result<Option<OrganizationDraft>, ChangeError> {
        let version = self.writer.stored.as_ref().and_then(|stored| stored.get(id));
        let standing = version.filter(|version| !version.organization.is_dissolved());
        let draft = standing.map(|version| OrganizationDraft::new(&version.organization));
        draft.transpose().map_err(ChangeError::Unwritable)
    }

    /// That of an account.
    ///
    /// # Errors
    /// As of [`Change::draft`].
    pub(super) fn draft_of(
        &self,
        account: AccountId,
    ) -> Result<Option<OrganizationDraft>, ChangeError> {
        let memberships = self.host.memberships();
        let membership = memberships.of(account);
        membership.map_or(Ok(None), |membership| self.draft(membership.id()))
    }

    /// Commits what has changed, and lets readers see it when it is durable. It goes on to
    /// its end though nobody waits for it.
    pub(crate) async fn commit(self, draft: OrganizationDraft) -> Result<(), ChangeError> {
        if draft.is_unchanged() {
            return Ok(());
        }
        let committed = tokio::spawn(self.store(draft.into_parts()));
        committed.await.map_err(|_| ChangeError::CutOff)?
    }

    async fn store(mut self, parts: OrganizationParts) -> Result<(), ChangeError> {
        let OrganizationParts { organization, changes, names } = parts;
        let id = organization.id().clone();
        let unknown = || CommitError::Store(StoreError::unavailable("a commit failed just now"));
        let mut stored = self.writer.stored.take().ok_or_else(unknown)?;
        let base = stored.get(&id).map_or(Revision::ABSENT, |version| version.revision);
        let commit = match commit(&id, base, changes, names) {
            Ok(commit) => commit,
            Err(error) => {
                self.writer.stored = Some(stored);
                return Err(error);
            }
        };
        let revision = self.host.accounts.store().commit(commit).await?;
        stored.insert(id, Version { organization: Arc::new(organization), revision });
        self.publish(stored);
        Ok(())
    }

    fn publish(mut self, stored: BTreeMap<OrganizationId, Version>) {
        self.host.memberships.store(Arc::new(memberships(&stored)));
        let is_requested = super::create_accounts::open_requests(&stored).next().is_some();
        self.writer.stored = Some(stored);
        if is_requested {
            self.host.requested.notify_one();
        }
    }
}

fn commit(
    id: &OrganizationId,
    base: Revision,
    changes: Vec<EncodedChange>,
    names: Vec<NameChange>,
) -> Result<Commit, ChangeError> {
    let none = |what: &str| ChangeError::TooLarge(what.to_owned());
    let changes = changes.into_iter().map(stored).collect::<Option<Vec<_>>>();
    let claims = names.into_iter().map(claimed).collect::<Option<Vec<_>>>();
    let changes = changes.ok_or_else(|| none("record key"))?;
    let claims = claims.ok_or_else(|| none("unique name"))?;
    Commit::new(Aggregate::Organization(id.clone()), base, changes, claims)
        .map_err(|error| ChangeError::TooLarge(error.to_string()))
}

/// A change as the store takes it; `None` for a key that is none, which the directory does
/// not make.
fn stored(EncodedChange { key, value }: EncodedChange) -> Option<StoreChange> {
    let key = key.parse().ok()?;
    Some(match value {
        Some(record) => StoreChange::put(key, record.format, record.body),
        None => StoreChange::delete(key),
    })
}

/// As [`stored`].
fn claimed(change: NameChange) -> Option<NameClaim> {
    Some(match change {
        NameChange::Reserve(name) => NameClaim::Reserve(name.parse().ok()?),
        NameChange::Release(name) => NameClaim::Release(name.parse().ok()?),
    })
}
