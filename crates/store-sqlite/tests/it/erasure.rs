//! What was replaced is in no file any more.

use std::fs;
use std::path::Path;

use stead_store::{Store as _, StoreError};
use stead_store_sqlite::SqliteStore;

use crate::place::{Place, commit, drive};

/// Whether any file of the directory holds this text.
fn holds(directory: &Path, text: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

/// A text of its own for each number, longer than a page where the number is odd.
fn body(number: u64) -> String {
    let length = if number % 2 == 1 { 9000 } else { 100 };
    let text: String = std::iter::repeat_n(format!("wrapped-{number:04}-"), length).collect();
    format!("\"{text}\"")
}

#[test]
fn what_was_replaced_is_erased_from_database_and_log() {
    let place = Place::new();
    let store = SqliteStore::open(place.path()).unwrap();
    for number in 0..40 {
        drive(store.commit(commit(number, &body(number)))).unwrap();
    }
    assert!(holds(place.path(), "wrapped-0038-"), "the log holds it until then");
    drive(store.erase_replaced()).unwrap();
    for number in 0..39 {
        assert!(!holds(place.path(), &format!("wrapped-{number:04}-")), "{number}");
    }
    assert!(holds(place.path(), "wrapped-0039-"));
    drive(store.close());
}

#[test]
fn a_reader_in_the_way_is_told_and_writers_do_not_wait_for_it() {
    let place = Place::new();
    let store = SqliteStore::open(place.path()).unwrap();
    drive(store.commit(commit(0, "\"before\""))).unwrap();
    let reader = rusqlite::Connection::open(place.file("stead.db")).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    reader.query_row("SELECT count(*) FROM record", [], |row| row.get::<_, u32>(0)).unwrap();
    drive(store.commit(commit(1, "\"after\""))).unwrap();
    let refused = drive(store.erase_replaced());
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    drive(store.commit(commit(2, "\"later\""))).unwrap();
    reader.execute_batch("END").unwrap();
    drive(store.erase_replaced()).unwrap();
    assert!(!holds(place.path(), "before") && !holds(place.path(), "after"));
    drive(store.close());
}

#[test]
fn what_a_killed_process_left_in_the_log_is_erased_at_the_next_start() {
    let place = Place::new();
    let store = SqliteStore::open(place.path()).unwrap();
    drive(store.commit(commit(0, "\"before\""))).unwrap();
    drive(store.commit(commit(1, "\"after\""))).unwrap();
    // The files as a kill leaves them.
    let killed = Place::new();
    fs::create_dir(killed.path()).unwrap();
    for name in ["stead.db", "stead.db-wal"] {
        fs::copy(place.file(name), killed.file(name)).unwrap();
    }
    drive(store.close());
    assert!(holds(killed.path(), "before"));
    let store = SqliteStore::open(killed.path()).unwrap();
    assert!(!holds(killed.path(), "before") && holds(killed.path(), "after"));
    drive(store.close());
}
