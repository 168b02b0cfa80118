//! When there is an overload, and what share of the requests is let in during one.

use std::time::Duration;

use crate::limits::{
    BEAT, BEAT_LATE_MAX, OVERLOAD_AFTER, OVERLOAD_BEATS, OVERLOAD_MEMORY, REQUESTS_OF_OVERLOAD,
    SHARE_AT_FIRST_DIVISOR, SHARE_MIN, WAIT_WANTED,
};

/// How much of what was measured last is in the mean.
const SMOOTHING: f64 = 0.5;

/// The same for what is usual while there is no overload, of some seconds.
const USUAL_SMOOTHING: f64 = 0.002;

/// How much longer than usual requests may wait.
const WANTED_OVER_USUAL: f64 = 2.0;

/// How much the share changes from beat to beat, where the wait is none or twice what is
/// wanted: a quarter of a second for a change by half.
const STEP: f64 = 0.02;

/// How many steps a beat that came late makes up for.
const STEPS_MAX: f64 = 4.0;

/// What a beat has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    /// When.
    pub(super) now: Duration,
    /// How long a task has waited that was ready to run.
    pub(super) waited: Duration,
    /// What this process has used of the processors meanwhile.
    pub(super) worked: Duration,
    /// Requests since the last beat.
    pub(super) requests: u32,
    /// How many of them were refused.
    pub(super) refused: u32,
}

/// A share of the requests, in parts of 2^32 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share(u32);

impl Share {
    pub(super) const ALL: Self = Self(u32::MAX);
    /// When an overload begins.
    pub(super) const AT_FIRST: Self = Self(u32::MAX / SHARE_AT_FIRST_DIVISOR);

    pub(super) const fn of_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction of the largest is in range"
    )]
    fn of_fraction(fraction: f64) -> Self {
        Self((fraction.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u32)
    }
}

/// Sees to it that requests wait for [`WAIT_WANTED`] in the mean during an overload, or for
/// twice as long as they do otherwise, where the machine keeps everybody waiting.
///
/// It is no overload when something waits for a moment, as on a machine that is busy with
/// something else or has stood still: then all of it is answered. Refused is once every
/// beat was late for [`OVERLOAD_AFTER`], and there were requests to be late for; and then
/// until none was refused for [`OVERLOAD_MEMORY`].
#[derive(Debug)]
pub(super) struct Regulator {
    cores: u32,
    state: State,
    /// What is waited for in the mean while there is no overload, in seconds.
    usual: f64,
    /// The last beat that refused something.
    refused_at: Option<Duration>,
    last: Duration,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Calm { late: Option<Late> },
    Overloaded { share: f64, waited: f64 },
}

/// Beats that were late, one after the other.
#[derive(Clone, Copy, Debug)]
struct Late {
    since: Duration,
    beats: u32,
    requests: u32,
    worked: Duration,
}

impl Regulator {
    pub(super) const fn new(cores: u32) -> Self {
        let state = State::Calm { late: None };
        Self { cores, state, usual: 0.0, refused_at: None, last: Duration::ZERO }
    }

    /// What is let in until the next beat.
    pub(super) fn beat(&mut self, beat: Beat) -> Share {
        if beat.refused > 0 {
            self.refuse(beat.now);
        }
        let passed = beat.now.saturating_sub(self.last);
        self.last = beat.now;
        self.state = match self.state {
            State::Calm { late } => self.calm(late, &beat),
            State::Overloaded { share, waited } => self.overloaded(share, waited, passed, &beat),
        };
        match self.state {
            State::Calm { .. } => Share::ALL,
            State::Overloaded { share, .. } => Share::of_fraction(share),
        }
    }

    fn refuse(&mut self, now: Duration) {
        let before = self.refused_at.replace(now);
        if before.is_none_or(|before| now.saturating_sub(before) >= OVERLOAD_MEMORY) {
            // Once for each overload: a line for each refusal would add to it.
            tracing::warn!("requests are refused: there are more than can be answered");
        }
    }

    fn calm(&mut self, late: Option<Late>, beat: &Beat) -> State {
        let waited = beat.waited.min(OVERLOAD_AFTER).as_secs_f64();
        self.usual += (waited - self.usual) * USUAL_SMOOTHING;
        if beat.waited <= BEAT_LATE_MAX {
            return State::Calm { late: None };
        }
        let since = beat.now.saturating_sub(beat.waited);
        let late = late.unwrap_or(Late { since, beats: 0, requests: 0, worked: Duration::ZERO });
        let late = Late {
            since: late.since,
            beats: late.beats + 1,
            requests: late.requests.saturating_add(beat.requests),
            worked: late.worked + beat.worked,
        };
        if !self.is_overload(&late, beat.now) {
            return State::Calm { late: Some(late) };
        }
        self.refused_at = self.refused_at.filter(|at| *at >= beat.now);
        self.refuse(beat.now);
        let share = f64::from(SHARE_AT_FIRST_DIVISOR).recip();
        // Its wait is that of what has come before, of which most is refused now.
        State::Overloaded { share, waited: self.wanted() }
    }

    /// Late for long, with requests to be late for. A single beat is enough where what kept
    /// it waiting was this process: a machine that stood still does not work.
    fn is_overload(&self, late: &Late, now: Duration) -> bool {
        let lasted = now.saturating_sub(late.since);
        let requests = u128::from(late.requests);
        let cores = u128::from(self.cores);
        let own = late.worked >= lasted / 2 && requests >= lasted.as_millis() * cores;
        let many = u128::from(REQUESTS_OF_OVERLOAD) * cores * lasted.as_millis();
        // Less than a tenth of a processor is not what keeps anybody waiting.
        let lasting = late.beats >= OVERLOAD_BEATS
            && requests * OVERLOAD_AFTER.as_millis() >= many
            && late.worked >= lasted / 10;
        lasted >= OVERLOAD_AFTER && (own || lasting)
    }

    /// What requests are to wait in the mean, in seconds.
    fn wanted(&self) -> f64 {
        WAIT_WANTED.as_secs_f64().max(self.usual * WANTED_OVER_USUAL)
    }

    fn overloaded(&self, share: f64, waited: f64, passed: Duration, beat: &Beat) -> State {
        let refused_at = self.refused_at.unwrap_or(Duration::ZERO);
        if beat.now.saturating_sub(refused_at) >= OVERLOAD_MEMORY {
            return State::Calm { late: None };
        }
        // What others kept the processors busy with cannot be made shorter by refusing: it
        // would go on for as long as they do.
        let own = beat.waited.min(beat.worked);
        let waited = waited + (own.as_secs_f64() - waited) * SMOOTHING;
        let wanted = self.wanted();
        let steps = (passed.as_secs_f64() / BEAT.as_secs_f64()).clamp(1.0, STEPS_MAX);
        let off = ((wanted - waited) / wanted).clamp(-2.0, 1.0);
        // Far below, requests are refused for nothing.
        let change = if off > 0.75 { 2.0 * STEP } else { off * STEP } * steps;
        let share = (share * (1.0 + change)).clamp(SHARE_MIN, 1.0);
        State::Overloaded { share, waited }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = BEAT_LATE_MAX.saturating_mul(4);

    /// Beats until some time has passed; gives the last share.
    struct Play {
        regulator: Regulator,
        now: Duration,
    }

    impl Play {
        fn new() -> Self {
            Self { regulator: Regulator::new(1), now: Duration::from_secs(1) }
        }

        fn beat(&mut self, waited: Duration, own: bool, requests: u32, refused: u32) -> Share {
            self.now += BEAT + waited;
            let worked = if own { waited } else { Duration::ZERO };
            self.regulator.beat(Beat { now: self.now, waited, worked, requests, refused })
        }

        /// Requests of which those that are not let in are refused.
        fn go_on(&mut self, waited: Duration, time: Duration) -> Share {
            let until = self.now + time;
            let mut share = self.beat(waited, true, 100, 1);
            while self.now < until {
                let refused = u32::from(share != Share::ALL);
                share = self.beat(waited, true, 100, refused);
            }
            share
        }
    }

    #[test]
    fn what_waits_for_long_with_many_requests_is_an_overload() {
        let mut play = Play::new();
        let mut lasted = Duration::ZERO;
        while lasted + LATE + BEAT < OVERLOAD_AFTER {
            assert_eq!(play.beat(LATE, true, 100, 0), Share::ALL, "for a moment only: {lasted:?}");
            lasted += LATE + BEAT;
        }
        play.beat(LATE, true, 100, 0);
        assert_ne!(play.beat(LATE, true, 100, 0), Share::ALL);
    }

    #[test]
    fn one_long_wait_is_an_overload_where_it_is_of_our_own_making() {
        let long = OVERLOAD_AFTER * 2;
        assert_ne!(Play::new().beat(long, true, 1000, 0), Share::ALL);
        assert_eq!(Play::new().beat(long, true, 10, 0), Share::ALL, "few requests");
    }

    #[test]
    fn a_machine_that_stood_still_or_is_busy_with_something_else_refuses_nobody() {
        let mut play = Play::new();
        assert_eq!(play.beat(Duration::from_secs(60), false, 60_000, 0), Share::ALL);
        let mut play = Play::new();
        for _ in 0..100 {
            assert_eq!(play.beat(LATE * 3, false, 100, 0), Share::ALL);
            assert_eq!(play.beat(Duration::ZERO, false, 100, 0), Share::ALL);
        }
        for _ in 0..100 {
            assert_eq!(play.beat(LATE, false, 3, 0), Share::ALL, "nobody is late for long");
        }
    }

    #[test]
    fn an_overload_ends_while_something_else_keeps_the_machine_busy() {
        let mut play = Play::new();
        let mut share = play.beat(OVERLOAD_AFTER, true, 1000, 0);
        let until = play.now + OVERLOAD_MEMORY * 4;
        while play.now < until {
            let refused = u32::from(share != Share::ALL);
            share = play.beat(LATE, false, 100, refused);
        }
        assert!(matches!(play.regulator.state, State::Calm { .. }), "{share:?}");
    }

    #[test]
    fn the_share_follows_what_is_waited_for() {
        let mut play = Play::new();
        let first = play.beat(OVERLOAD_AFTER, true, 1000, 0);
        let less = play.go_on(WAIT_WANTED * 3, Duration::from_millis(200));
        assert!(less.bits() < first.bits() / 2, "{less:?} of {first:?}");
        let least = play.go_on(WAIT_WANTED * 3, Duration::from_secs(10));
        assert_eq!(least, Share::of_fraction(SHARE_MIN));
        let more = play.go_on(Duration::ZERO, Duration::from_millis(500));
        assert!(more.bits() > least.bits() * 4, "{more:?} of {least:?}");
        let kept = play.go_on(WAIT_WANTED, Duration::from_secs(1));
        let again = play.go_on(WAIT_WANTED, Duration::from_secs(1));
        assert!(kept.bits().abs_diff(again.bits()) < kept.bits() / 100, "{kept:?} {again:?}");
    }

    #[test]
    fn it_is_over_once_nothing_was_refused_for_a_while() {
        let mut play = Play::new();
        play.beat(OVERLOAD_AFTER, true, 1000, 0);
        play.go_on(WAIT_WANTED * 3, Duration::from_secs(1));
        let refused_at = play.now;
        while let State::Overloaded { .. } = play.regulator.state {
            play.beat(Duration::ZERO, true, 1, 0);
            assert!(play.now - refused_at < OVERLOAD_MEMORY * 2);
        }
        assert!(play.now - refused_at >= OVERLOAD_MEMORY);
        assert_eq!(play.beat(LATE, true, 100, 0), Share::ALL, "a moment of grace again");
    }
}
