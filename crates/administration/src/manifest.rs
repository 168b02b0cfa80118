//! What stands beside the files of a backup.

use serde::{Deserialize, Serialize};

use crate::limits::MANIFEST_BYTES_MAX;

/// The format of backups. A later one takes the next number.
pub const VERSION: u32 = 1;

/// The database, in a backup as in a data directory.
pub const DATABASE: &str = "stead.db";

/// The root key, in a backup that holds it.
pub const ROOT_KEY: &str = "root.key";

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
    /// Reads a manifest.
    ///
    /// # Errors
    /// Whatever is none of this version.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestFault> {
        let form = |reason: &str| ManifestFault::Form(reason.to_owned());
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > MANIFEST_BYTES_MAX {
            return Err(form("it is too long"));
        }
        let no_json = |error: serde_json::Error| ManifestFault::Form(error.to_string());
        match serde_json::from_slice::<Format>(text).map_err(no_json)?.version {
            VERSION => {}
            0 => return Err(form("it has format 0")),
            found => return Err(ManifestFault::Newer(found)),
        }
        let manifest: Self = serde_json::from_slice(text).map_err(no_json)?;
        let names: Vec<_> = manifest.files.iter().map(|file| file.name.as_str()).collect();
        // These and no others, so that no name leads anywhere else.
        match (names.as_slice(), manifest.root_key_included) {
            ([DATABASE], false) | ([DATABASE, ROOT_KEY], true) => Ok(manifest),
            _ => Err(form("it names other files than a backup has")),
        }
    }

    /// The manifest as text.
    #[must_use]
    pub fn to_text(&self) -> Vec<u8> {
        // Texts and numbers only: writing them to memory cannot fail.
        let mut text = serde_json::to_vec_pretty(self).unwrap_or_default();
        text.push(b'\n');
        text
    }
}

/// Why a text is no manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestFault {
    /// A later version of Stead has written it, in this format.
    Newer(u32),
    /// It is not of the form that manifests have.
    Form(String),
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
            assert!(matches!(Manifest::parse(&bad), Err(ManifestFault::Form(_))), "{number}");
        }
        // Of a later version no more than that is read.
        let later = br#"{"version":2,"anything":[]}"#;
        assert!(matches!(Manifest::parse(later), Err(ManifestFault::Newer(2))));
    }
}
