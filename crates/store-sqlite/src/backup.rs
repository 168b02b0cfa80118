//! A copy of the database while it is used.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::{Connection, params};
use stead_store::StoreError;

use crate::{directory, error};

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
