//! The file that is written.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use stead_types::Timestamp;

use super::directory::Segment;

/// A file of the log. What is written stands behind what was written whole before, so a
/// write that failed in the middle is written over.
pub(super) struct LogFile {
    file: File,
    first: u64,
    bytes: u64,
    opened_at: Timestamp,
}

/// A plain file with whole lines, as it was found.
pub(super) struct Newest {
    /// The number of its first line.
    pub(super) first: u64,
    /// How far whole lines go.
    pub(super) bytes: u64,
    /// When it was begun.
    pub(super) opened_at: Timestamp,
}

impl LogFile {
    /// A new file. One of this name holds nothing: its first line was never written.
    pub(super) fn create(directory: &Path, first: u64, now: Timestamp) -> io::Result<Self> {
        let path = directory.join(Segment::plain(first).name());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(path)?;
        // The name must outlast the machine's power as the lines do.
        File::open(directory)?.sync_all()?;
        Ok(Self { file, first, bytes: 0, opened_at: now })
    }

    /// A file that is written further, behind its last whole line.
    pub(super) fn continued(directory: &Path, newest: Newest) -> io::Result<Self> {
        let Newest { first, bytes, opened_at } = newest;
        let path = directory.join(Segment::plain(first).name());
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(bytes)?;
        Ok(Self { file, first, bytes, opened_at })
    }

    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) const fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all_at(lines, self.bytes)?;
        self.bytes += u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}
