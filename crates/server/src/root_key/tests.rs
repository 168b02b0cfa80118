use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

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

const BESIDE: RootKeySource = RootKeySource::BesideTheData;

/// The id of the key of a directory; what is compared of two keys.
async fn at(data: &Path, fresh: bool) -> Result<KeyId, RootKeyError> {
    let key = match fresh {
        true => BESIDE.read_or_create(data, &mut Counting(0)).await,
        false => BESIDE.read(data).await,
    };
    key.map(|key| key.id())
}

async fn named_at(path: &Path) -> Result<KeyId, RootKeyError> {
    let source = RootKeySource::File(path.to_owned());
    source.read_or_create(Path::new("."), &mut Counting(0)).await.map(|key| key.id())
}

fn put(path: &Path, content: &[u8], mode: u32) {
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn a_key_is_made_once_and_read_again() {
    let scratch = Scratch::new("root-key");
    let made = at(scratch.path(), true).await.unwrap();
    assert!(at(scratch.path(), true).await.unwrap() == made);
    assert!(at(scratch.path(), false).await.unwrap() == made);
    let path = scratch.path().join(FILE_NAME);
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(std::fs::read_to_string(&path).unwrap().len(), 65);
}

#[tokio::test]
async fn a_lost_key_is_not_replaced_by_a_new_one() {
    let scratch = Scratch::new("root-key-lost");
    assert!(matches!(at(scratch.path(), false).await, Err(RootKeyError::Missing(_))));
    let named = scratch.path().join("elsewhere");
    let read = named_at(&named).await;
    assert!(matches!(read, Err(RootKeyError::Missing(_))));
}

#[tokio::test]
async fn a_key_that_others_can_reach_is_refused() {
    let scratch = Scratch::new("root-key-mode");
    let path = scratch.path().join(FILE_NAME);
    let content = "0f".repeat(32);
    for (mode, beside, named) in
        [(0o600, true, true), (0o400, true, true), (0o440, false, true), (0o640, false, true)]
            .into_iter()
            .chain([0o644, 0o604, 0o660, 0o620, 0o700].map(|mode| (mode, false, false)))
    {
        put(&path, content.as_bytes(), mode);
        assert_eq!(at(scratch.path(), true).await.is_ok(), beside, "{mode:o}");
        let read = named_at(&path).await;
        assert_eq!(read.is_ok(), named, "{mode:o}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn other_contents_are_refused() {
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
        assert!(matches!(at(scratch.path(), true).await, Err(RootKeyError::Content(_))), "{bad}");
        std::fs::remove_file(&path).unwrap();
    }
    put(&path, &[0xff; 64], 0o600);
    assert!(matches!(at(scratch.path(), true).await, Err(RootKeyError::Content(_))));
}

#[tokio::test]
async fn every_key_at_hand_is_read_and_the_own_one_comes_first() {
    let scratch = Scratch::new("root-keys");
    let own = at(scratch.path(), true).await.unwrap();
    let named = scratch.path().join("named");
    put(&named, "ab".repeat(32).as_bytes(), 0o600);
    let ids = |sources: &RootKeySources| {
        let sources = sources.clone();
        let data = scratch.path().to_owned();
        async move {
            let keys = sources.read(&data).await;
            keys.map(|keys| keys.iter().map(RootKey::id).collect::<Vec<_>>())
        }
    };
    let mut sources = RootKeySources::default();
    assert_eq!(ids(&sources).await.unwrap(), [own]);
    let next = make_next(scratch.path(), &mut Counting(9)).unwrap().id();
    assert_eq!(make_next(scratch.path(), &mut Counting(99)).unwrap().id(), next);
    sources.other_file = Some(named.clone());
    let other = named_at(&named).await.unwrap();
    assert_eq!(ids(&sources).await.unwrap(), [own, other, next]);
    assert!(is_beside(scratch.path(), own).unwrap());
    settle(scratch.path(), next).unwrap();
    assert!(is_beside(scratch.path(), next).unwrap());
    // Backups from before open with the old one, which is kept and named.
    let kept = scratch.path().join(format!("{FILE_NAME}.{own}"));
    assert_eq!(named_at(&kept).await.unwrap(), own);
    assert_eq!(left_behind(scratch.path(), next), Some(kept.clone()));
    std::fs::remove_file(kept).unwrap();
    assert_eq!(left_behind(scratch.path(), next), None);
    assert_eq!(ids(&sources).await.unwrap(), [next, other]);
    // One that came to nothing is gone, and settling what is settled changes nothing.
    make_next(scratch.path(), &mut Counting(3)).unwrap();
    for _ in 0..2 {
        settle(scratch.path(), next).unwrap();
        assert_eq!(ids(&sources).await.unwrap(), [next, other]);
    }
    // The one beside the data may be gone where another is at hand, such as amid a change.
    let beside = scratch.path().join(FILE_NAME);
    std::fs::rename(&beside, scratch.path().join("away")).unwrap();
    assert_eq!(ids(&sources).await.unwrap(), [other]);
    sources.other_file = None;
    assert!(matches!(ids(&sources).await, Err(RootKeyError::Missing(path)) if path == beside));
    std::fs::rename(scratch.path().join("away"), &beside).unwrap();
    sources.other_file = Some(named.clone());
    // A key that is named must be there, also the second one.
    std::fs::remove_file(&named).unwrap();
    assert!(matches!(ids(&sources).await, Err(RootKeyError::Missing(_))));
}

#[tokio::test]
async fn a_key_in_the_environment_is_its_digits_and_nothing_else() {
    let good = "0f".repeat(32);
    let read = |text: &str| {
        let source = RootKeySource::Environment(Secret::new(text.to_owned()));
        async move { source.read(Path::new(".")).await }
    };
    let key = read(&good).await.unwrap();
    assert_eq!(key.id(), from_digits(&good).unwrap().id());
    assert_eq!(*digits(key.secret()), good);
    for bad in ["", "0f", &format!("{good}\n"), &format!("{good}0"), &good.replace('f', "g")] {
        let error = read(bad).await.unwrap_err();
        assert!(matches!(error, RootKeyError::Variable), "{error}");
    }
}
