use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::{BackupError, DATABASE};
use crate::limits::MANIFEST_BYTES_MAX;
use crate::{private_file, root_key};

/// The format of backups. A later one takes the next number.
pub(super) const VERSION: u32 = 1;

/// What a backup is, and what belongs to it: the file `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format, 1.
    pub version: u32,
    /// The version of Stead that took it.
    pub stead: String,
    /// When, such as `2026-03-01T12:00:00Z`.
    pub taken_at: String,
    /// The id of the root key that opens it.
    pub root_key: String,
    /// Whether that is in the backup.
    pub root_key_included: bool,
    /// How many accounts there are.
    pub accounts: usize,
    /// The files beside the manifest.
    pub files: Vec<FileDigest>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Its name, in the backup's directory.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

/// The format alone, which is read first: a later one may have other fields.
#[derive(Deserialize)]
struct Format {
    version: u32,
}

impl Manifest {
    pub(super) fn write(&self, path: &Path) -> Result<(), BackupError> {
        let unwritten = |error: serde_json::Error| BackupError::Io {
            path: path.to_owned(),
            error: error.into(),
        };
        let mut text = serde_json::to_vec_pretty(self).map_err(unwritten)?;
        text.push(b'\n');
        private_file::create_new(path, &text).map_err(BackupError::io(path))
    }

    pub(super) fn read(path: &Path) -> Result<Self, BackupError> {
        let file = File::open(path).map_err(BackupError::io(path))?;
        let mut text = Vec::new();
        let read = file.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut text);
        read.map_err(BackupError::io(path))?;
        Self::parse(&text).map_err(|fault| match fault {
            Fault::Newer(found) => BackupError::Newer { found, supported: VERSION },
            Fault::Form(reason) => BackupError::Manifest { path: path.to_owned(), reason },
        })
    }

    fn parse(text: &[u8]) -> Result<Self, Fault> {
        let form = |reason: &str| Fault::Form(reason.to_owned());
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > MANIFEST_BYTES_MAX {
            return Err(form("it is too long"));
        }
        let no_json = |error: serde_json::Error| Fault::Form(error.to_string());
        match serde_json::from_slice::<Format>(text).map_err(no_json)?.version {
            VERSION => {}
            0 => return Err(form("it has format 0")),
            found => return Err(Fault::Newer(found)),
        }
        let manifest: Self = serde_json::from_slice(text).map_err(no_json)?;
        let names: Vec<_> = manifest.files.iter().map(|file| file.name.as_str()).collect();
        // These and no others, so that no name leads anywhere else.
        match (names.as_slice(), manifest.root_key_included) {
            ([DATABASE], false) | ([DATABASE, root_key::FILE_NAME], true) => Ok(manifest),
            _ => Err(form("it names other files than a backup has")),
        }
    }
}

enum Fault {
    Newer(u32),
    Form(String),
}

impl FileDigest {
    pub(super) fn of(directory: &Path, name: &str) -> Result<Self, BackupError> {
        let path = directory.join(name);
        let mut file = File::open(&path).map_err(BackupError::io(&path))?;
        let (bytes, sha256) =
            copy(&mut file, &mut io::sink(), u64::MAX).map_err(BackupError::io(&path))?;
        Ok(Self { name: name.to_owned(), bytes, sha256 })
    }

    /// Copies the file from a backup to another directory and says whether it is the one
    /// that was backed up. No more of it is read than there should be, but one byte.
    pub(super) fn copy(&self, from: &Path, to: &Path) -> Result<(), BackupError> {
        let (from, to) = (from.join(&self.name), to.join(&self.name));
        let mut source = File::open(&from).map_err(BackupError::io(&from))?;
        let mut target = private_file::open_new(&to).map_err(BackupError::io(&to))?;
        let copied = copy(&mut source, &mut target, self.bytes.saturating_add(1));
        let copied = copied.map_err(BackupError::io(&from))?;
        if copied != (self.bytes, self.sha256.clone()) {
            return Err(BackupError::Changed(from));
        }
        target.sync_all().map_err(BackupError::io(&to))
    }
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

    fn text(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
        let digest = "0f".repeat(32);
        let mut manifest = serde_json::json!({
            "version": 1, "stead": "0.1.0", "taken_at": "2026-03-01T12:00:00Z",
            "root_key": "5f0e7c2a91d4b386", "root_key_included": false, "accounts": 2,
            "files": [{ "name": "stead.db", "bytes": 3, "sha256": digest }],
        });
        change(&mut manifest);
        serde_json::to_vec(&manifest).unwrap()
    }

    #[test]
    fn a_manifest_is_read_and_its_neighbours_are_refused() {
        assert_eq!(Manifest::parse(&text(|_| {})).ok().unwrap().accounts, 2);
        let file = |name: &str| serde_json::json!({ "name": name, "bytes": 3, "sha256": "" });
        for (number, bad) in [
            text(|it| it["version"] = 0.into()),
            text(|it| it["more"] = 1.into()),
            text(|it| it["files"] = serde_json::json!([])),
            text(|it| it["files"][0]["name"] = "../stead.db".into()),
            text(|it| it["files"][0]["name"] = "/etc/passwd".into()),
            text(|it| it["files"][0]["bytes"] = (-1).into()),
            text(|it| it["files"] = serde_json::json!([file("stead.db"), file("stead.db")])),
            text(|it| it["files"] = serde_json::json!([file("stead.db"), file("root.key")])),
            text(|it| it["root_key_included"] = true.into()),
            text(|it| it["stead"] = "x".repeat(100_000).into()),
            b"{}".to_vec(),
            b"".to_vec(),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(matches!(Manifest::parse(&bad), Err(Fault::Form(_))), "{number}");
        }
        // Of a later version no more than that is read.
        let later = br#"{"version":2,"anything":[]}"#;
        assert!(matches!(Manifest::parse(later), Err(Fault::Newer(2))));
    }

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
