use stead_store::{Change, CommitError};

use super::*;

fn drive<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

fn commit(expected: u64) -> Commit {
    let changes = vec![Change::put("a".parse().unwrap(), 1, "{}")];
    let expected = Revision::from_number(expected);
    Commit::new(Aggregate::Installation, expected, changes, vec![]).unwrap()
}

/// Runs `action` on the writer's connection.
fn on_writer(store: &SqliteStore, action: impl FnOnce(&Connection) + Send + 'static) {
    let running = store.lock_running();
    let queued = running.as_ref().unwrap().writer.queue(Task::Read(Box::new(action)));
    queued.unwrap();
}

fn in_memory() -> SqliteStore {
    SqliteStore::in_memory().unwrap()
}

#[test]
fn a_writer_that_panics_leaves_everything_refused() {
    let store = in_memory();
    assert!(drive(store.commit(commit(0))).is_ok());
    on_writer(&store, |_| panic!("on purpose"));
    let stopped = CommitError::Store(error::stopped());
    assert_eq!(drive(store.commit(commit(1))), Err(stopped));
    assert_eq!(drive(store.load(&Aggregate::Installation)), Err(error::stopped()));
    drive(store.close());
}

#[test]
fn a_failed_flush_fails_the_whole_batch_and_what_is_built_on_it() {
    let store = in_memory();
    // Held back, so that the commits wait together.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    on_writer(&store, move |connection| {
        wait.recv().unwrap();
        // The third row of this batch meets what SQLite refuses.
        let trigger = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON feed WHEN NEW.revision = 3
                       BEGIN SELECT RAISE(ABORT, 'refused'); END";
        connection.execute_batch(trigger).unwrap();
    });
    let chain: Vec<_> = (0..3).map(|number| store.commit(commit(number))).collect();
    go.send(()).unwrap();
    for answer in chain {
        let result = drive(answer);
        assert!(matches!(result, Err(CommitError::Store(_))), "{result:?}");
    }
    assert_eq!(drive(store.load(&Aggregate::Installation)), Ok(None));
    // What would stand on the failed batch conflicts; what stands on the disk goes on.
    let current = Revision::ABSENT;
    assert_eq!(drive(store.commit(commit(3))), Err(CommitError::Conflict { current }));
    assert_eq!(drive(store.commit(commit(0))), Ok(Revision::from_number(1)));
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room() {
    let store = in_memory();
    assert!(drive(store.commit(commit(0))).is_ok());
    let pages = |pages: u32| {
        on_writer(&store, move |connection| {
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
        });
    };
    pages(1);
    let large = |expected| {
        let changes = vec![Change::put("b".parse().unwrap(), 1, "x".repeat(1 << 20))];
        let expected = Revision::from_number(expected);
        Commit::new(Aggregate::Installation, expected, changes, vec![]).unwrap()
    };
    let result = drive(store.commit(large(1)));
    assert!(matches!(result, Err(CommitError::Store(StoreError::Full { .. }))), "{result:?}");
    pages(1_000_000);
    assert_eq!(drive(store.commit(large(1))), Ok(Revision::from_number(2)));
}

#[test]
fn nothing_is_written_after_a_failed_disk() {
    use rusqlite::ffi::{Error, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_NOTADB};

    let failure = |code| rusqlite::Error::SqliteFailure(Error::new(code), None);
    for code in [SQLITE_IOERR_FSYNC, SQLITE_CORRUPT, SQLITE_NOTADB] {
        assert!(error::is_final(&failure(code)), "{code}");
    }
    assert!(!error::is_final(&failure(SQLITE_FULL)));
}

#[test]
fn a_transaction_that_cannot_be_ended_ends_all_writing() {
    let store = in_memory();
    on_writer(&store, |connection| connection.execute_batch("BEGIN").unwrap());
    let stuck = drive(store.commit(commit(0))).unwrap_err();
    on_writer(&store, |connection| connection.execute_batch("ROLLBACK").unwrap());
    // For good, although the reason has gone away; reads go on.
    assert_eq!(drive(store.commit(commit(0))), Err(stuck));
    assert_eq!(drive(store.load(&Aggregate::Installation)), Ok(None));
}

#[test]
fn a_full_queue_refuses() {
    let store = in_memory();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    on_writer(&store, move |_| wait.recv().unwrap());
    let waiting: Vec<_> = (0..5_000).map(|_| store.load(&Aggregate::Installation)).collect();
    go.send(()).unwrap();
    let answers: Vec<_> = waiting.into_iter().map(drive).collect();
    let full = StoreError::unavailable("too many requests are waiting");
    let refused = answers.iter().filter(|answer| **answer == Err(full.clone())).count();
    let answered = answers.iter().filter(|answer| **answer == Ok(None)).count();
    // The one that holds the writer may or may not have left the queue by then.
    assert!([crate::limits::QUEUE_MAX, crate::limits::QUEUE_MAX - 1].contains(&answered));
    assert_eq!(refused + answered, 5_000);
}

#[test]
fn a_durable_commit_is_seen_by_the_reader_at_once() {
    let place = std::env::temp_dir().join(format!("stead-store-reader-{}", std::process::id()));
    let store = SqliteStore::open(&place).unwrap();
    for number in 0..50 {
        let revision = drive(store.commit(commit(number))).unwrap();
        let loaded = drive(store.load(&Aggregate::Installation)).unwrap().unwrap();
        assert_eq!(loaded.revision, revision);
    }
    drive(store.close());
    std::fs::remove_dir_all(place).unwrap();
}
