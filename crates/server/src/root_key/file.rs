//! A root key in a file: 64 hexadecimal digits that nobody else can read.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use stead_types::{Entropy, Secret};
use zeroize::Zeroizing;

use super::{DIGITS, Place, RootKeyError, digits, parse_line};
use crate::private_file;

/// Makes the file of a fresh key, which must not be there yet.
pub(super) fn create(
    path: &Path,
    entropy: &mut dyn Entropy,
) -> Result<Secret<[u8; 32]>, RootKeyError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    entropy.fill(&mut *key);
    let key = Secret::new(*key);
    // Never over another file: two first starts at once must not end with two keys.
    write(path, &key)?;
    Ok(key)
}

/// Writes a key to a file that must not be there yet.
pub(super) fn write(path: &Path, key: &Secret<[u8; 32]>) -> Result<(), RootKeyError> {
    let mut text = digits(key);
    text.push('\n');
    private_file::create_new(path, text.as_bytes()).map_err(|error| io_error(path, error))
}

/// The key in a file; `None` where there is no file.
pub(super) fn read(path: &Path, place: Place) -> Result<Option<Secret<[u8; 32]>>, RootKeyError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| io_error(path, error))?,
    };
    // Asked of the open file, so that it cannot be another one by now.
    let mode = file.metadata().map_err(|error| io_error(path, error))?.mode() & 0o7777;
    check_mode(path, place, mode)?;
    content(path, file).map(Some)
}

/// The key in an open file, whoever may read that.
pub(super) fn content(path: &Path, file: File) -> Result<Secret<[u8; 32]>, RootKeyError> {
    let mut text = Zeroizing::new(String::with_capacity(DIGITS + 2));
    let limit = u64::try_from(DIGITS + 2).unwrap_or(u64::MAX);
    match file.take(limit).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(RootKeyError::Content(path.to_owned()));
        }
        Err(error) => return Err(io_error(path, error)),
    }
    parse_line(&text).ok_or_else(|| RootKeyError::Content(path.to_owned()))
}

/// Nobody else may read or write it. A key that is mounted for a group, as
/// orchestrators do, may be read by that group.
fn check_mode(path: &Path, place: Place, mode: u32) -> Result<(), RootKeyError> {
    let (forbidden, expected) = match place {
        Place::BesideTheData => (0o7177, "0600 or 0400"),
        Place::OperatorFile | Place::Given => (0o7137, "0600, 0400, 0640 or 0440"),
    };
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(RootKeyError::Open { path: path.to_owned(), mode, expected })
    }
}

pub(super) fn io_error(path: &Path, error: io::Error) -> RootKeyError {
    RootKeyError::Io { path: path.to_owned(), error }
}
