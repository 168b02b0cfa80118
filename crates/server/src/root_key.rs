//! The root key: where it rests, and the rules for its file.

use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use stead_types::{Entropy, Secret};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::private_file;

/// The file of the root key in a data directory.
pub const FILE_NAME: &str = "root.key";

/// The file holds 64 hexadecimal digits, and a line end that may be missing.
const DIGITS: usize = 64;

/// Why there is no root key.
#[derive(Debug, Error)]
pub enum RootKeyError {
    /// The file cannot be read or made.
    #[error("cannot use the root key `{}`: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The key was named and is not there.
    #[error("there is no root key at `{}`", .0.display())]
    Missing(PathBuf),
    /// Others can read or replace it.
    #[error("the root key `{}` has mode {mode:04o}, expected {expected}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// Which ones are accepted.
        expected: &'static str,
    },
    /// The content is no key.
    #[error("the root key `{}` is not {DIGITS} hexadecimal digits", .0.display())]
    Content(PathBuf),
}

/// Where the root key was found, which decides what it protects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the data directory, made on first start.
    BesideTheData,
    /// In a file that the operator named.
    OperatorFile,
}

/// The root key of an installation that may or may not exist yet.
///
/// The operator's file must be there. The one beside the data is made when
/// `fresh` says that nothing is wrapped under a key yet; once something is, a
/// missing key is an error, since a new one could open none of it.
///
/// # Errors
/// A file that is missing, readable by others, or not a key.
pub fn read_or_create(
    data: &Path,
    operator_file: Option<&Path>,
    fresh: bool,
    entropy: &mut dyn Entropy,
) -> Result<(Secret<[u8; 32]>, Place), RootKeyError> {
    if let Some(path) = operator_file {
        let read = read(path, Place::OperatorFile)?;
        let key = read.ok_or_else(|| RootKeyError::Missing(path.to_owned()))?;
        return Ok((key, Place::OperatorFile));
    }
    let path = data.join(FILE_NAME);
    let key = match read(&path, Place::BesideTheData)? {
        Some(key) => key,
        None if fresh => create(&path, entropy)?,
        None => return Err(RootKeyError::Missing(path)),
    };
    Ok((key, Place::BesideTheData))
}

/// The root key where there is one: `None` where none was named and none is beside the
/// data.
///
/// # Errors
/// As [`read_or_create`].
pub fn find(
    data: &Path,
    operator_file: Option<&Path>,
) -> Result<Option<Secret<[u8; 32]>>, RootKeyError> {
    match operator_file {
        Some(path) => {
            let key = read(path, Place::OperatorFile)?;
            key.map(Some).ok_or_else(|| RootKeyError::Missing(path.to_owned()))
        }
        None => read(&data.join(FILE_NAME), Place::BesideTheData),
    }
}

fn create(path: &Path, entropy: &mut dyn Entropy) -> Result<Secret<[u8; 32]>, RootKeyError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    entropy.fill(&mut *key);
    let mut text = Zeroizing::new(String::with_capacity(DIGITS + 1));
    for byte in key.iter() {
        text.extend(
            [byte >> 4, byte & 0x0f].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
        );
    }
    text.push('\n');
    // Never over another file: two first starts at once must not end with two keys.
    private_file::create_new(path, text.as_bytes()).map_err(|error| io_error(path, error))?;
    Ok(Secret::new(*key))
}

fn read(path: &Path, place: Place) -> Result<Option<Secret<[u8; 32]>>, RootKeyError> {
    let file = match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| io_error(path, error))?,
    };
    // Asked of the open file, so that it cannot be another one by now.
    let mode = file.metadata().map_err(|error| io_error(path, error))?.mode() & 0o7777;
    check_mode(path, place, mode)?;
    let mut text = Zeroizing::new(String::with_capacity(DIGITS + 2));
    let limit = u64::try_from(DIGITS + 2).unwrap_or(u64::MAX);
    match file.take(limit).read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(RootKeyError::Content(path.to_owned()));
        }
        Err(error) => return Err(io_error(path, error)),
    }
    let digits = text.strip_suffix('\n').unwrap_or(&text);
    parse(digits).map(Some).ok_or_else(|| RootKeyError::Content(path.to_owned()))
}

/// Nobody else may read or write it. A key that is mounted for a group, as
/// orchestrators do, may be read by that group.
fn check_mode(path: &Path, place: Place, mode: u32) -> Result<(), RootKeyError> {
    let (forbidden, expected) = match place {
        Place::BesideTheData => (0o7177, "0600 or 0400"),
        Place::OperatorFile => (0o7137, "0600, 0400, 0640 or 0440"),
    };
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(RootKeyError::Open { path: path.to_owned(), mode, expected })
    }
}

fn parse(digits: &str) -> Option<Secret<[u8; 32]>> {
    if digits.len() != DIGITS {
        return None;
    }
    let mut key = Zeroizing::new([0_u8; 32]);
    let (pairs, _) = digits.as_bytes().as_chunks::<2>();
    for (byte, [high, low]) in key.iter_mut().zip(pairs) {
        let digit =
            |text: u8| char::from(text).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(Secret::new(*key))
}

fn io_error(path: &Path, error: io::Error) -> RootKeyError {
    RootKeyError::Io { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::scratch::Scratch;

    struct Counting(u8);
    impl Entropy for Counting {
        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                self.0 += 7;
                *byte = self.0;
            }
        }
    }

    fn at(path: &Path, fresh: bool) -> Result<Secret<[u8; 32]>, RootKeyError> {
        read_or_create(path, None, fresh, &mut Counting(0)).map(|(key, _)| key)
    }

    fn put(path: &Path, content: &[u8], mode: u32) {
        std::fs::write(path, content).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let scratch = Scratch::new("root-key");
        let made = at(scratch.path(), true).unwrap();
        assert!(at(scratch.path(), true).unwrap() == made);
        assert!(at(scratch.path(), false).unwrap() == made);
        let path = scratch.path().join(FILE_NAME);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap().len(), 65);
    }

    #[test]
    fn a_lost_key_is_not_replaced_by_a_new_one() {
        let scratch = Scratch::new("root-key-lost");
        assert!(matches!(at(scratch.path(), false), Err(RootKeyError::Missing(_))));
        let named = scratch.path().join("elsewhere");
        let read = read_or_create(scratch.path(), Some(&named), true, &mut Counting(0));
        assert!(matches!(read, Err(RootKeyError::Missing(_))));
    }

    #[test]
    fn a_key_that_others_can_reach_is_refused() {
        let scratch = Scratch::new("root-key-mode");
        let path = scratch.path().join(FILE_NAME);
        let content = "0f".repeat(32);
        for (mode, beside, named) in
            [(0o600, true, true), (0o400, true, true), (0o440, false, true), (0o640, false, true)]
                .into_iter()
                .chain([0o644, 0o604, 0o660, 0o620, 0o700].map(|mode| (mode, false, false)))
        {
            put(&path, content.as_bytes(), mode);
            assert_eq!(at(scratch.path(), true).is_ok(), beside, "{mode:o}");
            let read = read_or_create(scratch.path(), Some(&path), true, &mut Counting(0));
            assert_eq!(read.is_ok(), named, "{mode:o}");
            std::fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn other_contents_are_refused() {
        let scratch = Scratch::new("root-key-content");
        let path = scratch.path().join(FILE_NAME);
        let good = "0f".repeat(32);
        for bad in [
            String::new(),
            good.replace('f', "g"),
            format!("{good}0"),
            format!("{good}\n\n"),
            format!(" {good}"),
            "0f".repeat(31),
            "é".repeat(32),
        ] {
            put(&path, bad.as_bytes(), 0o600);
            assert!(matches!(at(scratch.path(), true), Err(RootKeyError::Content(_))), "{bad}");
            std::fs::remove_file(&path).unwrap();
        }
        put(&path, &[0xff; 64], 0o600);
        assert!(matches!(at(scratch.path(), true), Err(RootKeyError::Content(_))));
    }
}
