//! How much is measured.

use std::time::Duration;

/// How long each thing is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often; the median round counts.
    pub rounds: usize,
    pub warm_up: Duration,
    pub measured: Duration,
    pub samples: usize,
    /// Calls of what is timed one by one.
    pub calls: u32,
}

impl Effort {
    /// For numbers worth reading.
    pub const FULL: Self = Self {
        rounds: 7,
        warm_up: Duration::from_millis(200),
        measured: Duration::from_millis(200),
        samples: 200,
        calls: 1_000,
    };

    /// To see that it works.
    pub const SMOKE: Self = Self {
        rounds: 1,
        warm_up: Duration::from_millis(5),
        measured: Duration::from_millis(20),
        samples: 10,
        calls: 9,
    };
}
