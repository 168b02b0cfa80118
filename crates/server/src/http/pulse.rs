//! Whether the server keeps up, and whom it lets in where it does not.
//!
//! A request is some tens of microseconds of work that waits for nothing. So what there is
//! too much of waits as tasks that are ready to run, and shows as how long one of them
//! waits: the beat is a task that looks. A count of requests in flight would show something
//! else, those that wait for a disk or for an issuer's keys, which cost nobody anything.
//!
//! During an overload a request stands back once, behind all that is ready to run, before
//! its work begins. So the requests that wait are known by their number, and one more is
//! refused once there are as many as are done soon: who is let in waits for those before it
//! and for refusals, which are cheap.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use self::regulator::{Beat, Regulator};
use crate::limits::{
    BEAT, OVERLOAD_AFTER_OWN_WORK, OVERLOAD_BUNCH_FACTOR, OVERLOAD_BUNCH_WITHIN,
    OVERLOAD_QUEUE_PER_CORE,
};

mod regulator;

/// Every how many requests between two beats it is looked whether the beat is overdue. Fewer
/// come in time.
const LOOKED_EVERY: u32 = 128;

/// Lets requests in, all of them or as many as can be answered.
pub(super) struct Pulse {
    began: Instant,
    cores: u32,
    /// Whether there is an overload.
    overloaded: AtomicBool,
    /// Requests that stand back, and how many may.
    queued: AtomicUsize,
    queued_max: usize,
    /// When none did, in microseconds.
    none_queued_at: AtomicU64,
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
            overloaded: AtomicBool::new(false),
            queued: AtomicUsize::new(0),
            queued_max: cores.saturating_mul(OVERLOAD_QUEUE_PER_CORE),
            none_queued_at: AtomicU64::new(0),
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
        let is_overload = regulator.beat(Beat { now, waited, worked, requests, refused });
        self.overloaded.store(is_overload, Ordering::Relaxed);
    }

    /// Admits a request, or says that the server does not keep up. Costs three atomic
    /// operations.
    pub(super) fn admit(self: &Arc<Self>) -> Option<Admitted> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut overloaded = self.overloaded.load(Ordering::Relaxed);
        if !overloaded && before % LOOKED_EVERY == LOOKED_EVERY - 1 && self.is_stuck() {
            self.overloaded.store(true, Ordering::Relaxed);
            overloaded = true;
        }
        // Counted first and asked afterwards, so that no two take the last place.
        let admitted = Admitted { pulse: Arc::clone(self), queued: overloaded };
        let is_full = self.working.fetch_add(1, Ordering::Relaxed) >= self.working_max;
        let waits = overloaded && !self.enters_queue();
        if is_full || waits {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(admitted)
    }

    /// Whether there was a place in the queue for one more, who is counted in it in any case.
    fn enters_queue(&self) -> bool {
        let queued = self.queued.fetch_add(1, Ordering::Relaxed);
        if queued == 0 {
            self.note_none_queued();
        }
        self.has_place(queued)
    }

    /// Nobody stands back at this moment, or nobody did until now.
    fn note_none_queued(&self) {
        self.none_queued_at.store(microseconds(self.began.elapsed()), Ordering::Relaxed);
    }

    /// Whether one more may stand back beside so many. More of them where nobody did a moment
    /// ago: requests come in bunches, and what goes away again is nothing to refuse.
    fn has_place(&self, queued: usize) -> bool {
        queued < self.queued_max
            || queued < self.queued_max.saturating_mul(OVERLOAD_BUNCH_FACTOR)
                && microseconds(self.began.elapsed())
                    .saturating_sub(self.none_queued_at.load(Ordering::Relaxed))
                    < microseconds(OVERLOAD_BUNCH_WITHIN)
    }

    /// Whether a beat is overdue and will find an overload: where hundreds of requests are
    /// before it, it comes late.
    fn is_stuck(&self) -> bool {
        let since = |at: u64, now: Duration| microseconds(now).saturating_sub(at);
        let waits = since(self.ready_at.load(Ordering::Relaxed), self.began.elapsed());
        let after = microseconds(OVERLOAD_AFTER_OWN_WORK);
        waits >= after && since(self.worked.load(Ordering::Relaxed), processor_time()) >= after / 2
    }
}

/// A request that was admitted, in work until this is dropped.
pub(super) struct Admitted {
    pulse: Arc<Pulse>,
    /// Whether it stands back.
    queued: bool,
}

impl Admitted {
    /// Lets others go first during an overload: those that are there already, and whom to
    /// refuse. To be awaited before the work begins.
    pub(super) async fn stand_back(&mut self) {
        if self.queued {
            behind_what_is_ready().await;
            self.leave_queue();
        }
    }

    fn leave_queue(&mut self) {
        let pulse = &self.pulse;
        if std::mem::take(&mut self.queued) && pulse.queued.fetch_sub(1, Ordering::Relaxed) == 1 {
            pulse.note_none_queued();
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.leave_queue();
        self.pulse.working.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Goes behind the tasks that are ready to run. The runtime's own way to yield goes further,
/// behind what has come over the network meanwhile: without end, where that is too much.
async fn behind_what_is_ready() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
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

    #[tokio::test]
    async fn in_an_overload_so_many_stand_back_and_no_more() {
        let pulse = Pulse::new(1, 100_000);
        sleep(OVERLOAD_BUNCH_WITHIN * 2).await;
        let mut regulator = Regulator::new(1);
        let calm: Vec<_> = (0..1000).map(|_| pulse.admit()).collect();
        assert!(calm.iter().all(Option::is_some), "however many where nothing waits");
        drop(calm);
        for _ in 0..1000 {
            drop(pulse.admit());
        }
        let waited = OVERLOAD_AFTER_OWN_WORK * 2;
        pulse.beat(&mut regulator, waited, waited, waited);
        let mut bunch: Vec<_> = (0..1000).filter_map(|_| pulse.admit()).collect();
        assert_eq!(bunch.len(), OVERLOAD_QUEUE_PER_CORE * OVERLOAD_BUNCH_FACTOR);
        sleep(OVERLOAD_BUNCH_WITHIN * 2).await;
        for admitted in bunch.iter_mut().skip(OVERLOAD_QUEUE_PER_CORE) {
            admitted.stand_back().await;
        }
        assert!(pulse.admit().is_none(), "there was a queue for a while");
        bunch[0].stand_back().await;
        assert!(pulse.admit().is_some(), "one more has begun");
        drop(bunch);
        sleep(OVERLOAD_BUNCH_WITHIN * 2).await;
        let again: Vec<_> = (0..1000).filter_map(|_| pulse.admit()).collect();
        assert_eq!(again.len(), OVERLOAD_QUEUE_PER_CORE * OVERLOAD_BUNCH_FACTOR, "a new bunch");
        drop(again);
        assert_eq!(pulse.queued.load(Ordering::Relaxed), 0);
        assert_eq!(pulse.working.load(Ordering::Relaxed), 0);
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
