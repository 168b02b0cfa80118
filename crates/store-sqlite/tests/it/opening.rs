//! Who may open what, and what is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rusqlite::Connection;
use stead_store::{Aggregate, Revision, Store as _, StoreError};
use stead_store_sqlite::{OpenError, SqliteStore};

use crate::place::{Place, commit, drive};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn open(place: &Place) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(place.path())
}

/// Opens a store, makes one commit and closes it.
fn create(place: &Place) {
    let store = open(place).unwrap();
    drive(async {
        store.commit(commit(0, "{}")).await.unwrap();
        store.close().await;
    });
}

fn alter(place: &Place, sql: &str) {
    Connection::open(place.file("stead.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn all_files_belong_to_the_owner_only() {
    let place = Place::new();
    let store = SqliteStore::open(&place.file("deep/er")).unwrap();
    drive(store.commit(commit(0, "{}"))).unwrap();
    assert_eq!(mode(place.path()), 0o700);
    assert_eq!(mode(&place.file("deep/er")), 0o700);
    let mut files: Vec<_> = fs::read_dir(place.file("deep/er"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path())))
        .collect();
    files.sort();
    let expected = ["lock", "stead.db", "stead.db-shm", "stead.db-wal"];
    assert_eq!(files, expected.map(|name| (name.to_owned(), 0o600)));
    drive(store.close());
}

#[test]
fn a_database_with_a_wider_mode_is_narrowed() {
    let place = Place::new();
    create(&place);
    set_mode(&place.file("stead.db"), 0o644);
    drive(open(&place).unwrap().close());
    assert_eq!(mode(&place.file("stead.db")), 0o600);
}

#[test]
fn a_directory_keeps_its_mode_but_must_not_be_open_to_all() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    for good in [0o700, 0o750, 0o755, 0o775] {
        set_mode(place.path(), good);
        drive(open(&place).unwrap().close());
        assert_eq!(mode(place.path()), good);
    }
    for bad in [0o777, 0o702, 0o1777] {
        set_mode(place.path(), bad);
        let error = open(&place).unwrap_err();
        assert!(matches!(error, OpenError::OpenToAll { .. }), "{error}");
    }
}

#[test]
fn a_second_server_is_told_who_has_the_directory() {
    let place = Place::new();
    let first = open(&place).unwrap();
    for _ in 0..2 {
        let error = open(&place).unwrap_err();
        let expected = format!(
            "`{}` is in use by another server (process {})",
            place.path().display(),
            std::process::id()
        );
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, OpenError::InUse { .. }));
    }
    // The first has lost nothing by it.
    assert_eq!(drive(first.commit(commit(0, "{}"))), Ok(Revision::from_number(1)));
    drive(first.close());
    drive(open(&place).unwrap().close());
}

#[test]
fn a_lock_file_without_a_number_is_still_a_lock() {
    let place = Place::new();
    let first = open(&place).unwrap();
    for content in ["", "unknown\n", "99999999999999999999999999\n", "\u{0}\u{1}"] {
        fs::write(place.file("lock"), content).unwrap();
        let error = open(&place).unwrap_err();
        assert!(matches!(error, OpenError::InUse { process: None, .. }), "{error:?}");
    }
    drive(first.close());
    // A lock file that was left behind is none.
    drive(open(&place).unwrap().close());
}

#[test]
fn a_closed_store_is_unavailable() {
    let place = Place::new();
    for store in [open(&place).unwrap(), SqliteStore::in_memory().unwrap()] {
        drive(store.close());
        drive(store.close());
        let stopped = StoreError::unavailable("the store has stopped");
        assert_eq!(drive(store.load(&Aggregate::Installation)), Err(stopped.clone()));
        assert_eq!(drive(store.commit(commit(0, "{}"))), Err(stopped.into()));
    }
}

#[test]
fn closing_finishes_what_is_queued() {
    let place = Place::new();
    let store = open(&place).unwrap();
    for number in 0..300 {
        drop(store.commit(commit(number, "{}")));
    }
    drive(store.close());
    // The log is in the database, and its file is gone.
    assert!(!place.file("stead.db-wal").exists());
    let loaded = drive(open(&place).unwrap().load(&Aggregate::Installation)).unwrap().unwrap();
    assert_eq!(loaded.revision.number(), 300);
}

#[test]
fn a_later_schema_is_refused_and_left_alone() {
    let place = Place::new();
    create(&place);
    alter(&place, "PRAGMA user_version = 2");
    let before = fs::read(place.file("stead.db")).unwrap();
    let error = open(&place).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 2, supported: 1, .. }), "{error}");
    assert_eq!(fs::read(place.file("stead.db")).unwrap(), before);
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_alone() {
    let not_ours: [&dyn Fn(&Place); 5] = [
        &|place| alter(place, "PRAGMA application_id = 42"),
        &|place| alter(place, "PRAGMA application_id = 0"),
        &|place| alter(place, "CREATE TABLE other (a)"),
        &|place| alter(place, "PRAGMA user_version = 1"),
        &|place| fs::write(place.file("stead.db"), "this is no database".repeat(100)).unwrap(),
    ];
    for (index, make) in not_ours.iter().enumerate() {
        let place = Place::new();
        fs::create_dir(place.path()).unwrap();
        if index < 2 {
            create(&place);
        }
        make(&place);
        let before = fs::read(place.file("stead.db")).unwrap();
        let error = open(&place).unwrap_err();
        assert!(matches!(error, OpenError::Foreign { .. }), "{index}: {error}");
        assert_eq!(fs::read(place.file("stead.db")).unwrap(), before, "{index}");
    }
}

#[test]
fn a_database_whose_maker_died_early_is_finished() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    alter(&place, "PRAGMA journal_mode = wal");
    create(&place);
    let loaded = drive(open(&place).unwrap().load(&Aggregate::Installation)).unwrap();
    assert_eq!(loaded.unwrap().revision.number(), 1);
}

#[test]
fn what_is_no_directory_is_refused() {
    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    fs::write(place.file("file"), "").unwrap();
    let error = SqliteStore::open(&place.file("file")).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
}

#[test]
fn a_row_that_is_not_ours_is_damage() {
    let damages = [
        "UPDATE record SET key = 'with space'",
        "UPDATE record SET format = 70000",
        "UPDATE record SET format = -1",
        "UPDATE record SET body = CAST(x'ff' AS TEXT)",
        "UPDATE aggregate SET revision = -1",
    ];
    for damage in damages {
        let place = Place::new();
        create(&place);
        alter(&place, damage);
        let store = open(&place).unwrap();
        let result = drive(store.load(&Aggregate::Installation));
        assert!(matches!(result, Err(StoreError::Damaged { .. })), "{damage}: {result:?}");
        drive(store.close());
    }
}

#[test]
fn the_database_reads_with_ordinary_tools() {
    let place = Place::new();
    create(&place);
    let connection = Connection::open(place.file("stead.db")).unwrap();
    let kind = "SELECT aggregate || ' ' || key || ' ' || typeof(body) || ' ' || json_type(body)
                FROM record";
    let row: String = connection.query_row(kind, [], |row| row.get(0)).unwrap();
    assert_eq!(row, "installation a text object");
}
