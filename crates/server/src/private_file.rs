//! Files that only the server's own user may read, written whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

/// Permissions of a file with a secret: its owner may read and write it.
const OWNER_ONLY: u32 = 0o600;

/// How the name of a file ends that is being written, behind the number of the process.
const TEMPORARY: &str = ".new";

/// Makes a directory that only its owner may enter, parents included; one that
/// exists is left as it is.
///
/// # Errors
/// Those of the file system.
pub fn make_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a directory that must not exist yet and that only its owner may enter.
///
/// # Errors
/// Those of the file system.
pub fn make_one_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes the names in a directory durable.
///
/// # Errors
/// Those of the file system.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Creates a file that must not exist yet, whole or not at all.
///
/// # Errors
/// Those of the file system; `AlreadyExists` when another process was first.
pub fn create_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = write_temporary(path, content)?;
    // A second name for the finished file: unlike a rename it replaces nothing.
    let linked = fs::hard_link(&temporary, path);
    let removed = fs::remove_file(&temporary);
    linked.and(removed)?;
    sync_parent(path)
}

/// Puts a file in place by renaming, so that a reader sees the old content or
/// the new one, and a crash leaves one of them.
///
/// # Errors
/// Those of the file system.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    rename(&write_temporary(path, content)?, path)
}

/// Gives a finished file the name of another one, which it takes the place of.
///
/// # Errors
/// Those of the file system.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_parent(to)
}

/// The content in a durable file beside the one it is for.
fn write_temporary(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let temporary = temporary_beside(path);
    // A leftover of a crash; nobody else writes here, the directory is ours.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = open_new(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(temporary)
}

/// Opens a file for reading that must be one: no link, no directory, and nothing that waits
/// for a writer or does something when it is read.
///
/// # Errors
/// Those of the file system; `InvalidInput` of anything but a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Opens a file that must not exist yet, for its owner only.
///
/// # Errors
/// Those of the file system.
pub fn open_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)
}

/// Removes what processes that were killed while they wrote a file have left beside it: a
/// whole secret perhaps, or a second name of the file. To be called where nobody else can be
/// writing it.
///
/// # Errors
/// Those of the file system.
pub fn remove_leftovers(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
    let entries = match parent.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if is_temporary(&entry.file_name(), name) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
            tracing::info!(path = %entry.path().display(), "a file that was not finished is removed");
        }
    }
    Ok(())
}

fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}{TEMPORARY}", std::process::id()));
    path.with_file_name(name)
}

/// Whether a file is named as one of any process that is to become another.
fn is_temporary(name: &OsStr, of: &OsStr) -> bool {
    let process = name.as_bytes().strip_prefix(of.as_bytes());
    let process = process.and_then(|rest| rest.strip_prefix(b"."));
    let process = process.and_then(|rest| rest.strip_suffix(TEMPORARY.as_bytes()));
    process.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// Makes the name of a file durable.
///
/// # Errors
/// Those of the file system.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::scratch::Scratch;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_replaced_file_is_whole_and_private() {
        let scratch = Scratch::new("replace");
        let path = scratch.path().join("secret");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_never_replaces_one() {
        let scratch = Scratch::new("create-new");
        let path = scratch.path().join("secret");
        create_new(&path, b"one").unwrap();
        let again = create_new(&path, b"two").unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_killed_processes_left_is_removed_and_nothing_else() {
        let scratch = Scratch::new("leftovers");
        let path = |name: &str| scratch.path().join(name);
        let stay =
            ["secret", "secret.new", "secret.x1.new", "secret..new", "secret.1.news", "s.1.new"];
        for name in stay.into_iter().chain(["secret.new.1.new"]) {
            fs::write(path(name), name).unwrap();
        }
        fs::create_dir(path("secret.2.new")).unwrap();
        fs::write(path("secret.4194304.new"), "another").unwrap();
        // Killed after the file had its name: this is a second one.
        fs::hard_link(path("secret"), path("secret.7.new")).unwrap();
        remove_leftovers(&path("secret")).unwrap();
        let left = |name: &str| path(name).symlink_metadata().is_ok();
        assert!(!left("secret.4194304.new") && !left("secret.7.new"));
        for name in stay.into_iter().chain(["secret.new.1.new", "secret.2.new"]) {
            assert!(left(name), "{name}");
        }
        assert_eq!(fs::read(path("secret")).unwrap(), b"secret");
        remove_leftovers(&path("nothing/there")).unwrap();
    }
}
