//! The root key: where it comes from, and the rules for each place.

mod command;
mod file;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use stead_session::KeyId;
use stead_session::vault::RootKey;
use stead_types::{Entropy, Secret};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::limits::ROOT_KEY_COMMAND_WAIT_MAX;
use crate::private_file;

/// The file of the root key in a data directory.
pub const FILE_NAME: &str = "root.key";

/// The file of the root key that is about to take the place of the one in [`FILE_NAME`].
pub(crate) const NEXT_FILE_NAME: &str = "root.key.new";

/// The variable of the environment that can hold the root key.
pub const VARIABLE: &str = "STEAD_ROOT_KEY";

/// A key is written as 64 hexadecimal digits, with a line end that may be missing.
const DIGITS: usize = 64;

/// Where the root key comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RootKeySource {
    /// The file in the data directory, which is made on first start.
    #[default]
    BesideTheData,
    /// A file that the operator names.
    File(PathBuf),
    /// What a command writes: its program and arguments. No shell is involved.
    Command(Vec<String>),
    /// The text of [`VARIABLE`], or of another variable.
    Environment(Secret<String>),
}

/// The root keys a server is given: one, and perhaps a second while one takes the place
/// of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootKeySources {
    /// The key that a new installation is made with.
    pub own: RootKeySource,
    /// The file of a key that counts as much.
    pub other_file: Option<PathBuf>,
}

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
    /// The variable holds no key.
    #[error("the root key in the environment is not {DIGITS} hexadecimal digits")]
    Variable,
    /// The command cannot be run.
    #[error("cannot run the root key's command `{program}`: {error}")]
    NotRun {
        /// The program.
        program: String,
        /// What the system says.
        error: io::Error,
    },
    /// The command ended badly.
    #[error("the root key's command `{program}` failed: {status}")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// The command did not end.
    #[error(
        "the root key's command `{program}` did not end within {} seconds",
        ROOT_KEY_COMMAND_WAIT_MAX.as_secs()
    )]
    Slow {
        /// The program.
        program: String,
    },
    /// The command wrote something else.
    #[error("the root key's command `{program}` did not write {DIGITS} hexadecimal digits")]
    Output {
        /// The program.
        program: String,
    },
}

/// Where the root key was found, which decides what it protects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the data directory, made on first start.
    BesideTheData,
    /// In a file that the operator named.
    OperatorFile,
    /// In no file: a command or the environment gave it.
    Given,
}

impl RootKeySource {
    /// Where a key of this source is.
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::BesideTheData => Place::BesideTheData,
            Self::File(_) => Place::OperatorFile,
            Self::Command(_) | Self::Environment(_) => Place::Given,
        }
    }

    /// The root key of an installation that does not exist yet. The one beside the data is
    /// made; any other must be there.
    ///
    /// # Errors
    /// A key that is missing, readable by others, or none.
    pub async fn read_or_create(
        &self,
        data: &Path,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<RootKey, RootKeyError> {
        let beside = data.join(FILE_NAME);
        match self {
            Self::BesideTheData if !beside.exists() => {
                file::create(&beside, entropy).map(|key| RootKey::new(&key))
            }
            _ => self.read(data).await,
        }
    }

    /// The root key of an installation: something is wrapped under it already, so a key
    /// that is missing is an error, since a new one could open none of it.
    ///
    /// # Errors
    /// As [`RootKeySource::read_or_create`].
    pub async fn read(&self, data: &Path) -> Result<RootKey, RootKeyError> {
        let secret = match self {
            Self::BesideTheData => named(&data.join(FILE_NAME), Place::BesideTheData)?,
            Self::File(path) => named(path, Place::OperatorFile)?,
            Self::Command(command) => command::run(command, ROOT_KEY_COMMAND_WAIT_MAX).await?,
            Self::Environment(text) => parse(text.expose()).ok_or(RootKeyError::Variable)?,
        };
        Ok(RootKey::new(&secret))
    }
}

impl RootKeySources {
    /// Every root key at hand, at least one, the own one first: also one in the data
    /// directory that is about to take another's place. Amid a change, and behind one to a
    /// key elsewhere, the file beside the data may be gone already.
    ///
    /// # Errors
    /// A key that is named and missing, readable by others, or none.
    pub(crate) async fn read(&self, data: &Path) -> Result<Vec<RootKey>, RootKeyError> {
        let found = self.find(data).await?;
        match found.is_empty() {
            true => Err(RootKeyError::Missing(data.join(FILE_NAME))),
            false => Ok(found),
        }
    }

    /// The same where there may be none.
    ///
    /// # Errors
    /// As [`RootKeySources::read`].
    pub(crate) async fn find(&self, data: &Path) -> Result<Vec<RootKey>, RootKeyError> {
        let own = match self.own {
            RootKeySource::BesideTheData if !data.join(FILE_NAME).exists() => Vec::new(),
            _ => vec![self.own.read(data).await?],
        };
        self.and_others(own, data)
    }

    fn and_others(
        &self,
        mut keys: Vec<RootKey>,
        data: &Path,
    ) -> Result<Vec<RootKey>, RootKeyError> {
        if let Some(path) = &self.other_file {
            keys.push(RootKey::new(&named(path, Place::OperatorFile)?));
        }
        if self.own == RootKeySource::BesideTheData {
            keys.extend(next(data)?);
        }
        Ok(keys)
    }
}

/// The key in the data directory that is about to take another's place, if there is one.
pub(crate) fn next(data: &Path) -> Result<Option<RootKey>, RootKeyError> {
    let read = file::read(&data.join(NEXT_FILE_NAME), Place::BesideTheData)?;
    Ok(read.map(|key| RootKey::new(&key)))
}

/// Makes a key that is about to take another's place; one that was made before and came to
/// nothing is taken again.
pub(crate) fn make_next(data: &Path, entropy: &mut dyn Entropy) -> Result<RootKey, RootKeyError> {
    match next(data)? {
        Some(key) => Ok(key),
        None => file::create(&data.join(NEXT_FILE_NAME), entropy).map(|key| RootKey::new(&key)),
    }
}

/// Whether the file in the data directory holds the key with this id.
pub(crate) fn is_beside(data: &Path, id: KeyId) -> Result<bool, RootKeyError> {
    let read = file::read(&data.join(FILE_NAME), Place::BesideTheData)?;
    Ok(read.is_some_and(|key| RootKey::new(&key).id() == id))
}

/// A file in the data directory that holds another key than the one in use, the first one
/// by name: what was changed before, or the root key is elsewhere by now. None is removed,
/// since backups from before need it.
pub(crate) fn left_behind(data: &Path, in_use: KeyId) -> Option<PathBuf> {
    let entries = std::fs::read_dir(data).ok()?.flatten();
    let mut paths: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| is_kept(path)).collect();
    paths.sort();
    paths.into_iter().find(|path| {
        let key = file::read(path, Place::BesideTheData).ok().flatten();
        key.is_some_and(|key| RootKey::new(&key).id() != in_use)
    })
}

/// Whether a file is named as a root key that is, or was, in use.
fn is_kept(path: &Path) -> bool {
    let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let behind = name.strip_prefix(FILE_NAME);
    behind.is_some_and(|behind| behind.is_empty() || behind.strip_prefix('.').is_some_and(is_id))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Puts the files of a data directory, in which the root key is, in order after a change of
/// it, which may have been cut short: the new key takes the place of the old one when it is
/// the one in use, and is removed when nothing came to be wrapped under it. The old one is
/// kept under its id: backups from before open with nothing else.
pub(crate) fn settle(data: &Path, in_use: KeyId) -> Result<(), RootKeyError> {
    let (from, to) = (data.join(NEXT_FILE_NAME), data.join(FILE_NAME));
    match next(data)? {
        None => Ok(()),
        Some(key) if key.id() == in_use => {
            let old = file::read(&to, Place::BesideTheData)?.map(|key| RootKey::new(&key).id());
            if let Some(old) = old.filter(|old| *old != in_use) {
                let kept = data.join(format!("{FILE_NAME}.{old}"));
                private_file::rename(&to, &kept).map_err(|error| file::io_error(&kept, error))?;
            }
            private_file::rename(&from, &to).map_err(|error| file::io_error(&to, error))
        }
        Some(_) => std::fs::remove_file(&from).map_err(|error| file::io_error(&from, error)),
    }
}

/// The key in a backup. No link is followed, and it may have any permissions: what it is
/// copied to has its own.
pub(crate) fn in_backup(backup: &Path) -> Result<RootKey, RootKeyError> {
    let path = backup.join(FILE_NAME);
    let file = private_file::open_regular(&path).map_err(|error| file::io_error(&path, error))?;
    file::content(&path, file).map(|key| RootKey::new(&key))
}

/// Writes a key to a file that must not be there yet.
///
/// # Errors
/// Those of the file system.
pub(crate) fn write(path: &Path, key: &RootKey) -> Result<(), RootKeyError> {
    file::write(path, key.secret())
}

/// The 64 digits of a key, as they stand in a file.
#[must_use]
pub fn digits(key: &Secret<[u8; 32]>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(DIGITS + 1));
    for byte in key.expose() {
        text.extend(
            [byte >> 4, byte & 0x0f].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
        );
    }
    text
}

/// The key that these digits are.
#[must_use]
pub fn from_digits(digits: &str) -> Option<RootKey> {
    parse(digits).map(|key| RootKey::new(&key))
}

fn named(path: &Path, place: Place) -> Result<Secret<[u8; 32]>, RootKeyError> {
    file::read(path, place)?.ok_or_else(|| RootKeyError::Missing(path.to_owned()))
}

/// What stands in a file or was written by a command: one line end may follow.
fn parse_line(text: &str) -> Option<Secret<[u8; 32]>> {
    parse(text.strip_suffix('\n').unwrap_or(text))
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
