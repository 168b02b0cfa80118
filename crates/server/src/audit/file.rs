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
    unflushed: Unflushed,
    flush_failed: bool,
}

/// Lines in the buffers they were written from, one behind the other.
#[derive(Default)]
struct Unflushed {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
    /// Empty buffers for further lines: those that grow anew cost every event more than
    /// writing it. Bound: [`AUDIT_UNFLUSHED_BYTES_MAX`] and two batches.
    empty: Vec<Vec<u8>>,
}

impl Unflushed {
    /// Keeps lines, and leaves an empty buffer in their place.
    fn keep(&mut self, lines: &mut Vec<u8>) {
        self.bytes += lines.len();
        self.buffers.push(std::mem::replace(lines, self.empty.pop().unwrap_or_default()));
    }

    /// Forgets all of it. Buffers are kept for as long as there is much to write.
    fn forget(&mut self) {
        let is_busy = self.bytes >= AUDIT_UNFLUSHED_BYTES_MAX / 4;
        self.bytes = 0;
        if is_busy {
            for mut buffer in self.buffers.drain(..) {
                buffer.clear();
                self.empty.push(buffer);
            }
            self.empty.truncate(BUFFERS_MAX);
        } else {
            (self.buffers, self.empty) = (Vec::new(), Vec::new());
        }
    }
}

/// As many batches as are flushed at a time, and one more.
const BUFFERS_MAX: usize = AUDIT_UNFLUSHED_BYTES_MAX / AUDIT_BATCH_BYTES + 1;

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
        let mut lines = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        file.read_exact_at(&mut lines, bytes - length)?;
        let flush_failed = !lines.is_empty();
        let mut unflushed = Unflushed::default();
        unflushed.keep(&mut lines);
        Ok(Self { unflushed, flush_failed, ..Self::of(file, first, bytes, opened_at) })
    }

    fn of(file: File, first: u64, bytes: u64, opened_at: Timestamp) -> Self {
        let unflushed = Unflushed::default();
        Self { file, first, bytes, opened_at, unflushed, flush_failed: false }
    }

    /// The same, with the empty buffers of the file before it.
    pub(super) fn instead_of(mut self, before: &mut Self) -> Self {
        self.unflushed.empty.append(&mut before.unflushed.empty);
        self
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

    /// Writes lines whole, and keeps them until they are flushed; leaves an empty buffer in
    /// their place. After an error they are as they were.
    pub(super) fn write(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        self.file.write_all_at(lines, self.bytes)?;
        self.bytes += length(lines.len());
        self.unflushed.keep(lines);
        Ok(())
    }

    /// Whether so much was not flushed yet that it should be.
    pub(super) const fn is_flush_due(&self) -> bool {
        self.unflushed.bytes >= AUDIT_UNFLUSHED_BYTES_MAX
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.flush_failed {
            let mut at = self.bytes.saturating_sub(length(self.unflushed.bytes));
            for lines in &self.unflushed.buffers {
                self.file.write_all_at(lines, at)?;
                at += length(lines.len());
            }
        }
        let flushed = self.file.sync_data();
        self.flush_failed = flushed.is_err();
        flushed?;
        self.unflushed.forget();
        Ok(())
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
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
        file.write(&mut b"flushed\nnot\n".to_vec()).unwrap();
        let continued = |flushed_bytes| {
            let newest = Newest { first: 1, bytes: 12, flushed_bytes, opened_at: now };
            LogFile::continued(scratch.path(), newest).unwrap()
        };
        let mut after_a_kill = continued(8);
        assert_eq!(after_a_kill.unflushed.buffers, [b"not\n"]);
        let path = scratch.path().join(Segment::plain(1).name());
        // As if the page had never reached the disk.
        std::fs::write(&path, "flushed\n\0\0\0\0").unwrap();
        after_a_kill.flush().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "flushed\nnot\n");
        assert!(!continued(12).flush_failed, "all of it was flushed");
    }

    #[test]
    fn buffers_are_kept_while_there_is_much_to_write() {
        let scratch = Scratch::new("audit-buffers");
        let now = Timestamp::from_epoch_seconds(0);
        let mut file = LogFile::create(scratch.path(), 1, now).unwrap();
        let mut write = |batches: usize| {
            for _ in 0..batches {
                let mut lines = vec![b'\n'; AUDIT_BATCH_BYTES];
                file.write(&mut lines).unwrap();
                assert!(lines.is_empty());
            }
            file.flush().unwrap();
            (file.unflushed.bytes, file.unflushed.buffers.len(), file.unflushed.empty.len())
        };
        let batches = AUDIT_UNFLUSHED_BYTES_MAX / AUDIT_BATCH_BYTES;
        assert_eq!(write(batches), (0, 0, batches));
        assert_eq!(write(3 * batches), (0, 0, BUFFERS_MAX));
        assert_eq!(write(1), (0, 0, 0));
    }
}
