//! What time it is: the only place that asks the machine.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use stead_types::Timestamp;

/// Tells what time it is. The server asks once per request and passes the
/// answer down, so a request never sees two moments.
pub trait Clock: Debug + Send + Sync {
    /// The current moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the shell's clock")]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 reads as 1970: signatures and sessions then
        // fail as long expired or not yet current, which is the safe side.
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let seconds = since_epoch.unwrap_or_default().as_secs();
        Timestamp::from_epoch_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// The machine's clock, moved by an offset that can be changed while it runs.
///
/// For the demonstration and for tests: an hour passes without waiting for it.
#[derive(Debug, Default)]
pub struct AdjustableClock {
    offset_secs: AtomicI64,
}

impl AdjustableClock {
    /// Moves the clock this far ahead of the machine's; zero puts it back.
    pub fn set_ahead(&self, ahead: Duration) {
        let seconds = i64::try_from(ahead.as_secs()).unwrap_or(i64::MAX);
        self.offset_secs.store(seconds, Ordering::Relaxed);
    }
}

impl Clock for AdjustableClock {
    fn now(&self) -> Timestamp {
        let ahead = u64::try_from(self.offset_secs.load(Ordering::Relaxed)).unwrap_or(0);
        SystemClock.now().plus(Duration::from_secs(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjustable_clock_runs_ahead_and_comes_back() {
        let clock = AdjustableClock::default();
        let before = clock.now();
        clock.set_ahead(Duration::from_secs(3600));
        assert!(clock.now().seconds_since(before) >= 3600);
        clock.set_ahead(Duration::ZERO);
        assert!(clock.now().seconds_since(before) < 3600);
    }
}
