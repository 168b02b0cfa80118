//! Closed files become smaller, on a thread of their own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::directory::{Form, Segment, segments};

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

/// The compressed file is whole and durable before the plain one goes.
fn compress(directory: &Path, segment: Segment) -> io::Result<()> {
    let plain = directory.join(segment.name());
    let compressed = directory.join(Segment { form: Form::Compressed, ..segment }.name());
    let unfinished = compressed.with_extension("gz.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let out = BufWriter::new(options.open(&unfinished)?);
    // Choice: the fastest. Lines repeat so much of each other that it makes a seventh of them,
    // and what it takes of the processor is taken from calls.
    let mut encoder = GzEncoder::new(out, Compression::fast());
    io::copy(&mut BufReader::new(File::open(&plain)?), &mut encoder)?;
    let mut out = encoder.finish()?;
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&unfinished, &compressed)?;
    File::open(directory)?.sync_all()?;
    fs::remove_file(plain)
}
