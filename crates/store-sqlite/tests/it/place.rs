//! A directory for one test, and how a test waits.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use stead_store::{Aggregate, Change, Commit, Revision};

/// A path for one test's directory, removed with it; nothing is there at first.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("stead-store-sqlite-{}-{count}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _absent = fs::remove_dir_all(&self.0);
    }
}

/// Runs a future to its end.
pub(crate) fn drive<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future)
}

/// A commit of one record, `a`, to the installation.
pub(crate) fn commit(expected: u64, body: &str) -> Commit {
    let changes = vec![Change::put("a".parse().unwrap(), 1, body)];
    let expected = Revision::from_number(expected);
    Commit::new(Aggregate::Installation, expected, changes, vec![]).unwrap()
}
