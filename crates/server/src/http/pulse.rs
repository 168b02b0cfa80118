//! Whether the server keeps up, and how much it lets in where it does not.
//!
//! A request is some fifty microseconds of work that waits for nothing. So what there is
//! too much of waits as tasks that are ready to run, and shows as how long one of them
//! waits: the beat is a task that looks. A count of requests in flight would show something
//! else, those that wait for a disk or for an issuer's keys, which cost nobody anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use self::regulator::{Beat, Regulator, Share};
use crate::limits::{BEAT, OVERLOAD_AFTER, REQUESTS_PER_BEAT_AND_CORE};

mod regulator;

/// Every how many requests between two beats it is looked whether the beat is overdue. Fewer
/// come in time.
const LOOKED_EVERY: u32 = 128;

/// Lets requests in, all of them or the share that can be answered.
pub(super) struct Pulse {
    began: Instant,
    cores: u32,
    /// What is let in, as [`Share::bits`].
    share: AtomicU32,
    /// Adds the share up, so that those who are let in are spread evenly among the others.
    credit: AtomicU32,
    /// Requests since the last beat, and those that were refused.
    requests: AtomicU32,
    refused: AtomicU32,
    /// Since when the next beat is ready to run, and what this process had used of the
    /// processors by then, in microseconds.
    ready_at: AtomicU64,
    worked: AtomicU64,
    /// Requests in work, waiting ones included.
    working: AtomicUsize,
    working_max: usize,
}

impl Pulse {
    /// For so many cores and requests in work at once.
    pub(super) fn new(cores: usize, working_max: usize) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            cores: u32::try_from(cores).unwrap_or(u32::MAX),
            share: AtomicU32::new(Share::ALL.bits()),
            credit: AtomicU32::new(0),
            requests: AtomicU32::new(0),
            refused: AtomicU32::new(0),
            ready_at: AtomicU64::new(u64::MAX),
            worked: AtomicU64::new(0),
            working: AtomicUsize::new(0),
            working_max,
        })
    }

    /// Beats for as long as it is polled.
    pub(super) async fn run(&self) {
        let mut regulator = Regulator::new(self.cores);
        loop {
            sleep(BEAT).await;
            let (ready_at, worked) = (self.began.elapsed(), processor_time());
            self.worked.store(microseconds(worked), Ordering::Relaxed);
            self.ready_at.store(microseconds(ready_at), Ordering::Relaxed);
            // Behind all that is ready to run, and what has come over the network meanwhile.
            yield_now().await;
            self.ready_at.store(u64::MAX, Ordering::Relaxed);
            let now = self.began.elapsed();
            let worked = processor_time().saturating_sub(worked);
            self.beat(&mut regulator, now, now - ready_at, worked);
        }
    }

    /// Looks at what there was since the last time.
    fn beat(&self, regulator: &mut Regulator, now: Duration, waited: Duration, worked: Duration) {
        let requests = self.requests.swap(0, Ordering::Relaxed);
        let refused = self.refused.swap(0, Ordering::Relaxed);
        let share = regulator.beat(Beat { now, waited, worked, requests, refused });
        self.share.store(share.bits(), Ordering::Relaxed);
    }

    /// Admits a request, or says that the server does not keep up. Costs three atomic
    /// operations.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Admitted> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        let share = Share::of_bits(self.share.load(Ordering::Relaxed));
        if share != Share::ALL {
            if before >= self.requests_min() && !self.is_in(share) {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        } else if before % LOOKED_EVERY == LOOKED_EVERY - 1 && self.is_stuck() {
            self.share.store(Share::AT_FIRST.bits(), Ordering::Relaxed);
        }
        // Counted first and asked afterwards, so that no two take the last place.
        let admitted = Admitted(Arc::clone(self));
        if self.working.fetch_add(1, Ordering::Relaxed) >= self.working_max {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(admitted)
    }

    /// Whether a beat is overdue and will find an overload: where hundreds of requests are
    /// before it, it comes late.
    fn is_stuck(&self) -> bool {
        let since = |at: u64, now: Duration| microseconds(now).saturating_sub(at);
        let waits = since(self.ready_at.load(Ordering::Relaxed), self.began.elapsed());
        let after = microseconds(OVERLOAD_AFTER);
        waits >= after && since(self.worked.load(Ordering::Relaxed), processor_time()) >= after / 2
    }

    /// Whether the next request belongs to the share.
    fn is_in(&self, share: Share) -> bool {
        let credit = self.credit.fetch_add(share.bits(), Ordering::Relaxed);
        credit.checked_add(share.bits()).is_none()
    }

    const fn requests_min(&self) -> u32 {
        REQUESTS_PER_BEAT_AND_CORE.saturating_mul(self.cores)
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

/// What this process has used of the processors.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::OVERLOAD_MEMORY;

    /// Requests that are admitted and done at once.
    fn admitted(pulse: &Arc<Pulse>, requests: u32) -> u32 {
        (0..requests).map(|_| u32::from(pulse.admit().is_some())).sum()
    }

    #[test]
    fn a_share_is_let_in_evenly_and_a_few_always() {
        let pulse = Pulse::new(1, 1000);
        let mut regulator = Regulator::new(1);
        let few = REQUESTS_PER_BEAT_AND_CORE;
        assert_eq!(admitted(&pulse, 100_000), 100_000, "however many where nothing waits");
        let waited = OVERLOAD_AFTER * 2;
        pulse.beat(&mut regulator, waited, waited, waited);
        assert_eq!(admitted(&pulse, few), few);
        let of_many = admitted(&pulse, 10_000);
        assert!((1..10_000).contains(&of_many), "{of_many}");
        let runs: Vec<_> = (0..100).map(|_| admitted(&pulse, 100)).collect();
        let (least, most) = (runs.iter().min().unwrap(), runs.iter().max().unwrap());
        assert!(most - least <= 1, "{runs:?}");
        let later = waited + OVERLOAD_MEMORY * 2;
        pulse.beat(&mut regulator, waited, Duration::ZERO, Duration::ZERO);
        pulse.beat(&mut regulator, later, Duration::ZERO, Duration::ZERO);
        assert_eq!(admitted(&pulse, 100_000), 100_000, "nothing was refused for a while");
    }

    #[test]
    fn requests_in_work_are_bounded() {
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
        let _in_work = pulse.admit();
        sleep(BEAT * 3).await;
        assert_eq!(pulse.requests.load(Ordering::Relaxed), 0, "a beat has seen it");
        task.abort();
    }
}
