use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use stead_administration::Manifest;
use stead_session::vault::RootKey;
use stead_store_sqlite::SqliteStore;

use super::{BackupError, Held, MANIFEST, Staging, manifest, remove_lock, staging};
use crate::installation::Installation;
use crate::root_key::{self, RootKeySource, RootKeySources};

/// Makes a data directory of a backup, and says what it is. Every file is compared with the
/// manifest, and the database opened, with the root keys at hand where there are any, before
/// the directory gets its name.
///
/// # Errors
/// A directory that holds something, and a backup that is not whole, not readable by this
/// version or not of a root key that is named; nothing is put in place then.
pub async fn restore(
    backup: &Path,
    data: &Path,
    root_keys: &RootKeySources,
) -> Result<Manifest, BackupError> {
    must_be_free(data)?;
    let manifest = manifest::read(&backup.join(MANIFEST))?;
    let at_hand = at_hand(backup, &manifest, root_keys).await?;
    must_be_its_own(&manifest, &at_hand)?;
    // A path of its own, since what it is called decides where the directory is made.
    let data = std::path::absolute(data).map_err(BackupError::io(data))?;
    let staging = Staging::beside(&data)?;
    copy(backup, staging.path(), &manifest).await?;
    let held = Held::of(staging.path()).await?;
    if held.root_key.to_string() != manifest.root_key {
        return Err(BackupError::OtherDatabase("it is wrapped under another root key"));
    }
    if held.accounts != manifest.accounts {
        return Err(BackupError::OtherDatabase("it holds another number of accounts"));
    }
    if !at_hand.is_empty() {
        opens(staging.path(), at_hand).await?;
    }
    staging.put_in_place(&data)?;
    Ok(manifest)
}

/// The root keys that can be asked: the one in the backup, and those that are named.
async fn at_hand(
    backup: &Path,
    manifest: &Manifest,
    sources: &RootKeySources,
) -> Result<Vec<RootKey>, BackupError> {
    let mut keys = Vec::new();
    if manifest.root_key_included {
        keys.push(root_key::in_backup(backup)?);
    }
    if sources.own != RootKeySource::BesideTheData {
        keys.push(sources.own.read(backup).await?);
    }
    if let Some(other) = &sources.other_file {
        keys.push(RootKeySource::File(other.clone()).read(backup).await?);
    }
    Ok(keys)
}

/// One of the keys at hand is that of the backup, before anything is written.
fn must_be_its_own(manifest: &Manifest, at_hand: &[RootKey]) -> Result<(), BackupError> {
    let own = |key: &RootKey| key.id().to_string() == manifest.root_key;
    match at_hand.first() {
        Some(first) if !at_hand.iter().any(own) => Err(BackupError::OtherRootKey {
            needed: manifest.root_key.clone(),
            at_hand: first.id().to_string(),
        }),
        _ => Ok(()),
    }
}

/// The root key does not only have the right name: it opens the keyring.
async fn opens(staged: &Path, at_hand: Vec<RootKey>) -> Result<(), BackupError> {
    let store = SqliteStore::open(staged)?;
    let opened = match Installation::load(&store).await {
        Ok(Some(installation)) => {
            let root_keys = installation.root_keys(at_hand);
            root_keys.and_then(|root_keys| installation.keyring(&root_keys).map(drop))
        }
        other => other.map(drop),
    };
    store.close().await;
    remove_lock(staged)?;
    Ok(opened?)
}

async fn copy(backup: &Path, into: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let (from, to): (PathBuf, PathBuf) = (backup.to_owned(), into.to_owned());
    let files = manifest.files.clone();
    staging::blocking(move || {
        files.iter().try_for_each(|file| manifest::copy_file(file, &from, &to))
    })
    .await
}

/// The directory is not there, or holds nothing.
fn must_be_free(data: &Path) -> Result<(), BackupError> {
    match std::fs::read_dir(data) {
        Ok(mut entries) => match entries.next() {
            None => must_be_replaceable(data),
            Some(_) => Err(BackupError::NotEmpty(data.to_owned())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::Io { path: data.to_owned(), error }),
    }
}

/// A directory that something is mounted on cannot be replaced by another one.
fn must_be_replaceable(data: &Path) -> Result<(), BackupError> {
    let io = BackupError::io;
    let data = std::path::absolute(data).map_err(io(data))?;
    let link = data.symlink_metadata().map_err(io(&data))?;
    if !link.is_dir() {
        // A rename would replace the link and not what it leads to.
        return Err(BackupError::Link(data));
    }
    let parent = data.parent().unwrap_or(Path::new("/"));
    let parent = parent.metadata().map_err(io(parent))?;
    match (link.dev(), link.ino()) {
        (device, inode) if device == parent.dev() && inode != parent.ino() => Ok(()),
        _ => Err(BackupError::MountPoint(data)),
    }
}
