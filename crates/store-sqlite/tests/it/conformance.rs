//! The suite, over a directory and in memory.

use stead_store::conformance::{Harness, Keeps};
use stead_store_sqlite::SqliteStore;

use crate::place::{Place, drive};

struct Directory(Place);

impl Harness for Directory {
    type Store = SqliteStore;
    const KEEPS: Keeps = Keeps::Everything;

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.path()).unwrap()
    }

    async fn close(&self, store: SqliteStore) {
        store.close().await;
    }
}

struct Memory;

impl Harness for Memory {
    type Store = SqliteStore;
    const KEEPS: Keeps = Keeps::Nothing;

    async fn open(&self) -> SqliteStore {
        SqliteStore::in_memory().unwrap()
    }

    async fn close(&self, store: SqliteStore) {
        store.close().await;
    }
}

mod directory {
    use super::*;

    stead_store::conformance_tests!(Directory(Place::new()), drive);
}

mod memory {
    use super::*;

    stead_store::conformance_tests!(Memory, drive);
}
