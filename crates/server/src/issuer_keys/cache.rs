//! Carries out what the policy decides: tasks, waiting, and the table of issuers.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_types::Timestamp;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::fault::{Cause, KeyFault};
use super::policy::{Entry, Fit, Good, Periods, Step};
use crate::limits::ISSUERS_MAX;
use crate::traces::{self, Stage};

/// Where keys come from.
pub(super) trait Source: Send + Sync + 'static {
    /// An issuer's keys.
    type Keys: Send + Sync + 'static;

    /// Fetches an issuer's keys. Ends in bounded time.
    fn fetch(
        &self,
        issuer: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<Good<Self::Keys>, KeyFault>> + Send;
}

/// The keys of many issuers. Bounded: beyond [`ISSUERS_MAX`] the one that was longest
/// unused is forgotten, one without keys first.
pub(super) struct Cache<S: Source> {
    source: Arc<S>,
    periods: Periods,
    slots: Mutex<Slots<S::Keys>>,
    waiting: Semaphore,
}

/// The issuers by their URL.
type Slots<K> = HashMap<Box<str>, Arc<Slot<K>>>;

/// What a caller does next.
enum Next<K> {
    Answer(Result<Arc<Good<K>>, KeyFault>),
    /// Wait for the fetch under way.
    Landing(watch::Receiver<u64>),
    /// Wait this long.
    Wait(Duration),
}

impl<K> Next<K> {
    async fn over(self) {
        match self {
            Self::Answer(_) => {}
            Self::Landing(mut landed) => {
                // The other end is in the slot, which whoever waits holds.
                let _ = landed.changed().await;
            }
            Self::Wait(wait) => tokio::time::sleep(wait).await,
        }
    }
}

/// One issuer.
struct Slot<K> {
    state: Mutex<State<K>>,
    /// How many fetches have ended.
    landed: watch::Sender<u64>,
}

struct State<K> {
    entry: Entry<K>,
    used_at: Timestamp,
}

impl<K> Slot<K> {
    fn new(now: Timestamp) -> Self {
        let state = State { entry: Entry::default(), used_at: now };
        Self { state: Mutex::new(state), landed: watch::Sender::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Cache<S> {
    /// A cache in which at most so many calls wait for the next fetch an issuer is due.
    pub(super) fn new(source: S, periods: Periods, waiters_max: usize) -> Self {
        Self {
            source: Arc::new(source),
            periods,
            slots: Mutex::default(),
            waiting: Semaphore::new(waiters_max),
        }
    }

    /// The keys of an issuer: those that `fits` says are wanted, or, after a look since
    /// the call began, those that are there.
    pub(super) async fn get(
        &self,
        issuer: &str,
        fits: impl Fn(&Good<S::Keys>) -> Fit,
        now: Timestamp,
    ) -> Result<Arc<Good<S::Keys>>, KeyFault> {
        let slot = self.slot(issuer, now);
        let begun = Instant::now();
        let arrival = slot.lock().entry.started();
        let mut place = None;
        loop {
            let now = now.plus(begun.elapsed());
            match self.step(issuer, &slot, &fits, arrival, now) {
                Next::Answer(answer) => return answer,
                waits => {
                    // Who finds no place is told at once to come again.
                    if place.is_none() {
                        place = self.waiting.try_acquire().ok();
                    }
                    if place.is_none() {
                        return Err(KeyFault::of_issuer(issuer, Cause::Busy));
                    }
                    waits.over().await;
                }
            }
        }
    }

    /// Decides and, under the same lock, begins the fetch that was decided on.
    fn step(
        &self,
        issuer: &str,
        slot: &Arc<Slot<S::Keys>>,
        fits: &impl Fn(&Good<S::Keys>) -> Fit,
        arrival: u64,
        now: Timestamp,
    ) -> Next<S::Keys> {
        let mut state = slot.lock();
        state.used_at = now;
        let step = state.entry.decide(fits, arrival, now, &self.periods);
        if matches!(step, Step::Fetch | Step::UseAndRefresh) {
            state.entry.start(now);
            self.launch(issuer, slot, now);
        }
        let good = state.entry.usable(now, &self.periods).cloned();
        let nothing = || KeyFault::of_issuer(issuer, Cause::NoUsableKey);
        match step {
            Step::Use | Step::UseAndRefresh => Next::Answer(good.ok_or_else(nothing)),
            Step::Refuse(fault) => Next::Answer(Err(fault.unwrap_or_else(nothing))),
            // Subscribed under the lock that a landing needs, so none is missed.
            Step::Fetch | Step::Join => Next::Landing(slot.landed.subscribe()),
            Step::WaitUntil(at) => {
                let seconds = u64::try_from(at.seconds_since(now)).unwrap_or_default();
                // However far ahead a clock that was set back makes that moment.
                Next::Wait(Duration::from_secs(seconds).min(self.periods.attempt_interval))
            }
        }
    }

    /// Fetches in a task of its own, so that a caller who goes away takes nothing along.
    fn launch(&self, issuer: &str, slot: &Arc<Slot<S::Keys>>, now: Timestamp) {
        let (source, issuer) = (Arc::clone(&self.source), issuer.to_owned());
        let flight = Flight {
            slot: Arc::clone(slot),
            periods: self.periods,
            issuer: issuer.clone(),
            now,
            begun: Instant::now(),
            has_landed: false,
        };
        // Of the callers that wait for it, the fetch belongs to who began it.
        let fetch = async move { source.fetch(&issuer, now).await };
        let fetch = traces::stage(Stage::IssuerKeys, fetch, |fault| fault.cause.answer().name());
        tokio::spawn(async move { flight.land(fetch.await) });
    }

    fn slot(&self, issuer: &str, now: Timestamp) -> Arc<Slot<S::Keys>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(issuer) {
            return Arc::clone(slot);
        }
        if slots.len() >= ISSUERS_MAX
            && let Some(issuer) = least_useful(&slots)
        {
            slots.remove(&issuer);
        }
        let slot = Arc::new(Slot::new(now));
        slots.insert(issuer.into(), Arc::clone(&slot));
        slot
    }
}

impl<S: Source> std::fmt::Debug for Cache<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cache").field("periods", &self.periods).finish_non_exhaustive()
    }
}

fn least_useful<K>(slots: &Slots<K>) -> Option<Box<str>> {
    let worth = |slot: &Slot<K>| {
        let state = slot.lock();
        (state.entry.is_flying(), state.entry.has_keys(), state.used_at)
    };
    slots.iter().min_by_key(|(_, slot)| worth(slot)).map(|(issuer, _)| issuer.clone())
}

/// A fetch under way. However it ends, its end is noted: dropped without an outcome, it
/// has failed.
struct Flight<K> {
    slot: Arc<Slot<K>>,
    periods: Periods,
    issuer: String,
    now: Timestamp,
    begun: Instant,
    has_landed: bool,
}

impl<K> Flight<K> {
    fn land(mut self, outcome: Result<Good<K>, KeyFault>) {
        self.note(outcome);
    }

    fn note(&mut self, outcome: Result<Good<K>, KeyFault>) {
        self.has_landed = true;
        match &outcome {
            Ok(good) => {
                let (lifetime_secs, tops) = (good.lifetime.as_secs(), &good.tops);
                tracing::debug!(issuer = %self.issuer, lifetime_secs, ?tops, "issuer keys fetched");
            }
            Err(fault) => {
                tracing::warn!(issuer = %self.issuer, %fault, cause = ?fault.cause, "issuer keys not fetched");
            }
        }
        let unvouched = |top| KeyFault::of_issuer(&self.issuer, Cause::Thumbprint { top });
        let now = self.now.plus(self.begun.elapsed());
        let mut state = self.slot.lock();
        state.entry.end(outcome, unvouched, now, &self.periods);
        self.slot.landed.send_replace(state.entry.ended());
    }
}

impl<K> Drop for Flight<K> {
    fn drop(&mut self) {
        if !self.has_landed {
            let cause = Cause::Unreachable("the fetch was abandoned".to_owned());
            self.note(Err(KeyFault::of_issuer(&self.issuer, cause)));
        }
    }
}

#[cfg(test)]
mod tests;
