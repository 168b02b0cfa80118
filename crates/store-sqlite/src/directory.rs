//! The directory of a store: made for its owner alone, and for one process.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

const OWNER_ONLY_DIRECTORY: u32 = 0o700;
const OWNER_ONLY_FILE: u32 = 0o600;
const WRITABLE_BY_OTHERS: u32 = 0o002;
const LOCK_FILE: &str = "lock";
const DATABASE_FILE: &str = "stead.db";

/// Holds a directory for as long as it lives; the system lets go of it when the
/// process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    file: File,
}

/// Makes the directory if it is not there, with mode 0700.
///
/// A directory that is there keeps its mode, as it may hold other things; one
/// that everybody may write to is refused.
pub(crate) fn prepare(directory: &Path) -> Result<(), OpenError> {
    let io = |source| OpenError::Io { path: directory.to_owned(), source };
    let missing: Vec<_> = directory.ancestors().take_while(|path| !path.exists()).collect();
    DirBuilder::new().recursive(true).mode(OWNER_ONLY_DIRECTORY).create(directory).map_err(io)?;
    // Or a loss of power would take the directory, with all that was answered.
    missing.into_iter().try_for_each(sync_name).map_err(io)?;
    let mode = directory.metadata().map_err(io)?.permissions().mode();
    if mode & WRITABLE_BY_OTHERS != 0 {
        return Err(OpenError::OpenToAll { directory: directory.to_owned() });
    }
    Ok(())
}

/// Takes the directory for this process, and writes its id down for the message
/// that the next one gets.
pub(crate) fn lock(directory: &Path) -> Result<DirectoryLock, OpenError> {
    let path = directory.join(LOCK_FILE);
    let io = |source| OpenError::Io { path: path.clone(), source };
    // Not truncated: the file belongs to its holder until the lock is had.
    let mut file = owner_only().truncate(false).open(&path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let process = holder(&mut file);
            return Err(OpenError::InUse { directory: directory.to_owned(), process });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    file.set_len(0).map_err(io)?;
    writeln!(file, "{}", std::process::id()).map_err(io)?;
    Ok(DirectoryLock { file })
}

/// The path of the database, which is there and readable by its owner only
/// after this; SQLite gives the files beside it the same mode.
pub(crate) fn database_file(directory: &Path) -> Result<PathBuf, OpenError> {
    let path = directory.join(DATABASE_FILE);
    make_owner_only(&path)
        .and_then(|()| sync_name(&path))
        .map_err(|source| OpenError::Io { path: path.clone(), source })?;
    Ok(path)
}

/// The path of a database that is there already.
pub(crate) fn existing_database_file(directory: &Path) -> PathBuf {
    directory.join(DATABASE_FILE)
}

/// Makes a file that was not there, readable by its owner only.
pub(crate) fn create_owner_only(path: &Path) -> io::Result<()> {
    owner_only().create_new(true).open(path).map(drop)
}

/// Makes the name of a file or directory durable.
pub(crate) fn sync_name(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

fn make_owner_only(path: &Path) -> io::Result<()> {
    let file = owner_only().truncate(false).open(path)?;
    // An older file may have been copied here with a wider mode.
    file.set_permissions(Permissions::from_mode(OWNER_ONLY_FILE))
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(OWNER_ONLY_FILE);
    options
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    // A process id has at most ten digits; whatever else stands there is not read.
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        // Closing alone would not do at once: a process that is just being
        // started has copies of all open files until it runs its own program.
        // A file that cannot be unlocked is closed next, which ends the lock too.
        let _closed_next = self.file.unlock();
    }
}
