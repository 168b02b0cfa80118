//! The Store trait and the suite of tests every backend must pass.
//!
//! A store keeps [aggregates](Aggregate): each has a [revision](Revision) and
//! records, which are opaque here. A [commit](Commit) changes one aggregate, if
//! it is still at the revision the writer expects, and reserves or releases
//! installation-wide [unique names](UniqueName) in the same transaction. Who
//! caches aggregates follows the [change feed](ChangeFeed).
//!
//! Beside the aggregates stand two things that never touch a revision: the
//! [usage log](UsageBatch) ("last used"), and [replay guards](ReplayGuard).
//!
//! The trait is async in signature only: this crate has no runtime, no I/O and
//! no clock. It is internal and may change freely.

mod aggregate;
mod commit;
mod error;
mod feed;
mod record;
mod replay;
mod store;
mod text;
mod usage;

pub mod conformance;
pub mod limits;

pub use aggregate::{Aggregate, AggregateError};
pub use commit::{Commit, CommitTooLarge, NameClaim, Revision};
pub use error::{CommitError, StoreError};
pub use feed::{ChangeFeed, Cursor, FeedEntry};
pub use record::{Change, Loaded, Record, RecordValue};
pub use replay::{Claimed, ReplayGuard};
pub use store::Store;
pub use text::{GuardKey, RecordKey, TextError, UniqueName, UsageDetail};
pub use usage::{LastUse, UsageBatch, UsageBatchFull};
