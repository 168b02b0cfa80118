//! Backups: the database as of one moment, with a manifest that says what belongs to it.
//!
//! A backup is a directory. It comes to be under another name and gets its own when it is
//! whole and on the disk; a restored data directory likewise. What is cut short leaves a
//! directory named `NAME.partial-...` and nothing else.

mod manifest;
mod restore;
mod staging;

use std::io;
use std::path::{Path, PathBuf};

use stead_administration::{DATABASE, FileDigest, Manifest, VERSION};
use stead_session::KeyId;
use stead_store::{Store as _, StoreError};
use stead_store_sqlite::{OpenError, SqliteStore};
use stead_types::Timestamp;
use thiserror::Error;

pub use restore::restore;

use crate::accounts::RootKeys;
use crate::installation::{Installation, InstallationError};
use crate::root_key::{self, RootKeyError};
use staging::Staging;

/// What a backup says about itself.
const MANIFEST: &str = "manifest.json";

/// What the store leaves where it was opened.
const LOCK: &str = "lock";

/// Whether the root key goes into a backup: who has both has every secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootKeyInBackup {
    Included,
    LeftOut,
}

/// Why a backup was not taken, or not restored. Nothing was put in place.
#[derive(Debug, Error)]
pub enum BackupError {
    /// Something is there already.
    #[error("`{}` is there already", .0.display())]
    Exists(PathBuf),
    /// The directory to restore into holds something.
    #[error("`{}` is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Something is mounted on the directory to restore into.
    #[error("`{}` is a mount point, which no directory can take the place of", .0.display())]
    MountPoint(PathBuf),
    /// The directory to restore into is a link.
    #[error("`{}` is a link", .0.display())]
    Link(PathBuf),
    /// The root key at hand is that of another installation, or of another time.
    #[error("the backup is wrapped under root key {needed}, not under {at_hand}")]
    OtherRootKey {
        /// The id of the key that is needed.
        needed: String,
        /// The id of a key that is there.
        at_hand: String,
    },
    /// A file or directory cannot be read or written.
    #[error("cannot use `{}`: {error}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There is no manifest, or none that can be read.
    #[error("`{}` is not the manifest of a backup: {reason}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A later version of Stead took the backup.
    #[error("the backup has format {found}, this version of stead reads {supported}")]
    Newer {
        /// The format it has.
        found: u32,
        /// The newest one that is read.
        supported: u32,
    },
    /// A file is not as it was when the backup was taken.
    #[error("`{}` is not what the manifest says: it was changed, or cut short", .0.display())]
    Changed(PathBuf),
    /// The database does not hold what the manifest says.
    #[error("the database is not the one of the manifest: {0}")]
    OtherDatabase(&'static str),
    /// The root key changed while its backup was taken.
    #[error("the root key has changed just now")]
    RootKeyChanged,
    /// The database cannot be opened.
    #[error("the database of the backup cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keyring cannot be read.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The root key cannot be written.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
}

impl BackupError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Exists(_) => "name a directory that is not there yet",
            Self::NotEmpty(_) => "restore into a directory that is empty or not there yet",
            Self::MountPoint(_) => {
                "restore into a directory below it, such as `data`, and name that by --data"
            }
            Self::Link(_) => "name the directory that it leads to",
            Self::OtherRootKey { .. } => {
                "name the root key of the backup's moment by --root-key-file, or none: it can be \
                 put in place later"
            }
            Self::Manifest { .. } => "name the directory that `stead backup` made",
            Self::Newer { .. } => "use the version of stead that took it, or a later one",
            Self::Changed(_) | Self::OtherDatabase(_) => {
                "take another backup; nothing was restored from this one"
            }
            Self::RootKeyChanged => "give the command again",
            Self::Io { .. } | Self::RootKey(_) => {
                "check the directory, its owner and its free space; the server's user writes it"
            }
            Self::Open(_) | Self::Store(_) | Self::Installation(_) => "see the message above",
        }
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Io { path: path.to_owned(), error }
    }
}

/// Takes a backup while the store is used: of one moment, and whole or not at all.
pub(crate) async fn take(
    store: &SqliteStore,
    root_keys: &RootKeys,
    target: &Path,
    root_key: RootKeyInBackup,
    now: Timestamp,
) -> Result<Manifest, BackupError> {
    if target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let staging = Staging::beside(target)?;
    store.backup_to(&staging.path().join(DATABASE)).await?;
    // What the copy holds is asked of the copy: the store has gone on.
    let held = Held::of(staging.path()).await?;
    let mut names = vec![DATABASE];
    if root_key == RootKeyInBackup::Included {
        if root_keys.current().id() != held.root_key {
            return Err(BackupError::RootKeyChanged);
        }
        root_key::write(&staging.path().join(root_key::FILE_NAME), root_keys.current())?;
        names.push(root_key::FILE_NAME);
    }
    let manifest = Manifest {
        version: VERSION,
        stead: env!("CARGO_PKG_VERSION").to_owned(),
        taken_at: now.to_string(),
        root_key: held.root_key.to_string(),
        root_key_included: root_key == RootKeyInBackup::Included,
        accounts: held.accounts,
        files: digests(staging.path(), names).await?,
    };
    manifest::write(&manifest, &staging.path().join(MANIFEST))?;
    staging.put_in_place(target)?;
    Ok(manifest)
}

async fn digests(
    directory: &Path,
    names: Vec<&'static str>,
) -> Result<Vec<FileDigest>, BackupError> {
    let directory = directory.to_owned();
    staging::blocking(move || {
        names.into_iter().map(|name| manifest::digest(&directory, name)).collect()
    })
    .await
}

/// Removes what opening the store has left.
fn remove_lock(directory: &Path) -> Result<(), BackupError> {
    let lock = directory.join(LOCK);
    std::fs::remove_file(&lock).map_err(BackupError::io(&lock))
}

/// What a copy of the database holds.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    root_key: KeyId,
    accounts: usize,
}

impl Held {
    /// Opens the database in a directory of its own, looks into it and closes it.
    async fn of(directory: &Path) -> Result<Self, BackupError> {
        let store = SqliteStore::open(directory)?;
        let held = Self::in_store(&store).await;
        store.close().await;
        remove_lock(directory)?;
        held
    }

    async fn in_store(store: &SqliteStore) -> Result<Self, BackupError> {
        let installation = Installation::load(store).await?;
        let installation = installation.ok_or(BackupError::OtherDatabase("it holds no keyring"))?;
        Ok(Self { root_key: installation.root_key_id()?, accounts: store.accounts().await?.len() })
    }
}

#[cfg(test)]
mod tests;
