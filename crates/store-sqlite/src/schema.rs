//! The tables, and whose database a file is.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::connection::failed;
use crate::error::OpenError;

/// `Sted` in ASCII, where SQLite keeps the id of the application that owns a file.
const APPLICATION_ID: i32 = 0x5374_6564;

/// The steps from an empty database to the newest schema; a database is at the
/// version of as many steps as it has seen. Steps are appended, never changed.
const MIGRATIONS: [&str; 1] = [VERSION_1];

// Aggregates are kept by their text, so that every table reads by itself.
// STRICT keeps types; revisions, positions and times are integers (seconds).
const VERSION_1: &str = "
CREATE TABLE aggregate (
    id TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE record (
    aggregate TEXT NOT NULL,
    key TEXT NOT NULL,
    format INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (aggregate, key)
) STRICT;
CREATE TABLE name (
    name TEXT NOT NULL PRIMARY KEY,
    aggregate TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    aggregate TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE TABLE usage (
    aggregate TEXT NOT NULL,
    key TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (aggregate, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE replay_guard (
    aggregate TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (aggregate, key)
) STRICT;
CREATE INDEX replay_guard_by_expiry ON replay_guard (expires_at);
";

/// Refuses a file that is not ours or of a later version; nothing is written.
pub(crate) fn check(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    let foreign = || OpenError::Foreign { file: file.to_owned() };
    let application: i32 = pragma(connection, file, "application_id")?;
    let found: u32 = pragma(connection, file, "user_version")?;
    let supported = supported();
    match application {
        APPLICATION_ID if found > supported => {
            Err(OpenError::Newer { file: file.to_owned(), found, supported })
        }
        APPLICATION_ID => Ok(()),
        // A new file, or one whose maker died before it made the tables.
        0 if found == 0 && has_no_tables(connection, file)? => Ok(()),
        _ => Err(foreign()),
    }
}

/// Whether a file that is [ours](check) has the tables already: its maker may have died
/// before.
pub(crate) fn has_tables(connection: &Connection, file: &Path) -> Result<bool, OpenError> {
    check(connection, file)?;
    Ok(!has_no_tables(connection, file)?)
}

/// Brings the schema to the newest version.
pub(crate) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), OpenError> {
    let found: u32 = pragma(connection, file, "user_version")?;
    if found == supported() {
        return Ok(());
    }
    migrate_from(connection, found).map_err(|error| failed(file, &error))
}

fn migrate_from(connection: &mut Connection, found: u32) -> rusqlite::Result<()> {
    // All in one transaction, the marks too: a crash leaves the version it found.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (_, step) in (0_u32..).zip(MIGRATIONS).filter(|(version, _)| *version >= found) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", supported())?;
    transaction.commit()
}

fn supported() -> u32 {
    (0_u32..).zip(MIGRATIONS).map(|(version, _)| version + 1).max().unwrap_or(0)
}

fn has_no_tables(connection: &Connection, file: &Path) -> Result<bool, OpenError> {
    connection
        .query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| failed(file, &error))
}

fn pragma<T: rusqlite::types::FromSql>(
    connection: &Connection,
    file: &Path,
    name: &str,
) -> Result<T, OpenError> {
    connection
        .pragma_query_value(None, name, |row| row.get(0))
        .map_err(|error| failed(file, &error))
}
