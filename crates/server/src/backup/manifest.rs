//! The files of a backup, and the manifest beside them.

use std::io::{self, Read, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use stead_administration::limits::MANIFEST_BYTES_MAX;
use stead_administration::{FileDigest, Manifest, ManifestFault, VERSION};

use super::BackupError;
use crate::private_file;

pub(super) fn write(manifest: &Manifest, path: &Path) -> Result<(), BackupError> {
    private_file::create_new(path, &manifest.to_text()).map_err(BackupError::io(path))
}

pub(super) fn read(path: &Path) -> Result<Manifest, BackupError> {
    let file = private_file::open_regular(path).map_err(BackupError::io(path))?;
    let mut text = Vec::new();
    let read = file.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut text);
    read.map_err(BackupError::io(path))?;
    Manifest::parse(&text).map_err(|fault| match fault {
        ManifestFault::Newer(found) => BackupError::Newer { found, supported: VERSION },
        ManifestFault::Form(reason) => BackupError::Manifest { path: path.to_owned(), reason },
    })
}

pub(super) fn digest(directory: &Path, name: &str) -> Result<FileDigest, BackupError> {
    let path = directory.join(name);
    let mut file = private_file::open_regular(&path).map_err(BackupError::io(&path))?;
    let (bytes, sha256) =
        copy(&mut file, &mut io::sink(), u64::MAX).map_err(BackupError::io(&path))?;
    Ok(FileDigest { name: name.to_owned(), bytes, sha256 })
}

/// Copies a file from a backup to another directory and says whether it is the one that was
/// backed up. No more of it is read than there should be, but one byte.
pub(super) fn copy_file(file: &FileDigest, from: &Path, to: &Path) -> Result<(), BackupError> {
    let (from, to) = (from.join(&file.name), to.join(&file.name));
    let mut source = private_file::open_regular(&from).map_err(BackupError::io(&from))?;
    let mut target = private_file::open_new(&to).map_err(BackupError::io(&to))?;
    let copied = copy(&mut source, &mut target, file.bytes.saturating_add(1));
    let copied = copied.map_err(BackupError::io(&from))?;
    if copied != (file.bytes, file.sha256.clone()) {
        return Err(BackupError::Changed(from));
    }
    target.sync_all().map_err(BackupError::io(&to))
}

/// Copies at most so many bytes, and says how many they were and their SHA-256.
fn copy(from: &mut impl Read, to: &mut impl Write, bytes_max: u64) -> io::Result<(u64, String)> {
    let mut context = Context::new(&SHA256);
    let mut from = from.take(bytes_max);
    let (mut buffer, mut bytes) = (vec![0; 256 * 1024], 0_u64);
    loop {
        let read = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
        context.update(piece);
        to.write_all(piece)?;
        bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    let digest = context.finish();
    Ok((bytes, digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_digested_and_bounded() {
        let mut written = Vec::new();
        let copied = copy(&mut b"abc".as_slice(), &mut written, 10).unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((copied, written.as_slice()), ((3, abc.to_owned()), b"abc".as_slice()));
        let (bytes, _) = copy(&mut b"abcdef".as_slice(), &mut io::sink(), 4).unwrap();
        assert_eq!(bytes, 4);
    }
}
