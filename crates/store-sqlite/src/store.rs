use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use stead_store::{
    Aggregate, ChangeFeed, Claimed, Commit, CommitError, Cursor, LastUse, Loaded, RecordKey,
    ReplayGuard, Revision, Store, StoreError, UniqueName, UsageBatch, limits,
};
use stead_types::{AccountId, OrganizationId, Timestamp};
use tokio::sync::oneshot;

use crate::directory::DirectoryLock;
use crate::error::OpenError;
use crate::reader::Query;
use crate::worker::Worker;
use crate::writer::{Task, Waiting, Write};
use crate::{backup, connection, directory, error, query, reader, schema, writer};

/// A store in one directory, or in memory.
///
/// Its methods may be awaited under any executor. Dropping it lets the threads
/// finish what is queued and end by themselves; [`close`](Self::close) waits
/// for that.
pub struct SqliteStore {
    /// `None` once the store is closed.
    running: Mutex<Option<Running>>,
}

struct Running {
    writer: Worker<Task>,
    place: Place,
}

enum Place {
    /// Reads go through the writer, which has the only connection.
    Memory,
    Directory {
        reader: Worker<Query>,
        file: PathBuf,
        // Held here as well as by the writer: a writer that died must not free
        // the directory while this process still answers from it.
        lock: Arc<DirectoryLock>,
    },
}

impl SqliteStore {
    /// Opens the store in `directory`, which is made if it is not there.
    ///
    /// Blocks while it waits for the disk.
    ///
    /// # Errors
    /// A directory in use, and files that are not ours or of a later version,
    /// are refused; see [`OpenError`].
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        directory::prepare(directory)?;
        let lock = Arc::new(directory::lock(directory)?);
        let file = directory::database_file(directory)?;
        let io = |source| OpenError::Io { path: file.clone(), source };
        let connection = connection::open_writer(&file)?;
        let reader = reader::spawn(connection::open_reader(&file)?).map_err(io)?;
        let writer = writer::spawn(connection, Some(Arc::clone(&lock))).map_err(io)?;
        Ok(Self::running(writer, Place::Directory { reader, file, lock }))
    }

    /// What a directory holds of an aggregate that nobody has open: nothing is made,
    /// migrated or written but the lock.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn load_at_rest(
        directory: &Path,
        aggregate: &Aggregate,
    ) -> Result<Option<Loaded>, OpenError> {
        let _lock = directory::lock(directory)?;
        let file = directory::existing_database_file(directory);
        let connection = connection::open_reader(&file)?;
        if !schema::has_tables(&connection, &file)? {
            return Ok(None);
        }
        query::load(&connection, aggregate).map_err(|error| connection::failed(&file, &error))
    }

    /// Opens a store that keeps nothing once it is dropped.
    ///
    /// # Errors
    /// Fails when the system has no memory or thread to give.
    pub fn in_memory() -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: PathBuf::from(":memory:"), source };
        let writer = writer::spawn(connection::open_in_memory()?, None).map_err(io)?;
        Ok(Self::running(writer, Place::Memory))
    }

    /// Finishes what is queued, ends the threads and frees the directory.
    /// Whatever is asked later is answered as unavailable.
    pub async fn close(&self) {
        let running = self.lock_running().take();
        if let Some(Running { writer, place }) = running {
            // The reader first: the last connection to close is the one that may
            // write, and copies the log into the database.
            if let Place::Directory { reader, lock, .. } = place {
                reader.end().await;
                writer.end().await;
                drop(lock);
            } else {
                writer.end().await;
            }
        }
    }

    /// Writes a copy of the database, as of one moment, to a new file with mode
    /// 0600, and answers when it is durable. Of a directory it is made on a connection
    /// and a thread of its own, so that reads and writes go on meanwhile.
    ///
    /// # Errors
    /// A file that is there is left alone and refused.
    pub async fn backup_to(&self, target: &Path) -> Result<(), StoreError> {
        let target = target.to_owned();
        let source = match &*self.lock_running() {
            Some(Running { place: Place::Directory { file, lock, .. }, .. }) => {
                Some((file.clone(), Arc::clone(lock)))
            }
            Some(Running { place: Place::Memory, .. }) => None,
            None => return Err(error::stopped()),
        };
        let Some((file, lock)) = source else {
            return self.read(move |connection| Ok(backup::copy(connection, &target))).await?;
        };
        backup::copy_apart(file, target, lock).await
    }

    fn running(writer: Worker<Task>, place: Place) -> Self {
        Self { running: Mutex::new(Some(Running { writer, place })) }
    }

    fn lock_running(&self) -> MutexGuard<'_, Option<Running>> {
        // Nothing that could panic half-way is done under the lock.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a write now; the future waits for its answer.
    fn write<Q, T, E: From<StoreError>>(
        &self,
        kind: fn(Waiting<Q, T, E>) -> Write,
        request: Q,
    ) -> impl Future<Output = Result<T, E>> + use<Q, T, E> {
        let (waiting, receiver) = Waiting::new(request);
        let queued = match &*self.lock_running() {
            Some(running) => running.writer.queue(Task::Write(kind(waiting))),
            None => Err(error::stopped()),
        };
        async move {
            queued?;
            receiver.await.unwrap_or_else(|_| Err(error::stopped().into()))
        }
    }

    /// Queues a query now; the future waits for its answer.
    fn read<T, F>(&self, query: F) -> impl Future<Output = Result<T, StoreError>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let query: Query = Box::new(move |connection| {
            let result = query(connection).map_err(|error| error::from_sqlite(&error));
            // Who asked may have gone.
            let _unheard = answer.send(result);
        });
        let queued = match &*self.lock_running() {
            Some(Running { place: Place::Directory { reader, .. }, .. }) => reader.queue(query),
            Some(Running { place: Place::Memory, writer }) => writer.queue(Task::Read(query)),
            None => Err(error::stopped()),
        };
        async move {
            queued?;
            receiver.await.unwrap_or_else(|_| Err(error::stopped()))
        }
    }
}

impl Store for SqliteStore {
    fn load(
        &self,
        aggregate: &Aggregate,
    ) -> impl Future<Output = Result<Option<Loaded>, StoreError>> + Send {
        let aggregate = aggregate.clone();
        self.read(move |connection| query::load(connection, &aggregate))
    }

    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Revision, CommitError>> + Send {
        self.write(Write::Commit, commit)
    }

    fn accounts(&self) -> impl Future<Output = Result<Vec<AccountId>, StoreError>> + Send {
        self.read(query::accounts)
    }

    fn organizations(
        &self,
    ) -> impl Future<Output = Result<Vec<OrganizationId>, StoreError>> + Send {
        self.read(query::organizations)
    }

    fn name_holder(
        &self,
        name: &UniqueName,
    ) -> impl Future<Output = Result<Option<Aggregate>, StoreError>> + Send {
        let name = name.clone();
        self.read(move |connection| query::name_holder(connection, &name))
    }

    fn changes_since(
        &self,
        cursor: Cursor,
        limit: usize,
    ) -> impl Future<Output = Result<ChangeFeed, StoreError>> + Send {
        let limit = limit.min(limits::FEED_PAGE_MAX);
        self.read(move |connection| query::changes_since(connection, cursor, limit))
    }

    fn record_usage(
        &self,
        batch: UsageBatch,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.write(Write::RecordUsage, batch)
    }

    fn usage(
        &self,
        aggregate: &Aggregate,
    ) -> impl Future<Output = Result<Vec<(RecordKey, LastUse)>, StoreError>> + Send {
        let aggregate = aggregate.clone();
        self.read(move |connection| query::usage(connection, &aggregate))
    }

    fn claim_once(
        &self,
        guard: ReplayGuard,
        now: Timestamp,
    ) -> impl Future<Output = Result<Claimed, StoreError>> + Send {
        self.write(Write::ClaimOnce, (guard, now))
    }

    /// Pages are cleaned as they are written (`secure_delete`); what is left are the frames
    /// of the write-ahead log, which is copied into the database and cut to nothing.
    async fn erase_replaced(&self) -> Result<(), StoreError> {
        let (answer, receiver) = oneshot::channel();
        match &*self.lock_running() {
            Some(Running { place: Place::Directory { .. }, writer }) => {
                writer.queue(Task::Erase(answer))?;
            }
            Some(Running { place: Place::Memory, .. }) => return Ok(()),
            None => return Err(error::stopped()),
        }
        receiver.await.unwrap_or_else(|_| Err(error::stopped()))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
