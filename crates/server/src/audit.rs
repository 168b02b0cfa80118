//! The audit log: one line per call, in files that show what was done to them.
//!
//! A call is admitted (`AuditLog::admit`) before anything is done for it, and answered
//! once its event is in a bounded queue (`AuditLog::accept`). One thread (`writer`)
//! seals the lines into a chain, writes them, flushes and rotates the files; so no request
//! waits for a disk. `docs/audit.md` says what is lost when a process or a machine ends.

mod compress;
mod directory;
mod file;
mod opened;
mod queue;
mod read;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{fmt, io};

use stead_api::{ApiError, ErrorCode};
use stead_audit::AuditKey;
use stead_session::vault::RootKey;
use thiserror::Error;
use tokio::time::timeout;

pub use read::{each_line, verify};

use self::directory::DirectoryLog;
use self::queue::Queue;
use self::writer::{Output, Writer};
use crate::accounts::RootKeys;
use crate::clock::Clock;
use crate::config::Audit;
use crate::limits::{AUDIT_STOP_WAIT_MAX, AUDIT_WAIT_MAX};
use crate::root_key::{RootKeyError, RootKeySources};

/// The folder of the log in a data directory.
pub const DIRECTORY_NAME: &str = "audit";

/// Where the log of a data directory is.
#[must_use]
pub fn directory(data: &Path) -> PathBuf {
    data.join(DIRECTORY_NAME)
}

/// The key with which a root key vouches for the log.
pub(crate) fn key(root: &RootKey) -> AuditKey {
    AuditKey::new(root.id().to_string(), root.audit_log_key().expose())
}

/// The keys of the root keys in use: one, and a second while the first takes its place.
#[derive(Clone, Debug)]
pub(crate) struct AuditKeys {
    /// What heads are signed with.
    pub(crate) current: AuditKey,
    /// What a head may still be signed with.
    pub(crate) replaced: Option<AuditKey>,
}

impl AuditKeys {
    /// Those of these root keys.
    pub(crate) fn of(root_keys: &RootKeys) -> Self {
        Self { current: key(root_keys.current()), replaced: root_keys.replaced_key().map(key) }
    }

    fn all(&self) -> Vec<AuditKey> {
        std::iter::once(&self.current).chain(&self.replaced).cloned().collect()
    }
}

/// Signs the head of a log that nobody writes with the current key, where it was signed with
/// the replaced one.
///
/// # Errors
/// Those of the file system.
pub(crate) fn resign(data: &Path, keys: &AuditKeys) -> io::Result<()> {
    opened::resign(&directory(data), keys)
}

/// The same of every root key at hand for a data directory; none where the one beside the
/// data is not there.
///
/// # Errors
/// A root key that is there and cannot be used, or that was named and is not there.
pub async fn find_keys(
    data: &Path,
    root_keys: &RootKeySources,
) -> Result<Vec<AuditKey>, RootKeyError> {
    Ok(root_keys.find(data).await?.iter().map(key).collect())
}

/// Whether a call may be answered without its event being kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// It may not: while events cannot be written, calls are refused.
    Required,
    /// It may: events that cannot be written are counted, and the log says how many.
    BestEffort,
}

/// How it is with a log, for metrics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Events that found a place in the queue.
    pub(crate) accepted: u64,
    /// Events that found none.
    pub(crate) lost: u64,
    /// Bytes that are not written yet.
    pub(crate) queued_bytes: usize,
    /// Whether writing fails at this time.
    pub(crate) is_failing: bool,
}

/// The log has ended, and takes nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the audit log has ended before its head was signed with the new key")]
pub(crate) struct LogEnded;

/// The audit log of a running server.
pub(crate) struct AuditLog {
    queue: Arc<Queue>,
    demand: Demand,
    writer: JoinHandle<()>,
}

impl AuditLog {
    /// Opens the log in a directory and begins to write. Reads the newest file through.
    ///
    /// # Errors
    /// A directory that cannot be read or written.
    pub(crate) fn in_directory(
        path: PathBuf,
        settings: &Audit,
        keys: AuditKeys,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        let (log, first_lines) = DirectoryLog::open(path, settings, keys, &*clock)?;
        Self::start(Output::Directory(Box::new(log)), first_lines, settings.demand, clock)
    }

    /// Writes the log to standard output.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn to_standard_output(settings: &Audit, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let (output, first_lines) = Output::standard_output(&*clock);
        Self::start(output, first_lines, settings.demand, clock)
    }

    fn start(
        output: Output,
        first_lines: Vec<u8>,
        demand: Demand,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(demand));
        let writer = Writer::new(Arc::clone(&queue), output, clock);
        let writer = std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || writer.run(first_lines))?;
        Ok(Self { queue, demand, writer })
    }

    /// Lets a call in when its event will find a place. While there is none, it waits at
    /// most [`AUDIT_WAIT_MAX`]. Costs one load where there is room.
    ///
    /// # Errors
    /// `ServiceUnavailable`; nothing was done for the call then.
    pub(crate) async fn admit(&self) -> Result<(), ApiError> {
        if self.demand == Demand::BestEffort || self.queue.has_room() {
            return Ok(());
        }
        timeout(AUDIT_WAIT_MAX, self.queue.room()).await.map_err(|_| {
            // Choice: wording of our own, IAM documents the code only.
            let message = "The service is temporarily unavailable.";
            ApiError::new(ErrorCode::ServiceUnavailable, message)
                .with_context("events cannot be written to the audit log")
        })
    }

    /// Takes the event of a call that was let in: a JSON object on one line.
    pub(crate) fn accept(&self, event: &[u8]) {
        self.queue.push(event);
    }

    /// Has the head signed with another key, and answers when it is on the disk.
    ///
    /// # Errors
    /// When the log has ended before.
    pub(crate) async fn rekey(&self, key: AuditKey) -> Result<(), LogEnded> {
        self.queue.rekey(key).await.map_err(|_| LogEnded)
    }

    /// Whether events are being written. Where calls need not be recorded it never stands
    /// in the way.
    pub(crate) fn is_ready(&self) -> bool {
        self.demand == Demand::BestEffort || !self.queue.is_failing()
    }

    /// How it is with the log.
    pub(crate) fn standing(&self) -> Standing {
        self.queue.standing()
    }

    /// Writes what waits, and ends. To be called once nothing is accepted any more.
    pub(crate) async fn stop(&self) {
        self.queue.end();
        let waited = timeout(AUDIT_STOP_WAIT_MAX, self.queue.ended()).await;
        if waited.is_err() || !self.writer.is_finished() && self.queue.is_failing() {
            tracing::error!("the last events were not written to the audit log");
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuditLog").field("demand", &self.demand).finish_non_exhaustive()
    }
}

/// How long a thread waits before it tries again what has failed.
const RETRY: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests;
