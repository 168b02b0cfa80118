//! How log lines look, which are written, and when.

mod line;

use std::io::{self, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tracing::{Level, Metadata};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use self::line::PlainLine;
use crate::config::LogFormat;
use crate::limits::{LOG_BYTES_HELD_MAX, LOG_HELD_MAX};

/// Lines that were logged and not yet written.
static LINES: Lines =
    Lines { held: Mutex::new(Vec::new()), some: Condvar::new(), ending: AtomicBool::new(false) };

/// Writes log lines of this level and above to standard error. Once what is returned is
/// dropped, none waits any more.
///
/// One write for each request costs as much as sealing its session, so lines are held for
/// at most [`LOG_HELD_MAX`]; warnings and errors, and what stands before them, are written
/// at once, as is everything on a terminal. A process that is killed loses the lines it
/// holds.
///
/// Libraries below log only what is wrong with them: their debugging output may
/// hold header bytes, which are never recorded.
///
/// # Errors
/// When the process has a subscriber already.
pub fn start(format: LogFormat, level: Level) -> Result<Logging, TryInitError> {
    let ours = tracing_subscriber::filter::Targets::new()
        .with_default(LevelFilter::WARN.min(LevelFilter::from_level(level)))
        .with_target("stead", level)
        .with_target("stead_server", level)
        .with_target("stead_store_sqlite", level);
    let is_terminal = io::stderr().is_terminal();
    let held_below = if is_terminal { None } else { Some(Level::WARN) };
    let lines = tracing_subscriber::fmt::layer().with_writer(Writers { held_below });
    let registry = tracing_subscriber::registry().with(ours);
    match format {
        LogFormat::Text if is_terminal => registry.with(lines).try_init()?,
        LogFormat::Text => {
            registry.with(lines.with_ansi(false).event_format(PlainLine)).try_init()?;
        }
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_span_list(false)).try_init()?;
        }
    }
    // Without it, lines are written when there are many, or with the next warning.
    if let Err(error) = std::thread::Builder::new().name("log".into()).spawn(write_now_and_then) {
        tracing::warn!(%error, "log lines are written late");
    }
    Ok(Logging(()))
}

/// The log of this process; dropping it writes what is held.
#[derive(Debug)]
pub struct Logging(());

impl Drop for Logging {
    /// What is logged from here on is written at once: requests may still end.
    fn drop(&mut self) {
        LINES.ending.store(true, Ordering::Relaxed);
        write(&mut LINES.lock());
    }
}

struct Lines {
    held: Mutex<Vec<u8>>,
    some: Condvar,
    ending: AtomicBool,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(held: &mut Vec<u8>) {
    // There is nowhere left to report a failure to.
    let _ = io::stderr().write_all(held);
    held.clear();
}

fn write_now_and_then() {
    loop {
        let held = LINES.lock();
        let held = LINES.some.wait_while(held, |held| held.is_empty());
        let held = held.unwrap_or_else(PoisonError::into_inner);
        let waited = LINES.some.wait_timeout_while(held, LOG_HELD_MAX, |held| !held.is_empty());
        write(&mut waited.unwrap_or_else(PoisonError::into_inner).0);
    }
}

/// Makes a writer for each line.
struct Writers {
    /// Lines less severe than this are held.
    held_below: Option<Level>,
}

impl<'w> MakeWriter<'w> for Writers {
    type Writer = Writer;

    fn make_writer(&'w self) -> Writer {
        Writer { may_wait: false }
    }

    fn make_writer_for(&'w self, line: &Metadata<'_>) -> Writer {
        // Levels are ordered by how much they let through.
        Writer { may_wait: self.held_below.is_some_and(|held| *line.level() > held) }
    }
}

struct Writer {
    may_wait: bool,
}

impl Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut held = LINES.lock();
        let was_empty = held.is_empty();
        held.extend_from_slice(line);
        if !self.may_wait
            || LINES.ending.load(Ordering::Relaxed)
            || held.len() >= LOG_BYTES_HELD_MAX
        {
            write(&mut held);
        } else if was_empty {
            LINES.some.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        write(&mut LINES.lock());
        Ok(())
    }
}
