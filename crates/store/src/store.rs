use std::future::Future;

use stead_types::{AccountId, OrganizationId, Timestamp};

use crate::{
    Aggregate, ChangeFeed, Claimed, Commit, CommitError, Cursor, LastUse, Loaded, RecordKey,
    ReplayGuard, Revision, StoreError, UniqueName, UsageBatch,
};

/// Where the aggregates are kept.
///
/// Every answer is durable: a write is answered once it would survive the loss
/// of the process and of power, and reads see answered or equally durable
/// writes only. An answer of `Err` lets nobody conclude anything: fail closed.
///
/// Every write is queued by the call itself, and the future only waits: writes
/// take effect in the order of their calls, so a commit may be made on top of
/// one that is not answered yet (it conflicts if that one fails). Dropping the
/// future withdraws nothing.
pub trait Store: Send + Sync + 'static {
    /// All of an aggregate at its newest revision; `None` if it was never
    /// committed.
    fn load(
        &self,
        aggregate: &Aggregate,
    ) -> impl Future<Output = Result<Option<Loaded>, StoreError>> + Send;

    /// Applies a commit, whole or not at all, and says the revision it made.
    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Revision, CommitError>> + Send;

    /// The accounts that were ever committed, ascending.
    fn accounts(&self) -> impl Future<Output = Result<Vec<AccountId>, StoreError>> + Send;

    /// The organizations that were ever committed, ascending.
    fn organizations(&self)
    -> impl Future<Output = Result<Vec<OrganizationId>, StoreError>> + Send;

    /// Who holds a name.
    fn name_holder(
        &self,
        name: &UniqueName,
    ) -> impl Future<Output = Result<Option<Aggregate>, StoreError>> + Send;

    /// The commits behind `cursor`, oldest first: at most `limit`, and at most
    /// [`FEED_PAGE_MAX`](crate::limits::FEED_PAGE_MAX).
    fn changes_since(
        &self,
        cursor: Cursor,
        limit: usize,
    ) -> impl Future<Output = Result<ChangeFeed, StoreError>> + Send;

    /// Records uses in the usage log, unless later ones are recorded. Makes no
    /// revision. A commit that deletes the record with the key of a use deletes
    /// the use with it.
    fn record_usage(
        &self,
        batch: UsageBatch,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The recorded last uses of an aggregate, ascending by key.
    fn usage(
        &self,
        aggregate: &Aggregate,
    ) -> impl Future<Output = Result<Vec<(RecordKey, LastUse)>, StoreError>> + Send;

    /// Uses up what may be used once. A guard whose `expires_at` is not after
    /// `now` counts for nothing: an expired one that is kept is forgotten, an
    /// expired one that is claimed is [`Claimed::Seen`].
    fn claim_once(
        &self,
        guard: ReplayGuard,
        now: Timestamp,
    ) -> impl Future<Output = Result<Claimed, StoreError>> + Send;

    /// Takes what was replaced or deleted out of what the store keeps, as far as that can be
    /// done while it is used: such as a key that is wrapped under a root key which was given
    /// up. An error says that it is not done yet.
    fn erase_replaced(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        std::future::ready(Ok(()))
    }
}
