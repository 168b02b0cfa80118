use std::path::{Path, PathBuf};

use super::{BackupError, Held, MANIFEST, Manifest, Staging, staging};

/// Makes a data directory of a backup, and says what it is. Every file is compared with the
/// manifest, and the database opened, before the directory gets its name.
///
/// # Errors
/// A directory that holds something, and a backup that is not whole or not readable by this
/// version; nothing is put in place then.
pub async fn restore(backup: &Path, data: &Path) -> Result<Manifest, BackupError> {
    must_be_free(data)?;
    let manifest = Manifest::read(&backup.join(MANIFEST))?;
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
    staging.put_in_place(&data)?;
    Ok(manifest)
}

async fn copy(backup: &Path, into: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let (from, to): (PathBuf, PathBuf) = (backup.to_owned(), into.to_owned());
    let files = manifest.files.clone();
    staging::blocking(move || files.iter().try_for_each(|file| file.copy(&from, &to))).await
}

/// The directory is not there, or holds nothing.
fn must_be_free(data: &Path) -> Result<(), BackupError> {
    match std::fs::read_dir(data) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(BackupError::NotEmpty(data.to_owned())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::Io { path: data.to_owned(), error }),
    }
}
