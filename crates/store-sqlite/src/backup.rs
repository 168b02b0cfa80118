//! A copy of the database while it is used.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, params};
use stead_store::StoreError;
use tokio::sync::oneshot;

use crate::directory::DirectoryLock;
use crate::{connection, directory, error};

/// Copies the database to a new file and waits until the disk has it.
pub(crate) fn copy(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let io = |error: io::Error| {
        StoreError::unavailable(format!("cannot write the backup `{}`: {error}", target.display()))
    };
    // Made first: SQLite fills an empty file, and would choose a wider mode.
    directory::create_owner_only(target).map_err(io)?;
    let copied = fill(connection, target).and_then(|()| sync(target).map_err(io));
    if copied.is_err() {
        // Half a backup must not be taken for one; the first error is the one to tell.
        let _kept = std::fs::remove_file(target);
    }
    copied
}

/// Copies the database on a connection and a thread of their own. The directory stays
/// taken until that is over.
pub(crate) async fn copy_apart(
    file: PathBuf,
    target: PathBuf,
    lock: Arc<DirectoryLock>,
) -> Result<(), StoreError> {
    let (answer, receiver) = oneshot::channel();
    let work = move || {
        let copied = connection::open_reader(&file)
            .map_err(|error| StoreError::unavailable(error.to_string()))
            .and_then(|connection| copy(&connection, &target));
        drop(lock);
        // Who asked may have gone.
        let _unheard = answer.send(copied);
    };
    let spawned = std::thread::Builder::new().name("store-backup".to_owned()).spawn(work);
    spawned.map_err(|error| StoreError::unavailable(format!("cannot start a thread: {error}")))?;
    receiver.await.unwrap_or_else(|_| Err(error::stopped()))
}

fn fill(connection: &Connection, target: &Path) -> Result<(), StoreError> {
    let name = target
        .to_str()
        .ok_or_else(|| StoreError::unavailable("expected a path in UTF-8 for the backup"))?;
    connection
        .execute("VACUUM INTO ?1", params![name])
        .map(drop)
        .map_err(|error| error::from_sqlite(&error))
}

fn sync(target: &Path) -> io::Result<()> {
    File::open(target)?.sync_all()?;
    directory::sync_name(target)
}
