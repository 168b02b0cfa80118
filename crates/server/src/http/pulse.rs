//! Whether the server keeps up.
//!
//! A request is some fifty microseconds of work that waits for nothing. So what there is
//! too much of waits as tasks that are ready to run, and shows as how late a task runs
//! that wanted to run by now: the beat. A count of requests in flight would show something
//! else, those that wait for a disk or for an issuer's keys, which cost nobody anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::limits::{
    BEAT, BEAT_LATE_MAX, OVERLOAD_AFTER, OVERLOAD_MEMORY, REQUESTS_PER_BEAT_AND_CORE,
};

/// Tells an overload by a beat that does not come.
///
/// A machine that stood still, as virtual ones and laptops do, is not overloaded: the
/// requests of that time are few, and all of them are answered. Nor is one that is busy
/// with something else for a moment: requests are refused once no beat was in time for
/// [`OVERLOAD_AFTER`], and from then on for each that is late, until there was nothing to
/// refuse for [`OVERLOAD_MEMORY`].
pub(super) struct Pulse {
    began: Instant,
    /// The last beat, in microseconds.
    beat_at: AtomicU64,
    /// The last beat that was in time.
    in_time_at: AtomicU64,
    /// Requests since the last beat.
    requests: AtomicU32,
    requests_min: u32,
    /// Requests in work, waiting ones included.
    working: AtomicUsize,
    working_max: usize,
    /// The last refusal, in microseconds; 0 for none.
    refused_at: AtomicU64,
}

impl Pulse {
    /// For so many cores and requests in work at once.
    pub(super) fn new(cores: usize, working_max: usize) -> Arc<Self> {
        let cores = u32::try_from(cores).unwrap_or(u32::MAX);
        Arc::new(Self {
            began: Instant::now(),
            beat_at: AtomicU64::new(0),
            in_time_at: AtomicU64::new(0),
            requests: AtomicU32::new(0),
            requests_min: REQUESTS_PER_BEAT_AND_CORE.saturating_mul(cores),
            working: AtomicUsize::new(0),
            working_max,
            refused_at: AtomicU64::new(0),
        })
    }

    /// Beats for as long as it is polled.
    pub(super) async fn run(&self) {
        let mut due = interval(BEAT);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            self.beat();
        }
    }

    fn beat(&self) {
        let now = self.now();
        if !self.is_late(now) {
            self.in_time_at.store(now, Ordering::Relaxed);
        }
        self.requests.store(0, Ordering::Relaxed);
        self.beat_at.store(now, Ordering::Relaxed);
    }

    fn is_late(&self, now: u64) -> bool {
        let since = now.saturating_sub(self.beat_at.load(Ordering::Relaxed));
        since > microseconds(BEAT + BEAT_LATE_MAX)
    }

    /// Whether it is not for a moment only that beats are late.
    fn is_lasting(&self, now: u64) -> bool {
        let since = now.saturating_sub(self.in_time_at.load(Ordering::Relaxed));
        since >= microseconds(OVERLOAD_AFTER) || self.is_overloaded()
    }

    /// Admits a request, or says that the server does not keep up. Costs a reading of the
    /// clock and two atomic operations, below 100 ns.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Admitted> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        if before >= self.requests_min {
            let now = self.now();
            if self.is_late(now) && self.is_lasting(now) {
                self.note_refusal(now);
                return None;
            }
        }
        // Counted first and asked afterwards, so that no two take the last place.
        let admitted = Admitted(Arc::clone(self));
        if self.working.fetch_add(1, Ordering::Relaxed) >= self.working_max {
            self.note_refusal(self.now());
            return None;
        }
        Some(admitted)
    }

    /// Whether requests were refused within the last [`OVERLOAD_MEMORY`].
    pub(super) fn is_overloaded(&self) -> bool {
        let refused_at = self.refused_at.load(Ordering::Relaxed);
        refused_at > 0 && self.now().saturating_sub(refused_at) < microseconds(OVERLOAD_MEMORY)
    }

    fn note_refusal(&self, now: u64) {
        let before = self.refused_at.swap(now.max(1), Ordering::Relaxed);
        if before == 0 || now.saturating_sub(before) >= microseconds(OVERLOAD_MEMORY) {
            // Once for each overload: a line for each refusal would add to it.
            tracing::warn!("requests are refused: there are more than can be answered");
        }
    }

    fn now(&self) -> u64 {
        microseconds(self.began.elapsed())
    }
}

/// A request that was admitted, in work until this is dropped.
pub(super) struct Admitted(Arc<Pulse>);

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = BEAT.saturating_add(BEAT_LATE_MAX);

    /// Requests that are admitted and done at once.
    fn admitted(pulse: &Arc<Pulse>, requests: u32) -> u32 {
        (0..requests).map(|_| u32::from(pulse.admit().is_some())).sum()
    }

    #[tokio::test(start_paused = true)]
    async fn many_requests_are_refused_only_while_the_beat_is_late() {
        let pulse = Pulse::new(2, 1000);
        let few = 2 * REQUESTS_PER_BEAT_AND_CORE;
        assert_eq!(admitted(&pulse, 10 * few), 10 * few, "however many while it is in time");
        let late = LATE + Duration::from_millis(1);
        let mut lasted = Duration::ZERO;
        while lasted + late < OVERLOAD_AFTER {
            tokio::time::advance(late).await;
            lasted += late;
            assert_eq!(admitted(&pulse, 10 * few), 10 * few, "late for a moment only: {lasted:?}");
            pulse.beat();
        }
        assert_eq!(admitted(&pulse, few), few);
        tokio::time::advance(late).await;
        assert_eq!(admitted(&pulse, few), 0);
        assert!(pulse.is_overloaded());
        pulse.beat();
        assert_eq!(admitted(&pulse, 10 * few), 10 * few, "the beat has just come");
        tokio::time::advance(late).await;
        assert_eq!(admitted(&pulse, few), 0, "late again: no second moment of grace");
        tokio::time::advance(OVERLOAD_MEMORY).await;
        assert!(!pulse.is_overloaded());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_late_now_and_then_is_no_overload() {
        let pulse = Pulse::new(2, 1000);
        let few = 2 * REQUESTS_PER_BEAT_AND_CORE;
        for _ in 0..100 {
            tokio::time::advance(LATE * 3).await;
            assert_eq!(admitted(&pulse, 10 * few), 10 * few);
            pulse.beat();
            tokio::time::advance(BEAT).await;
            pulse.beat();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_stood_still_answers_what_has_come_meanwhile() {
        let pulse = Pulse::new(2, 1000);
        pulse.beat();
        tokio::time::advance(Duration::from_secs(60)).await;
        let few = 2 * REQUESTS_PER_BEAT_AND_CORE;
        assert_eq!(admitted(&pulse, few + 1), few);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_in_work_are_bounded() {
        let pulse = Pulse::new(1, 2);
        let (one, two) = (pulse.admit(), pulse.admit());
        assert!(one.is_some() && two.is_some() && pulse.admit().is_none());
        drop(one);
        assert!(pulse.admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn it_beats() {
        let pulse = Pulse::new(1, 2);
        let beating = Arc::clone(&pulse);
        let task = tokio::spawn(async move { beating.run().await });
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(pulse.now() - pulse.beat_at.load(Ordering::Relaxed) <= microseconds(BEAT));
        task.abort();
    }
}
