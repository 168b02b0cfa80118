//! When there is an overload.

use std::time::Duration;

use crate::limits::{
    BEAT_LATE_MAX, OVERLOAD_AFTER, OVERLOAD_AFTER_OWN_WORK, OVERLOAD_BEATS, OVERLOAD_MEMORY,
    OVERLOAD_REFUSED_DIVISOR, REQUESTS_OF_OVERLOAD,
};

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

/// Tells an overload from a moment's wait.
///
/// It is none when something waits for a moment, as on a machine that is busy with
/// something else or has stood still: then all of it is answered. There is one once every
/// beat was late for [`OVERLOAD_AFTER`], or for [`OVERLOAD_AFTER_OWN_WORK`] where the processors
/// worked for this process, and there were requests to be late for; and then
/// until hardly any was refused for [`OVERLOAD_MEMORY`].
#[derive(Debug)]
pub(super) struct Regulator {
    cores: u32,
    state: State,
    /// The end of the last overload.
    ended_at: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Calm { late: Option<Late> },
    Overloaded(Window),
}

/// Beats that were late, one after the other.
#[derive(Clone, Copy, Debug)]
struct Late {
    since: Duration,
    beats: u32,
    requests: u32,
    worked: Duration,
}

/// What came during a part of an overload.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Duration,
    requests: u64,
    refused: u64,
}

impl Window {
    const fn begin(since: Duration) -> Self {
        Self { since, requests: 0, refused: 0 }
    }
}

impl Regulator {
    pub(super) const fn new(cores: u32) -> Self {
        Self { cores, state: State::Calm { late: None }, ended_at: None }
    }

    /// Whether there is an overload until the next beat.
    pub(super) fn beat(&mut self, beat: Beat) -> bool {
        self.state = match self.state {
            State::Calm { late } => self.calm(late, &beat),
            State::Overloaded(window) => self.overloaded(window, &beat),
        };
        matches!(self.state, State::Overloaded(_))
    }

    fn calm(&self, late: Option<Late>, beat: &Beat) -> State {
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
        if self.ended_at.is_none_or(|ended| beat.now.saturating_sub(ended) >= OVERLOAD_MEMORY) {
            // Once for each overload: a line for each refusal would add to it.
            tracing::warn!("requests are refused: there are more than can be answered");
        }
        State::Overloaded(Window::begin(beat.now))
    }

    /// Late for long, with requests to be late for. A single beat is enough where what kept
    /// it waiting was this process: a machine that stood still does not work.
    fn is_overload(&self, late: &Late, now: Duration) -> bool {
        let lasted = now.saturating_sub(late.since);
        let requests = u128::from(late.requests);
        let cores = u128::from(self.cores);
        let own = lasted >= OVERLOAD_AFTER_OWN_WORK
            && late.worked >= lasted / 2
            && requests >= lasted.as_millis() * cores;
        let many = u128::from(REQUESTS_OF_OVERLOAD) * cores * lasted.as_millis();
        // Less than a tenth of a processor is not what keeps anybody waiting.
        let lasting = lasted >= OVERLOAD_AFTER
            && late.beats >= OVERLOAD_BEATS
            && requests * OVERLOAD_AFTER.as_millis() >= many
            && late.worked >= lasted / 10;
        own || lasting
    }

    fn overloaded(&mut self, window: Window, beat: &Beat) -> State {
        let window = Window {
            since: window.since,
            requests: window.requests + u64::from(beat.requests),
            refused: window.refused + u64::from(beat.refused),
        };
        if beat.now.saturating_sub(window.since) < OVERLOAD_MEMORY {
            return State::Overloaded(window);
        }
        if window.refused * OVERLOAD_REFUSED_DIVISOR > window.requests {
            return State::Overloaded(Window::begin(beat.now));
        }
        self.ended_at = Some(beat.now);
        State::Calm { late: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::BEAT;

    const LATE: Duration = BEAT_LATE_MAX.saturating_mul(2);

    /// Beats until some time has passed.
    struct Play {
        regulator: Regulator,
        now: Duration,
    }

    impl Play {
        fn new() -> Self {
            Self { regulator: Regulator::new(1), now: Duration::from_secs(1) }
        }

        fn beat(&mut self, waited: Duration, own: bool, requests: u32, refused: u32) -> bool {
            let worked = if own { waited } else { Duration::ZERO };
            self.beat_with(waited, worked, requests, refused)
        }

        fn beat_with(
            &mut self,
            waited: Duration,
            worked: Duration,
            requests: u32,
            refused: u32,
        ) -> bool {
            self.now += BEAT + waited;
            self.regulator.beat(Beat { now: self.now, waited, worked, requests, refused })
        }

        /// Whether it is an overload still after so many of a hundred requests were refused
        /// at each beat for a while.
        fn go_on(&mut self, refused: u32) -> bool {
            let until = self.now + OVERLOAD_MEMORY * 3;
            let mut is_overload = true;
            while self.now < until && is_overload {
                is_overload = self.beat(Duration::from_millis(1), true, 100, refused);
            }
            is_overload
        }
    }

    /// Whether it is one after that long and not before, where a part of the processors
    /// worked for this process.
    fn is_overload_after(long: Duration, part: u32) -> bool {
        let (mut play, mut lasted) = (Play::new(), Duration::ZERO);
        let mut beat = || play.beat_with(LATE, LATE / part, 100, 0);
        while lasted + LATE + BEAT < long {
            assert!(!beat(), "for a moment only: {lasted:?}");
            lasted += LATE + BEAT;
        }
        // The first beat counts from when it was due.
        beat() || beat()
    }

    #[test]
    fn what_waits_for_long_with_many_requests_is_an_overload() {
        assert!(is_overload_after(OVERLOAD_AFTER_OWN_WORK, 1), "nothing else works");
        assert!(is_overload_after(OVERLOAD_AFTER, 5), "others work too");
        assert!(!is_overload_after(OVERLOAD_AFTER, 20), "it is others that work");
    }

    #[test]
    fn one_long_wait_is_an_overload_where_it_is_of_our_own_making() {
        let long = OVERLOAD_AFTER_OWN_WORK * 2;
        assert!(Play::new().beat(long, true, 1000, 0));
        assert!(!Play::new().beat(long, true, 10, 0), "few requests");
    }

    #[test]
    fn a_machine_that_stood_still_or_is_busy_with_something_else_refuses_nobody() {
        let mut play = Play::new();
        assert!(!play.beat(Duration::from_secs(60), false, 60_000, 0));
        let mut play = Play::new();
        for _ in 0..100 {
            assert!(!play.beat(LATE * 3, false, 100, 0));
        }
        for _ in 0..100 {
            assert!(!play.beat(LATE, false, 3, 0), "nobody is late for long");
        }
    }

    #[test]
    fn it_is_over_once_hardly_any_is_refused_for_a_while() {
        let mut play = Play::new();
        assert!(play.beat(OVERLOAD_AFTER_OWN_WORK, true, 1000, 0));
        assert!(play.go_on(10), "a tenth is refused");
        let refused_at = play.now;
        assert!(!play.go_on(2));
        assert!(play.now - refused_at >= OVERLOAD_MEMORY, "not at once");
        assert!(!play.beat(LATE, true, 100, 0), "a moment of grace again");
    }
}
