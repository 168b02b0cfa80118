//! What the backend keeps, queues and waits for.

use std::time::Duration;

/// Reads or writes that wait for their thread; more are refused.
///
/// Choice: at the slowest disk we know (500 durable batches a second) a full
/// queue is worked off well within a client's patience.
pub(crate) const QUEUE_MAX: usize = 4_096;

/// Writes that share one transaction.
///
/// Choice: far past the point where the `fsync` stops to dominate, and small
/// enough that the first of them does not wait noticeably for the last.
pub(crate) const BATCH_WRITES_MAX: usize = 256;

/// Entries the change feed reaches back; older ones are dropped, and whoever
/// asks for them is told that they are lost.
pub(crate) const FEED_ENTRIES_KEPT: u32 = 100_000;

/// Expired replay guards that one claim clears away. More than one, so that the
/// table shrinks; bounded, so that no claim pays for a long pause.
pub(crate) const GUARDS_CLEARED_MAX: u32 = 100;

/// Pages the write-ahead log grows to before they are copied into the database
/// (4 MiB); the copy is made by the writer between two batches.
pub(crate) const LOG_PAGES: u32 = 1_000;

/// Bytes of the write-ahead log's file that are kept for reuse after a large
/// transaction made it longer.
pub(crate) const LOG_BYTES_KEPT: u32 = 64 * 1024 * 1024;

/// How long the writer waits when an operator's tool has locked the database.
pub(crate) const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Prepared statements kept per connection: all there are.
pub(crate) const STATEMENTS_KEPT: usize = 32;
