use std::os::unix::fs::PermissionsExt as _;

use stead_session::Keyring;
use stead_session::vault::RootKey;
use stead_types::Secret;

use super::*;
use crate::entropy::SystemEntropy;
use crate::root_key::{RootKeySource, RootKeySources};
use crate::scratch::Scratch;

const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// A store with a keyring, and a backup of it in `backup`.
async fn backed_up(scratch: &Scratch, root_key: RootKeyInBackup) -> Result<Manifest, BackupError> {
    let store = SqliteStore::in_memory().unwrap();
    let root_keys = RootKeys::new(RootKey::new(&Secret::new([7; 32])), None);
    let keyring = Keyring::new(NOW, &mut SystemEntropy);
    let entropy = &mut SystemEntropy;
    Installation::create(&store, &keyring, root_keys.current(), entropy).await.unwrap();
    take(&store, &root_keys, &scratch.path().join("backup"), root_key, NOW).await
}

async fn restored(backup: &Path, data: &Path) -> Result<Manifest, BackupError> {
    restore(backup, data, &RootKeySources::default()).await
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_holds_the_root_key_when_it_is_asked_for_only() {
    for (root_key, expected) in [
        (RootKeyInBackup::LeftOut, vec!["manifest.json", "stead.db"]),
        (RootKeyInBackup::Included, vec!["manifest.json", "root.key", "stead.db"]),
    ] {
        let scratch = Scratch::new("backup-files");
        let manifest = backed_up(&scratch, root_key).await.unwrap();
        let backup = scratch.path().join("backup");
        assert_eq!(names(&backup), expected);
        assert_eq!(names(scratch.path()), ["backup"], "something is left beside it");
        for path in std::fs::read_dir(&backup).unwrap().map(|entry| entry.unwrap().path()) {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        let data = scratch.path().join("data");
        assert_eq!(restored(&backup, &data).await.unwrap(), manifest);
        let restored: Vec<_> = expected.into_iter().filter(|name| *name != MANIFEST).collect();
        assert_eq!(names(&data), restored);
        let again = backed_up(&scratch, root_key).await;
        assert!(matches!(again, Err(BackupError::Exists(_))));
    }
}

#[tokio::test]
async fn a_directory_that_holds_something_is_left_alone() {
    let scratch = Scratch::new("restore-into");
    backed_up(&scratch, RootKeyInBackup::LeftOut).await.unwrap();
    let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("mine"), "precious").unwrap();
    let refused = restored(&backup, &data).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty(_))));
    assert_eq!(names(&data), ["mine"]);
    std::fs::remove_file(data.join("mine")).unwrap();
    restored(&backup, &data).await.unwrap();
    let mode = std::fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn a_backup_that_was_changed_is_refused_whole() {
    let changes: [&dyn Fn(&Path); 6] = [
        &|backup| {
            let mut bytes = std::fs::read(backup.join(DATABASE)).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            std::fs::write(backup.join(DATABASE), bytes).unwrap();
        },
        &|backup| {
            let bytes = std::fs::read(backup.join(DATABASE)).unwrap();
            std::fs::write(backup.join(DATABASE), &bytes[..bytes.len() - 1]).unwrap();
        },
        &|backup| {
            let bytes = std::fs::read(backup.join(DATABASE)).unwrap();
            std::fs::write(backup.join(DATABASE), [bytes, vec![0]].concat()).unwrap();
        },
        &|backup| std::fs::remove_file(backup.join(DATABASE)).unwrap(),
        &|backup| std::fs::remove_file(backup.join(MANIFEST)).unwrap(),
        &|backup| {
            // A manifest that fits its files, of another installation.
            let text = std::fs::read_to_string(backup.join(MANIFEST)).unwrap();
            let changed = text.replace("\"accounts\": 0", "\"accounts\": 1");
            assert_ne!(text, changed);
            std::fs::write(backup.join(MANIFEST), changed).unwrap();
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let scratch = Scratch::new("restore-changed");
        backed_up(&scratch, RootKeyInBackup::LeftOut).await.unwrap();
        change(&scratch.path().join("backup"));
        let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
        assert!(restored(&backup, &data).await.is_err(), "{number}");
        assert_eq!(names(scratch.path()), ["backup"], "{number}");
    }
}

#[tokio::test]
async fn another_root_key_is_refused_before_anything_is_written() {
    let scratch = Scratch::new("restore-other-key");
    backed_up(&scratch, RootKeyInBackup::LeftOut).await.unwrap();
    let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
    let named = |byte: u8| {
        let own = RootKeySource::Environment(Secret::new(format!("{byte:02x}").repeat(32)));
        RootKeySources { own, other_file: None }
    };
    let refused = restore(&backup, &data, &named(8)).await;
    assert!(matches!(refused, Err(BackupError::OtherRootKey { .. })), "{refused:?}");
    assert_eq!(names(scratch.path()), ["backup"]);
    restore(&backup, &data, &named(7)).await.unwrap();
}

#[tokio::test]
async fn a_root_key_in_a_backup_that_is_another_one_is_refused() {
    let scratch = Scratch::new("restore-exchanged-key");
    backed_up(&scratch, RootKeyInBackup::Included).await.unwrap();
    let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
    // Of the same length, and with its digest in the manifest.
    let key = backup.join(root_key::FILE_NAME);
    let before = manifest::digest(&backup, root_key::FILE_NAME).unwrap();
    std::fs::write(&key, format!("{}\n", "08".repeat(32))).unwrap();
    let after = manifest::digest(&backup, root_key::FILE_NAME).unwrap();
    let text = std::fs::read_to_string(backup.join(MANIFEST)).unwrap();
    std::fs::write(backup.join(MANIFEST), text.replace(&before.sha256, &after.sha256)).unwrap();
    let refused = restored(&backup, &data).await;
    assert!(matches!(refused, Err(BackupError::OtherRootKey { .. })), "{refused:?}");
    assert_eq!(names(scratch.path()), ["backup"]);
}

#[tokio::test]
async fn links_and_what_is_no_file_are_not_followed() {
    type Exchange = fn(&Path);
    let exchanges: [(&str, Exchange); 4] = [
        (DATABASE, |path| std::os::unix::fs::symlink("elsewhere", path).unwrap()),
        (MANIFEST, |path| std::os::unix::fs::symlink("elsewhere", path).unwrap()),
        (root_key::FILE_NAME, |path| std::os::unix::fs::symlink("elsewhere", path).unwrap()),
        // One that nobody writes to: opening it must not wait.
        (DATABASE, |path| {
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            let kind = rustix::fs::FileType::Fifo;
            rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
        }),
    ];
    for (name, exchange) in exchanges {
        let scratch = Scratch::new("restore-links");
        backed_up(&scratch, RootKeyInBackup::Included).await.unwrap();
        let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
        std::fs::rename(backup.join(name), backup.join("elsewhere")).unwrap();
        exchange(&backup.join(name));
        let refused = restored(&backup, &data).await;
        assert!(refused.is_err(), "{name}");
        assert_eq!(names(scratch.path()), ["backup"], "{name}");
    }
}

#[tokio::test]
async fn a_destination_that_cannot_be_replaced_is_named() {
    let scratch = Scratch::new("restore-link");
    backed_up(&scratch, RootKeyInBackup::LeftOut).await.unwrap();
    let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
    std::fs::create_dir(scratch.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", &data).unwrap();
    let refused = restored(&backup, &data).await;
    assert!(matches!(refused, Err(BackupError::Link(_))), "{refused:?}");
    // A mount point of every machine, which is empty or is refused for what it holds.
    for mounted in ["/proc", "/"] {
        let refused = restored(&backup, Path::new(mounted)).await;
        assert!(matches!(refused, Err(BackupError::NotEmpty(_) | BackupError::MountPoint(_))));
    }
}
