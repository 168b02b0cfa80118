//! Connections to the database, set up to be durable.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use stead_store::StoreError;

use crate::error::OpenError;
use crate::{error, limits, schema};

/// The connection that writes; the file is there, and after this it is ours, of
/// the newest version and in write-ahead mode.
pub(crate) fn open_writer(file: &Path) -> Result<Connection, OpenError> {
    let mut connection = open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::check(&connection, file)?;
    set_up_log(&connection, file)?;
    schema::migrate(&mut connection, file)?;
    // A process that was killed may have left frames of what it had replaced. A reader that
    // is in the way now is none of ours: the log is cut another time.
    let _cut = cut_log(&connection);
    Ok(connection)
}

/// Copies the write-ahead log into the database and cuts it to nothing, unless somebody
/// reads what it holds.
pub(crate) fn cut_log(connection: &Connection) -> Result<(), StoreError> {
    let cut = without_waiting(connection, || {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
    });
    match cut {
        Ok(false) => Ok(()),
        Ok(true) => Err(StoreError::unavailable("the write-ahead log is being read")),
        Err(error) => Err(error::from_sqlite(&error)),
    }
}

/// Writers wait behind this, so it does not wait for readers.
fn without_waiting<T>(
    connection: &Connection,
    work: impl FnOnce() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.busy_timeout(Duration::ZERO)?;
    let done = work();
    connection.busy_timeout(limits::BUSY_WAIT)?;
    done
}

/// A connection that reads beside the writer.
pub(crate) fn open_reader(file: &Path) -> Result<Connection, OpenError> {
    open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// The one connection to a database in memory.
pub(crate) fn open_in_memory() -> Result<Connection, OpenError> {
    let name = Path::new(":memory:");
    let mut connection = Connection::open_in_memory().map_err(|error| failed(name, &error))?;
    set_up(&connection).map_err(|error| failed(name, &error))?;
    schema::migrate(&mut connection, name)?;
    Ok(connection)
}

/// What an error of SQLite means while opening.
pub(crate) fn failed(file: &Path, error: &rusqlite::Error) -> OpenError {
    let file = file.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { file },
        _ => OpenError::Database { file, context: error.to_string() },
    }
}

fn open(file: &Path, access: OpenFlags) -> Result<Connection, OpenError> {
    // No URI names: a directory's name must not be read as settings. No mutex:
    // a connection belongs to one thread.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(file, flags).map_err(|error| failed(file, &error))?;
    set_up(&connection).map_err(|error| failed(file, &error))?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS_KEPT);
    connection.busy_timeout(limits::BUSY_WAIT)?;
    // What a tampered schema could call, and what could damage the file from SQL.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // What is deleted or replaced is overwritten with zeros: a wrapped key must not be found
    // in the file after its root key was given up.
    connection.pragma_update_and_check(None, "secure_delete", "on", |_| Ok(()))?;
    connection.pragma_update(None, "temp_store", "memory")
}

fn set_up_log(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    let error = |error: rusqlite::Error| failed(file, &error);
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(error)?;
    if mode != "wal" {
        // Some network file systems have no shared memory.
        let context = format!("expected a file system with write-ahead logs, got mode `{mode}`");
        return Err(OpenError::Database { file: file.to_owned(), context });
    }
    // FULL syncs the log at every commit; NORMAL would lose answered commits.
    connection.pragma_update(None, "synchronous", "full").map_err(error)?;
    connection
        .pragma_update_and_check(None, "wal_autocheckpoint", limits::LOG_PAGES, |_| Ok(()))
        .map_err(error)?;
    connection
        .pragma_update_and_check(None, "journal_size_limit", limits::LOG_BYTES_KEPT, |_| Ok(()))
        .map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory;

    #[test]
    fn the_writer_syncs_at_every_commit() {
        let place = std::env::temp_dir().join(format!("stead-store-sync-{}", std::process::id()));
        directory::prepare(&place).unwrap();
        let connection = open_writer(&directory::database_file(&place).unwrap()).unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        // 2 is FULL; a kill cannot show the difference to less, a loss of power would.
        assert_eq!(pragma("synchronous"), Ok(2));
        assert_eq!(pragma("wal_autocheckpoint"), Ok(i64::from(limits::LOG_PAGES)));
        assert_eq!(pragma("journal_size_limit"), Ok(i64::from(limits::LOG_BYTES_KEPT)));
        drop(connection);
        std::fs::remove_dir_all(place).unwrap();
    }
}
