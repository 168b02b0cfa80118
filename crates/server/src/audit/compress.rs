//! Closed files become smaller, on a thread of their own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::directory::{Form, Segment, segments};

/// How much is read and compressed at once: some 200 microseconds of work.
const PART_BYTES: usize = 64 << 10;

/// Compresses the files of one directory, one at a time.
pub(super) struct Compressor {
    directory: Arc<PathBuf>,
    at_work: Arc<Mutex<()>>,
}

impl Compressor {
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory: Arc::new(directory), at_work: Arc::default() }
    }

    /// Compresses every plain file that begins before this line. What fails is tried
    /// again with the next file; a plain one is as good.
    pub(super) fn compress_before(&self, first: u64) {
        let (directory, at_work) = (Arc::clone(&self.directory), Arc::clone(&self.at_work));
        let work = move || {
            // Behind everything else, on Linux for this thread alone: who calls must not wait
            // for it. Where it is not allowed, they do.
            let _as_ever = rustix::process::setpriority_process(None, 19);
            let _one_at_a_time = at_work.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = compress_all(&directory, first) {
                tracing::warn!(%error, "a file of the audit log was not compressed");
            }
        };
        if let Err(error) = std::thread::Builder::new().name("audit-gzip".into()).spawn(work) {
            tracing::warn!(%error, "files of the audit log are compressed later");
        }
    }
}

fn compress_all(directory: &Path, before: u64) -> io::Result<()> {
    let closed = segments(directory)?.into_iter();
    let closed = closed.filter(|segment| segment.first < before && segment.form == Form::Plain);
    closed.into_iter().try_for_each(|segment| compress(directory, segment))
}

fn compress(directory: &Path, segment: Segment) -> io::Result<()> {
    let plain = File::open(directory.join(segment.name()))?;
    compress_opened(directory, segment, plain)
}

/// The compressed file is whole and durable before the plain one goes.
fn compress_opened(directory: &Path, segment: Segment, opened: File) -> io::Result<()> {
    let plain = directory.join(segment.name());
    let compressed = directory.join(Segment { form: Form::Compressed, ..segment }.name());
    let unfinished = compressed.with_extension("gz.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let out = BufWriter::with_capacity(PART_BYTES, options.open(&unfinished)?);
    // Choice: the fastest. Lines repeat so much of each other that it makes a seventh of them,
    // and what it takes of the processor is taken from calls.
    let mut encoder = GzEncoder::new(out, Compression::fast());
    copy_standing_back(opened, &mut encoder)?;
    let mut out = encoder.finish()?;
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&unfinished, &compressed)?;
    File::open(directory)?.sync_all()?;
    // The file may have been dropped meanwhile as too old: it must not come back. Who drops
    // one takes the plain form first, so one of the two sees the other.
    match fs::remove_file(plain) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => gone(fs::remove_file(compressed)),
        removed => removed,
    }
}

/// Copies all of it, and lets others go first after every part.
///
/// However low a thread's priority, once it has a processor it keeps it for milliseconds,
/// and on a busy machine calls wait for it. Where all processors are busy that is most of
/// the time: then files stay plain until there is less to do.
fn copy_standing_back(mut from: File, to: &mut impl io::Write) -> io::Result<()> {
    let mut part = vec![0; PART_BYTES];
    loop {
        match from.read(&mut part) {
            Ok(0) => return Ok(()),
            Ok(length) => to.write_all(part.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        std::thread::yield_now();
    }
}

/// Whoever removed it.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_file_that_was_dropped_meanwhile_does_not_come_back() {
        let scratch = Scratch::new("audit-overtaken");
        let segment = Segment::plain(1);
        let plain = scratch.path().join(segment.name());
        fs::write(&plain, "line\n").unwrap();
        // Open still, as while it is compressed, and gone from the directory.
        let file = File::open(&plain).unwrap();
        fs::remove_file(&plain).unwrap();
        compress_opened(scratch.path(), segment, file).unwrap();
        assert!(segments(scratch.path()).unwrap().is_empty());
        fs::write(&plain, "line\n").unwrap();
        compress(scratch.path(), segment).unwrap();
        let compressed = Segment { form: Form::Compressed, ..segment };
        assert_eq!(segments(scratch.path()).unwrap(), [compressed]);
    }
}
