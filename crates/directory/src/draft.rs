use std::collections::BTreeMap;
use std::sync::Arc;

use crate::entity::{AccountRoot, Entity, EntityKey};
use crate::{DirectoryError, EntityChange, Snapshot};

/// A unit of work on an account: commands read what it has become so far, and
/// record what they change. Nothing is written before the changes are committed.
#[derive(Clone, Debug)]
pub struct Draft {
    // Copied with the first change: most work only reads.
    snapshot: Arc<Snapshot>,
    // What each changed entity is in the end; `None` is gone.
    changes: BTreeMap<EntityKey, Option<Entity>>,
}

impl Draft {
    /// Begins on top of a snapshot.
    ///
    /// # Errors
    /// [`DirectoryError::AccountUnreadable`] when the snapshot lacks records that
    /// could not be read. Choice: such an account is not written to. Rules could
    /// not be checked in full, such as that a name is free or a policy unused, and
    /// the operator must mend the records first anyway.
    pub fn new(snapshot: &Snapshot) -> Result<Self, DirectoryError> {
        if snapshot.is_complete() {
            Ok(Self { snapshot: Arc::new(snapshot.clone()), changes: BTreeMap::new() })
        } else {
            Err(DirectoryError::AccountUnreadable)
        }
    }

    /// Begins on top of a snapshot for work that must change nothing: also one that
    /// lacks records can be read. Whoever uses it checks [`Draft::is_unchanged`].
    #[must_use]
    pub const fn for_reading(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, changes: BTreeMap::new() }
    }

    /// Begins a new account.
    #[must_use]
    pub fn create_account(root: AccountRoot) -> Self {
        let snapshot = Snapshot::empty(root);
        let account = Entity::Account(snapshot.root().clone());
        let changes = BTreeMap::from([(EntityKey::Account, Some(account))]);
        Self { snapshot: Arc::new(snapshot), changes }
    }

    /// The account with all changes so far.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Whether nothing has been changed.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }

    /// The account with all changes, and the changes: one per entity, in the
    /// order of their keys.
    #[must_use]
    pub fn into_parts(self) -> (Snapshot, Vec<EntityChange>) {
        let changes = self.changes.into_iter().map(|(key, entity)| match entity {
            Some(entity) => EntityChange::Put(entity),
            None => EntityChange::Delete(key),
        });
        (Arc::unwrap_or_clone(self.snapshot), changes.collect())
    }

    pub(crate) fn put(&mut self, entity: Entity) {
        Arc::make_mut(&mut self.snapshot).put(entity.clone());
        self.changes.insert(entity.key(), Some(entity));
    }

    pub(crate) fn delete(&mut self, key: EntityKey) {
        Arc::make_mut(&mut self.snapshot).delete(&key);
        self.changes.insert(key, None);
    }
}
