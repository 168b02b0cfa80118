//! Directories for tests, gone when the test is.

use std::path::{Path, PathBuf};

/// A fresh directory under the system's temporary one.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stead-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        crate::private_file::make_directory(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
