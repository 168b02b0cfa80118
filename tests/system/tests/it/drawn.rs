//! Moments that are drawn from a seed, and what is told of them.
//!
//! `STEAD_CRASH_ROUNDS` sets the number of kills, `STEAD_CRASH_SEED` the seed. What is killed
//! goes its own way meanwhile: a seed draws the same moments again, not the same course.

use std::time::{Duration, Instant};

use stead_server::entropy::SystemEntropy;
use stead_types::Entropy as _;

/// Numbers that follow from a seed (SplitMix64, Steele, Lea and Flood 2014).
pub(crate) struct Drawn(u64);

impl Drawn {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }

    /// A time shorter than another, in whole microseconds.
    pub(crate) fn within(&mut self, longest: Duration) -> Duration {
        let microseconds = u64::try_from(longest.as_micros()).unwrap().max(1);
        Duration::from_micros(self.below(microseconds))
    }
}

/// A number from the environment.
#[expect(clippy::disallowed_methods, reason = "a test is told how long to go on")]
pub(crate) fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect(name))
}

/// How many kills there are to be; so many where nothing is said.
pub(crate) fn rounds(usual: u64) -> usize {
    usize::try_from(asked("STEAD_CRASH_ROUNDS").unwrap_or(usual)).unwrap()
}

pub(crate) fn seed() -> u64 {
    asked("STEAD_CRASH_SEED").unwrap_or_else(any_seed)
}

/// A seed, where none is asked for.
pub(crate) fn any_seed() -> u64 {
    let mut random = [0; 4];
    SystemEntropy.fill(&mut random);
    u32::from_be_bytes(random).into()
}

#[expect(clippy::print_stderr, reason = "what failed can be drawn again")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "a server is killed at a drawn moment")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
