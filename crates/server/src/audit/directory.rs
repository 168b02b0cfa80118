//! The files of the log: one that is written, closed ones that are compressed, and the
//! head.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use stead_audit::{AuditKey, Head, HeadAtStart, Link, Mark};
use stead_types::Timestamp;

use super::AuditKeys;
use super::compress::Compressor;
use super::file::LogFile;
use super::opened::{Found, look};
use super::writer::start_mark;
use crate::clock::Clock;
use crate::config::Audit;
use crate::private_file;

/// The name of the head.
pub(super) const HEAD_NAME: &str = "head.json";

const PREFIX: &str = "events-";
const PLAIN: &str = ".jsonl";
const COMPRESSED: &str = ".jsonl.gz";
/// Digits of a sequence number in a name: names sort as numbers do.
const DIGITS: usize = 20;

/// A file of the log, by the number of its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) form: Form,
}

/// How a file is kept. Where both are there, the plain one is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    Plain,
    Compressed,
}

impl Segment {
    pub(super) const fn plain(first: u64) -> Self {
        Self { first, form: Form::Plain }
    }

    pub(super) fn name(self) -> String {
        let end = match self.form {
            Form::Plain => PLAIN,
            Form::Compressed => COMPRESSED,
        };
        format!("{PREFIX}{:0DIGITS$}{end}", self.first)
    }

    fn of_name(name: &str) -> Option<Self> {
        let rest = name.strip_prefix(PREFIX)?;
        let (digits, form) = match rest.strip_suffix(COMPRESSED) {
            Some(digits) => (digits, Form::Compressed),
            None => (rest.strip_suffix(PLAIN)?, Form::Plain),
        };
        let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().map(|first| Self { first, form })
    }
}

/// The files of a log, oldest first, each once.
pub(super) fn segments(directory: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in directory.read_dir()? {
        segments.extend(entry?.file_name().to_str().and_then(Segment::of_name));
    }
    segments.sort();
    segments.dedup_by_key(|segment| segment.first);
    Ok(segments)
}

/// The log of one directory, open for writing.
pub(super) struct DirectoryLog {
    directory: PathBuf,
    bytes_max: u64,
    age_max: Duration,
    files_max: usize,
    key: AuditKey,
    /// Where the chain stands, lines that are being written included.
    link: Link,
    /// The number of the first line that is kept.
    first: u64,
    file: LogFile,
    /// The last line of the file, for the head.
    end: Link,
    compressor: Compressor,
}

impl DirectoryLog {
    /// Opens the log for a server that begins, and gives the lines it begins with. A head
    /// that was signed with any of the keys is believed.
    pub(super) fn open(
        directory: PathBuf,
        settings: &Audit,
        keys: AuditKeys,
        clock: &dyn Clock,
    ) -> io::Result<(Self, Vec<u8>)> {
        private_file::make_directory(&directory)?;
        let Found { mut link, first, newest, torn_bytes, head } = look(&directory, &keys.all())?;
        let (now, mut lines) = (clock.now(), Vec::new());
        if head == HeadAtStart::New {
            // Before the first line: a log without a head is one that lost it.
            let empty = Head { first: link.sequence + 1, last: link };
            private_file::replace(
                &directory.join(HEAD_NAME),
                empty.sign(&keys.current).as_bytes(),
            )?;
        }
        // Also one that is too long by now ends with its last whole line.
        let newest = newest.map(|newest| LogFile::continued(&directory, newest)).transpose()?;
        let file = match newest {
            Some(newest) if newest.bytes() < settings.file_bytes_max => newest,
            full => {
                full.map_or(Ok(()), |mut full| full.flush())?;
                Self::begin(&directory, &mut link, now, &mut lines)?
            }
        };
        link.seal(&start_mark(now, torn_bytes, head).to_json(), &mut lines);
        let first = first.unwrap_or_else(|| file.first());
        let log = Self {
            compressor: Compressor::new(directory.clone()),
            directory,
            bytes_max: settings.file_bytes_max,
            age_max: settings.file_age_max,
            files_max: settings.files_max,
            key: keys.current,
            end: link,
            link,
            first,
            file,
        };
        log.compressor.compress_before(log.file.first());
        Ok((log, lines))
    }

    /// Signs heads with another key from here on.
    pub(super) fn set_key(&mut self, key: AuditKey) {
        self.key = key;
    }

    pub(super) const fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    /// Begins a new file when the one at hand is as long or as old as it may be.
    pub(super) fn rotate_when_due(&mut self, clock: &dyn Clock) -> io::Result<()> {
        let now = clock.now();
        let age = now.seconds_since(self.file.opened_at());
        let old = i64::try_from(self.age_max.as_secs()).is_ok_and(|oldest| age >= oldest);
        if self.file.bytes() < self.bytes_max && !old {
            return Ok(());
        }
        self.flush()?;
        let (mut link, mut lines) = (self.link, Vec::new());
        let mut file = Self::begin(&self.directory, &mut link, now, &mut lines)?;
        file.write(&mut lines)?;
        let file = file.instead_of(&mut self.file);
        (self.file, self.link, self.end) = (file, link, link);
        self.drop_oldest()?;
        self.compressor.compress_before(self.file.first());
        Ok(())
    }

    pub(super) fn write(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        self.file.write(lines)?;
        self.end = self.link;
        Ok(())
    }

    /// Whether so much was not flushed yet that it should be.
    pub(super) const fn is_flush_due(&self) -> bool {
        self.file.is_flush_due()
    }

    /// Flushes the file, and then says in the head how far it goes.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()?;
        let head = Head { first: self.first, last: self.end };
        private_file::replace(&self.directory.join(HEAD_NAME), head.sign(&self.key).as_bytes())
    }

    /// An empty file for the lines behind `link`, and the line that opens it.
    fn begin(
        directory: &Path,
        link: &mut Link,
        now: Timestamp,
        lines: &mut Vec<u8>,
    ) -> io::Result<LogFile> {
        let file = LogFile::create(directory, link.sequence + 1, now)?;
        let open = Mark::open(now, link);
        link.seal(&open.to_json(), lines);
        Ok(file)
    }

    /// Deletes what is too old, after the head says that it is not kept.
    fn drop_oldest(&mut self) -> io::Result<()> {
        let segments = segments(&self.directory)?;
        let Some(too_many) = segments.len().checked_sub(self.files_max).filter(|many| *many > 0)
        else {
            return Ok(());
        };
        let (old, kept) = segments.split_at(too_many);
        self.first = kept.first().map_or(self.file.first(), |oldest| oldest.first);
        self.flush()?;
        for segment in old {
            for form in [Form::Plain, Form::Compressed] {
                let path = self.directory.join(Segment { form, ..*segment }.name());
                match std::fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_where_a_file_begins() {
        for segment in [Segment::plain(1), Segment { first: u64::MAX, form: Form::Compressed }] {
            assert_eq!(Segment::of_name(&segment.name()), Some(segment));
        }
        assert_eq!(Segment::plain(7).name(), "events-00000000000000000007.jsonl");
        for bad in [
            "events-7.jsonl",
            "events-00000000000000000007.jsonl.gz.new",
            "events-0000000000000000000x.jsonl",
            "events-99999999999999999999.jsonl",
            "head.json",
        ] {
            assert_eq!(Segment::of_name(bad), None, "{bad}");
        }
    }
}
