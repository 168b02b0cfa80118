use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;
use stead_store::StoreError;
use thiserror::Error;

/// Why a store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process, or another store of this one, has the directory.
    #[error("`{}` is in use by another server{}", .directory.display(), holder(*.process))]
    InUse {
        /// The directory.
        directory: PathBuf,
        /// The process that holds it, as far as it is known.
        process: Option<u32>,
    },
    /// Everybody may replace the files in the directory.
    #[error("`{}` is writable by everybody: expected mode 0700", .directory.display())]
    OpenToAll {
        /// The directory.
        directory: PathBuf,
    },
    /// A file that is not ours, or none that SQLite can read.
    #[error("`{}` is not a database of Stead", .file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// A later version of Stead wrote the database.
    #[error(
        "`{}` has schema version {found}, this version of Stead reads up to {supported}",
        .file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version of its schema.
        found: u32,
        /// The newest version that can be read.
        supported: u32,
    },
    /// A file or directory could not be made or read, or a thread not started.
    #[error("cannot open `{}`", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not open or prepare the database.
    #[error("cannot open the database `{}`: {context}", .file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What SQLite said, one line.
        context: String,
    },
}

fn holder(process: Option<u32>) -> String {
    process.map_or_else(String::new, |id| format!(" (process {id})"))
}

/// What an error of SQLite means to who uses the store.
pub(crate) fn from_sqlite(error: &rusqlite::Error) -> StoreError {
    let context = error.to_string();
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DiskFull => StoreError::Full { context },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged { context },
            _ => StoreError::Unavailable { context },
        },
        // A column that does not hold what we write there.
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => StoreError::Damaged { context },
        _ => StoreError::Unavailable { context },
    }
}

/// Whether nothing may be written any more after this error.
///
/// When the disk has failed once, a later `fsync` may succeed although earlier
/// pages never reached it; only reading the files anew shows what is there.
pub(crate) fn is_final(error: &rusqlite::Error) -> bool {
    let last = [ErrorCode::SystemIoFailure, ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
    error.sqlite_error_code().is_some_and(|code| last.contains(&code))
}

/// The thread that should answer has ended: the store was closed, or it panicked.
pub(crate) fn stopped() -> StoreError {
    StoreError::unavailable("the store has stopped")
}
