//! The file that is written.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use stead_types::Timestamp;

use super::directory::Segment;
use crate::limits::{AUDIT_BATCH_BYTES, AUDIT_UNFLUSHED_BYTES_MAX};

/// A file of the log. What is written stands behind what was written whole before, so a
/// write that failed in the middle is written over.
pub(super) struct LogFile {
    file: File,
    first: u64,
    bytes: u64,
    opened_at: Timestamp,
    /// What stands at the end and was not flushed yet.
    ///
    /// After a flush that failed, a further one succeeds without these pages having reached
    /// the disk: the system takes them for clean. So they are written again before it.
    unflushed: Vec<u8>,
    flush_failed: bool,
}

/// A plain file with whole lines, as it was found.
pub(super) struct Newest {
    /// The number of its first line.
    pub(super) first: u64,
    /// How far whole lines go.
    pub(super) bytes: u64,
    /// How far it is known to have been flushed.
    pub(super) flushed_bytes: u64,
    /// When it was begun.
    pub(super) opened_at: Timestamp,
}

/// What a buffer keeps whose bytes were flushed for their number: the last batch, which is
/// some events longer than a batch, goes beyond the bound.
const BUSY_BYTES: usize = AUDIT_UNFLUSHED_BYTES_MAX + 2 * AUDIT_BATCH_BYTES;

impl LogFile {
    /// A new file. One of this name holds nothing: its first line was never written.
    pub(super) fn create(directory: &Path, first: u64, now: Timestamp) -> io::Result<Self> {
        let path = directory.join(Segment::plain(first).name());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(path)?;
        // The name must outlast the machine's power as the lines do.
        File::open(directory)?.sync_all()?;
        Ok(Self::of(file, first, 0, now))
    }

    /// A file that is written further, behind its last whole line. What the one who wrote
    /// it did not see flushed is read from the system's memory, where nothing shows that
    /// writing it to the disk has failed: it is to be written again.
    pub(super) fn continued(directory: &Path, newest: Newest) -> io::Result<Self> {
        let Newest { first, bytes, flushed_bytes, opened_at } = newest;
        let path = directory.join(Segment::plain(first).name());
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        file.set_len(bytes)?;
        let length = bytes.saturating_sub(flushed_bytes);
        let mut unflushed = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        file.read_exact_at(&mut unflushed, bytes - length)?;
        let flush_failed = !unflushed.is_empty();
        Ok(Self { unflushed, flush_failed, ..Self::of(file, first, bytes, opened_at) })
    }

    const fn of(file: File, first: u64, bytes: u64, opened_at: Timestamp) -> Self {
        Self { file, first, bytes, opened_at, unflushed: Vec::new(), flush_failed: false }
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
        self.bytes += length(lines);
        self.unflushed.extend_from_slice(lines);
        Ok(())
    }

    /// Whether so much was not flushed yet that it should be.
    pub(super) const fn is_flush_due(&self) -> bool {
        self.unflushed.len() >= AUDIT_UNFLUSHED_BYTES_MAX
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.flush_failed {
            let from = self.bytes.saturating_sub(length(&self.unflushed));
            self.file.write_all_at(&self.unflushed, from)?;
        }
        let flushed = self.file.sync_data();
        self.flush_failed = flushed.is_err();
        flushed?;
        // While there is much to write the buffer stays: growing it anew, and the pages of it,
        // would cost every event more than writing it here.
        let is_busy = self.is_flush_due();
        self.unflushed.clear();
        self.unflushed.shrink_to(if is_busy { BUSY_BYTES } else { AUDIT_BATCH_BYTES });
        Ok(())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn what_was_not_seen_flushed_is_written_again() {
        let scratch = Scratch::new("audit-unflushed");
        let now = Timestamp::from_epoch_seconds(0);
        let mut file = LogFile::create(scratch.path(), 1, now).unwrap();
        file.write(b"flushed\nnot\n").unwrap();
        let continued = |flushed_bytes| {
            let newest = Newest { first: 1, bytes: 12, flushed_bytes, opened_at: now };
            LogFile::continued(scratch.path(), newest).unwrap()
        };
        let mut after_a_kill = continued(8);
        assert_eq!(after_a_kill.unflushed, b"not\n");
        let path = scratch.path().join(Segment::plain(1).name());
        // As if the page had never reached the disk.
        std::fs::write(&path, "flushed\n\0\0\0\0").unwrap();
        after_a_kill.flush().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "flushed\nnot\n");
        assert!(!continued(12).flush_failed, "all of it was flushed");
    }
}
