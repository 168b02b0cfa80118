//! The thread that writes: group commit.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use stead_store::{Claimed, Commit, CommitError, ReplayGuard, Revision, StoreError, UsageBatch};
use stead_types::Timestamp;
use tokio::sync::oneshot;

use crate::directory::DirectoryLock;
use crate::reader::Query;
use crate::worker::Worker;
use crate::{apply, connection, error, limits};

/// What the writer is asked.
pub(crate) enum Task {
    /// To write, together with others.
    Write(Write),
    /// To read: a database in memory has only one connection.
    Read(Query),
    /// To leave nothing of what was replaced in the write-ahead log.
    Erase(oneshot::Sender<Result<(), StoreError>>),
}

/// A write, and who waits for its answer.
pub(crate) enum Write {
    /// A commit.
    Commit(Waiting<Commit, Revision, CommitError>),
    /// A replay guard, and the time.
    ClaimOnce(Waiting<(ReplayGuard, Timestamp), Claimed, StoreError>),
    /// A batch of the usage log.
    RecordUsage(Waiting<UsageBatch, (), StoreError>),
}

/// A request whose outcome is told only when it is durable.
pub(crate) struct Waiting<Q, T, E> {
    request: Q,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

struct Writer {
    connection: Connection,
    /// Why nothing is written any more.
    stopped: Option<StoreError>,
}

/// Starts the thread that writes. It keeps the lock until it ends, so that the
/// directory is not given away while a last batch is written.
pub(crate) fn spawn(
    connection: Connection,
    lock: Option<Arc<DirectoryLock>>,
) -> io::Result<Worker<Task>> {
    Worker::spawn("store-writer", move |waiting| {
        Writer { connection, stopped: None }.work(&waiting);
        drop(lock);
    })
}

impl<Q, T, E: From<StoreError>> Waiting<Q, T, E> {
    /// A request, and where its answer will arrive.
    pub(crate) fn new(request: Q) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (answer, receiver) = oneshot::channel();
        (Self { request, outcome: None, answer }, receiver)
    }

    fn finish(self, flushed: &Result<(), StoreError>) {
        let outcome = match flushed {
            Ok(()) => self.outcome.unwrap_or_else(|| Err(error::stopped().into())),
            Err(error) => Err(error.clone().into()),
        };
        // Who asked may have gone; the write counts all the same.
        let _unheard = self.answer.send(outcome);
    }
}

impl Write {
    fn apply(&mut self, transaction: &mut Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            Self::Commit(waiting) => {
                waiting.outcome = Some(apply::commit(transaction, &waiting.request)?);
            }
            Self::ClaimOnce(waiting) => {
                let (guard, now) = &waiting.request;
                waiting.outcome = Some(Ok(apply::claim_once(transaction, guard, *now)?));
            }
            Self::RecordUsage(waiting) => {
                waiting.outcome = Some(Ok(apply::record_usage(transaction, &waiting.request)?));
            }
        }
        Ok(())
    }

    fn finish(self, flushed: &Result<(), StoreError>) {
        match self {
            Self::Commit(waiting) => waiting.finish(flushed),
            Self::ClaimOnce(waiting) => waiting.finish(flushed),
            Self::RecordUsage(waiting) => waiting.finish(flushed),
        }
    }
}

impl Writer {
    fn work(mut self, waiting: &Receiver<Task>) {
        while let Ok(first) = waiting.recv() {
            let mut task = Some(first);
            while let Some(next) = task.take() {
                match next {
                    Task::Read(query) => query(&self.connection),
                    Task::Erase(answer) => {
                        let erased = connection::cut_log(&self.connection);
                        // Who asked may have gone.
                        let _unheard = answer.send(erased);
                    }
                    Task::Write(write) => {
                        let (batch, behind) = gather(write, waiting);
                        self.flush(batch);
                        task = behind;
                    }
                }
            }
        }
    }

    /// Writes a batch and answers all of it: one failure is everybody's, and
    /// nothing of the batch was written then.
    fn flush(&mut self, mut batch: Vec<Write>) {
        let flushed = match &self.stopped {
            Some(error) => Err(error.clone()),
            None => transact(&mut self.connection, &mut batch).map_err(|error| self.fail(&error)),
        };
        for write in batch {
            write.finish(&flushed);
        }
    }

    fn fail(&mut self, cause: &rusqlite::Error) -> StoreError {
        let error = error::from_sqlite(cause);
        tracing::error!(error = %error, "writing to the store failed");
        // A transaction that could not be rolled back would swallow the next.
        if error::is_final(cause) || !self.connection.is_autocommit() {
            tracing::error!("the store takes no more writes until it is opened anew");
            self.stopped = Some(error.clone());
        }
        error
    }
}

/// The writes that wait already, as far as they fit into one batch, and what
/// waits behind them if it is no write.
fn gather(first: Write, waiting: &Receiver<Task>) -> (Vec<Write>, Option<Task>) {
    let mut batch = vec![first];
    while batch.len() < limits::BATCH_WRITES_MAX {
        match waiting.try_recv() {
            Ok(Task::Write(write)) => batch.push(write),
            Ok(other) => return (batch, Some(other)),
            Err(_) => break,
        }
    }
    (batch, None)
}

fn transact(connection: &mut Connection, batch: &mut [Write]) -> rusqlite::Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for write in batch {
        write.apply(&mut transaction)?;
    }
    apply::prune_feed(&transaction, limits::FEED_ENTRIES_KEPT)?;
    transaction.commit()
}
