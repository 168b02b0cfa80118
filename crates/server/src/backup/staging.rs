use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use stead_types::Entropy as _;

use super::BackupError;
use crate::entropy::SystemEntropy;
use crate::private_file;

/// A directory beside the one it is going to be. Gone with what is in it, unless it is put
/// in place.
#[derive(Debug)]
pub(super) struct Staging(Option<PathBuf>);

impl Staging {
    /// Makes an empty directory, beside where it is to be put so that one rename does it.
    pub(super) fn beside(target: &Path) -> Result<Self, BackupError> {
        let no_name = || BackupError::Io {
            path: target.to_owned(),
            error: ErrorKind::InvalidFilename.into(),
        };
        let mut name: OsString = target.file_name().ok_or_else(no_name)?.to_owned();
        let mut random = [0; 8];
        SystemEntropy.fill(&mut random);
        name.push(format!(".partial-{:016x}", u64::from_be_bytes(random)));
        let path = target.with_file_name(name);
        private_file::make_one_directory(&path).map_err(BackupError::io(&path))?;
        Ok(Self(Some(path)))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    /// Gives the directory its name when all of it is on the disk. An empty directory that
    /// has the name is replaced; any other keeps it.
    pub(super) fn put_in_place(mut self, target: &Path) -> Result<(), BackupError> {
        let io = BackupError::io;
        let path = self.path().to_owned();
        private_file::sync_directory(&path).map_err(io(&path))?;
        std::fs::rename(&path, target).map_err(|error| match error.kind() {
            // Mounted from the same file system, or just now.
            ErrorKind::ResourceBusy | ErrorKind::CrossesDevices => {
                BackupError::MountPoint(target.to_owned())
            }
            _ => io(target)(error),
        })?;
        self.0 = None;
        private_file::sync_parent(target).map_err(io(target))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // What is left then is named as what it is.
            let _left = std::fs::remove_dir_all(path);
        }
    }
}

/// Runs what waits for the disk for long where it holds up nobody.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(BackupError::Io { path: PathBuf::new(), error: error.into() }),
    }
}
