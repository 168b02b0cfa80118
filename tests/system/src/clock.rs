use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use stead_server::clock::Clock;
use stead_types::Timestamp;

/// A clock that stands still until it is moved, so that times in messages are
/// known beforehand and an hour passes at once.
#[derive(Debug)]
pub struct SetClock {
    epoch_seconds: AtomicI64,
}

impl SetClock {
    /// A clock that shows this moment.
    #[must_use]
    pub const fn at(epoch_seconds: i64) -> Self {
        Self { epoch_seconds: AtomicI64::new(epoch_seconds) }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.epoch_seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(self.epoch_seconds.load(Ordering::SeqCst))
    }
}
