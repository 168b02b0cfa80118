//! Copies of a store that is in use.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use stead_store::{Aggregate, Store as _, StoreError};
use stead_store_sqlite::SqliteStore;

use crate::place::{Place, commit, drive};

#[test]
fn a_backup_is_a_database_of_one_moment() {
    let (source, target) = (Place::new(), Place::new());
    let store = SqliteStore::open(source.path()).unwrap();
    fs::create_dir(target.path()).unwrap();
    drive(store.commit(commit(0, "\"before\""))).unwrap();
    drive(store.backup_to(&target.file("stead.db"))).unwrap();
    drive(store.commit(commit(1, "\"after\""))).unwrap();
    let mode = fs::metadata(target.file("stead.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let copy = SqliteStore::open(target.path()).unwrap();
    let loaded = drive(copy.load(&Aggregate::Installation)).unwrap().unwrap();
    assert_eq!(loaded.revision.number(), 1);
    assert_eq!(&*loaded.records[0].value.body, "\"before\"");
    drive(copy.close());
    drive(store.close());
}

#[test]
fn a_store_in_memory_is_copied_too() {
    let target = Place::new();
    fs::create_dir(target.path()).unwrap();
    let store = SqliteStore::in_memory().unwrap();
    drive(store.commit(commit(0, "{}"))).unwrap();
    drive(store.backup_to(&target.file("stead.db"))).unwrap();
    let copy = SqliteStore::open(target.path()).unwrap();
    assert!(drive(copy.load(&Aggregate::Installation)).unwrap().is_some());
    drive(copy.close());
}

#[test]
fn a_backup_overwrites_nothing() {
    let place = Place::new();
    let store = SqliteStore::open(place.path()).unwrap();
    fs::write(place.file("precious"), "mine").unwrap();
    for name in ["precious", "stead.db", "absent/file"] {
        let result = drive(store.backup_to(&place.file(name)));
        assert!(matches!(result, Err(StoreError::Unavailable { .. })), "{name}: {result:?}");
    }
    assert_eq!(fs::read_to_string(place.file("precious")).unwrap(), "mine");
    assert_eq!(drive(store.load(&Aggregate::Installation)), Ok(None));
    drive(store.close());
}
