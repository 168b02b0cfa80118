//! The thread that writes the log.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stead_audit::{AuditKey, HeadAtStart, Link, Mark};

use super::directory::DirectoryLog;
use super::queue::{Batch, Queue, Rekey};
use crate::clock::Clock;
use crate::limits::AUDIT_FLUSHED_EVERY;

/// Where lines go.
pub(super) enum Output {
    /// Into files.
    Directory(Box<DirectoryLog>),
    /// To standard output.
    StandardOutput(Link),
}

impl Output {
    /// Standard output, and the lines it begins with: a chain of its own.
    pub(super) fn standard_output(clock: &dyn Clock) -> (Self, Vec<u8>) {
        let (mut link, mut lines, now) = (Link::START, Vec::new(), clock.now());
        let open = Mark::open(now, &link);
        link.seal(&open.to_json(), &mut lines);
        link.seal(&start_mark(now, 0, HeadAtStart::New).to_json(), &mut lines);
        (Self::StandardOutput(link), lines)
    }

    fn link(&mut self) -> &mut Link {
        match self {
            Self::Directory(log) => log.link(),
            Self::StandardOutput(link) => link,
        }
    }

    /// Makes the place for the next lines: a new file when the one at hand is full.
    fn prepare(&mut self, clock: &dyn Clock) -> io::Result<()> {
        match self {
            Self::Directory(log) => log.rotate_when_due(clock),
            Self::StandardOutput(_) => Ok(()),
        }
    }

    /// Writes lines whole; leaves an empty buffer in their place. After an error the same
    /// lines are to be written again.
    fn write(&mut self, lines: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Directory(log) => log.write(lines),
            Self::StandardOutput(_) => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(lines).and_then(|()| stdout.flush())?;
                lines.clear();
                Ok(())
            }
        }
    }

    /// Signs with another key from the next flush on.
    fn set_key(&mut self, key: AuditKey) {
        match self {
            Self::Directory(log) => log.set_key(key),
            Self::StandardOutput(_) => {}
        }
    }

    /// Whether so much was not flushed yet that it should be.
    fn is_flush_due(&self) -> bool {
        match self {
            Self::Directory(log) => log.is_flush_due(),
            Self::StandardOutput(_) => false,
        }
    }

    /// Makes what was written outlast the machine's power.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Directory(log) => log.flush(),
            Self::StandardOutput(_) => Ok(()),
        }
    }
}

/// What a server says first.
pub(super) fn start_mark(now: stead_types::Timestamp, torn_bytes: u64, head: HeadAtStart) -> Mark {
    let stead = env!("CARGO_PKG_VERSION").to_owned();
    Mark::Start { time: now.to_string(), stead, torn_bytes, head }
}

pub(super) struct Writer {
    queue: Arc<Queue>,
    output: Output,
    clock: Arc<dyn Clock>,
    /// When what was written last must be flushed; `None` when all of it is.
    flush_at: Option<Instant>,
}

impl Writer {
    pub(super) const fn new(queue: Arc<Queue>, output: Output, clock: Arc<dyn Clock>) -> Self {
        Self { queue, output, clock, flush_at: None }
    }

    /// Writes until the end. A writer that ends in any other way leaves a queue without room.
    pub(super) fn run(mut self, mut lines: Vec<u8>) {
        let mut unwritten = Unwritten { queue: Arc::clone(&self.queue), has_ended: false };
        let mut batch = Batch::default();
        let mut goes_on = self.until_done(|this| this.output.write(&mut lines))
            && self.until_done(|this| this.output.flush());
        while goes_on {
            batch = self.queue.take(batch, self.idle_max());
            lines.clear();
            goes_on = self.write(&batch, &mut lines);
            self.queue.written(&batch);
            if let Some(Rekey { key, signed }) = batch.rekey.take() {
                self.output.set_key(key);
                goes_on &= self.until_done(|this| this.output.flush());
                // Who asked may have gone; dropped unsent, it says that nothing was signed.
                let _unheard = if goes_on { signed.send(()) } else { Ok(()) };
            }
            let is_due = self.flush_at.is_some_and(|at| at <= now());
            if batch.is_last || is_due || self.output.is_flush_due() {
                goes_on &= self.until_done(|this| this.output.flush());
                self.flush_at = None;
            }
            if batch.is_last {
                break;
            }
        }
        unwritten.has_ended = true;
        self.queue.announce_end();
    }

    /// Seals and writes a batch; says whether it was written.
    fn write(&mut self, batch: &Batch, lines: &mut Vec<u8>) -> bool {
        if batch.events().next().is_none() && batch.lost == 0 && !batch.is_last {
            return true;
        }
        if !self.until_done(|this| this.output.prepare(&*this.clock)) {
            return false;
        }
        let time = self.clock.now().to_string();
        let link = self.output.link();
        if batch.lost > 0 {
            let gap = Mark::Gap { time: time.clone(), lost: batch.lost };
            link.seal(&gap.to_json(), lines);
        }
        for event in batch.events() {
            link.seal(event, lines);
        }
        if batch.is_last {
            link.seal(&Mark::Stop { time }.to_json(), lines);
        }
        let written = self.until_done(|this| this.output.write(lines));
        self.flush_later();
        written
    }

    /// Tries until it works. Gives up only at the end of the server, after one more try.
    fn until_done(&mut self, mut work: impl FnMut(&mut Self) -> io::Result<()>) -> bool {
        let mut told = false;
        let mut tries_left = u8::MAX;
        loop {
            match work(self) {
                Ok(()) => {
                    if told {
                        tracing::info!("events are written to the audit log again");
                    }
                    self.queue.set_failing(false);
                    return true;
                }
                Err(error) if !told => {
                    tracing::error!(%error, "events cannot be written to the audit log");
                    told = true;
                }
                Err(_) => {}
            }
            self.queue.set_failing(true);
            let at_end = self.queue.pause();
            tries_left = if at_end { tries_left.min(2) - 1 } else { u8::MAX };
            if tries_left == 0 {
                return false;
            }
        }
    }

    fn flush_later(&mut self) {
        self.flush_at.get_or_insert_with(|| now() + AUDIT_FLUSHED_EVERY);
    }

    fn idle_max(&self) -> Duration {
        let until = |at: Instant| at.saturating_duration_since(now());
        // Without anything to flush only the age of a file could be due.
        self.flush_at.map_or(Duration::from_secs(60), until)
    }
}

/// Seen to when the writer panics: what nobody writes must not be taken.
pub(super) struct Unwritten {
    pub(super) queue: Arc<Queue>,
    pub(super) has_ended: bool,
}

impl Drop for Unwritten {
    fn drop(&mut self) {
        if !self.has_ended {
            tracing::error!("the thread that writes the audit log has ended by a defect");
            self.queue.abandon();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the shell measures its own waiting")]
fn now() -> Instant {
    Instant::now()
}
