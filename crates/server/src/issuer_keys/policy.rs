//! When keys are used, fetched, waited for or refused. No clock, no task, no network:
//! what has happened and what time it is make the next step.

use std::sync::Arc;
use std::time::Duration;

use stead_types::Timestamp;

use super::fault::KeyFault;
use super::thumbprint::Thumbprint;

/// How long after a failed fetch a provider counts as down. While it does, keys past
/// their lifetime are used at once and asked for in the background. Choice: longer than
/// the interval between attempts, so that under load nobody waits for a dead provider,
/// and short, so that keys unused for long are asked for before they count again.
const OUTAGE_MEMORY: Duration = Duration::from_secs(60);

/// How far behind a moment that was noted a request's own may be. A request keeps the
/// time it began at, so such moments come a little out of order. More is a clock that
/// was set back.
const DISORDER_MAX: Duration = Duration::from_secs(60);

/// The periods that an operator or a test may choose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Periods {
    /// The shortest time between two fetches for one issuer, whatever their outcome.
    pub(super) attempt_interval: Duration,
    /// How old keys may be that are used while the provider is down.
    pub(super) outage_max: Duration,
}

/// Keys that were fetched.
#[derive(Debug)]
pub(super) struct Good<K> {
    pub(super) keys: Arc<K>,
    /// Tops of chains that no trusted authority signed: a provider must list them all.
    /// Empty where authorities signed.
    pub(super) tops: Vec<Thumbprint>,
    /// The top of the chain that the server of the keys presented.
    pub(super) presented: Option<Thumbprint>,
    /// When the fetch began.
    pub(super) fetched_at: Timestamp,
    /// How long they are fresh.
    pub(super) lifetime: Duration,
}

/// What is known of one issuer.
#[derive(Debug)]
pub(super) struct Entry<K> {
    good: Option<Arc<Good<K>>>,
    /// When the last fetch began.
    started_at: Option<Timestamp>,
    /// The failure of the last fetch that ended, and when that was.
    failure: Option<(Timestamp, KeyFault)>,
    /// How many fetches began and ended; at most one is under way.
    started: u64,
    ended: u64,
}

/// Whether keys are what a caller wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    /// The wanted key id is not among them.
    UnknownKey,
    /// They came by a certificate that the provider does not list.
    Unlisted(KeyFault),
}

/// What to do for one caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Answer with the keys that are there.
    Use,
    /// The same, and fetch in the background.
    UseAndRefresh,
    /// Fetch, then ask again.
    Fetch,
    /// Wait for the fetch that is under way, then ask again.
    Join,
    /// Wait till then, then ask again.
    WaitUntil(Timestamp),
    /// There is nothing to answer with; the fault is that of the last fetch, if it failed.
    Refuse(Option<KeyFault>),
}

impl<K> Default for Entry<K> {
    fn default() -> Self {
        Self { good: None, started_at: None, failure: None, started: 0, ended: 0 }
    }
}

impl<K> Entry<K> {
    /// How many fetches have begun. Whoever arrives now has looked, once more than these
    /// have ended.
    pub(super) const fn started(&self) -> u64 {
        self.started
    }

    /// How many fetches have ended.
    pub(super) const fn ended(&self) -> u64 {
        self.ended
    }

    pub(super) const fn is_flying(&self) -> bool {
        self.started > self.ended
    }

    pub(super) const fn has_keys(&self) -> bool {
        self.good.is_some()
    }

    /// The keys, unless they are too old for any use.
    pub(super) fn usable(&self, now: Timestamp, periods: &Periods) -> Option<&Arc<Good<K>>> {
        let good = self.good.as_ref()?;
        (age(now, good.fetched_at) < good.lifetime.max(periods.outage_max)).then_some(good)
    }

    /// Notes that a fetch begins.
    pub(super) fn start(&mut self, now: Timestamp) {
        self.started += 1;
        self.started_at = Some(now);
    }

    /// Notes how the fetch under way ended.
    ///
    /// Keys that a trusted authority vouched for do not give way to keys that none did:
    /// whoever can answer in the provider's place could otherwise take them from all.
    pub(super) fn end(
        &mut self,
        outcome: Result<Good<K>, KeyFault>,
        unvouched: impl FnOnce(Thumbprint) -> KeyFault,
        now: Timestamp,
        periods: &Periods,
    ) {
        self.ended = self.started;
        let vouched = self.usable(now, periods).is_some_and(|good| good.tops.is_empty());
        match outcome {
            Ok(good) => match good.tops.first() {
                Some(top) if vouched => self.failure = Some((now, unvouched(*top))),
                _ => {
                    self.good = Some(Arc::new(good));
                    self.failure = None;
                }
            },
            Err(fault) => self.failure = Some((now, fault)),
        }
    }

    /// The next step for a caller who arrived when `arrival` fetches had begun.
    pub(super) fn decide(
        &self,
        fits: impl FnOnce(&Good<K>) -> Fit,
        arrival: u64,
        now: Timestamp,
        periods: &Periods,
    ) -> Step {
        let good = self.usable(now, periods);
        match good.map(|good| (good, fits(good))) {
            Some((good, Fit::Fits)) => self.with_keys(good, now, periods),
            // Every fetch that began after the caller came has ended: it is settled.
            other if self.ended > arrival => self.settled(other.map(|(_, fit)| fit)),
            _ => self.without_keys(now, periods),
        }
    }

    fn with_keys(&self, good: &Good<K>, now: Timestamp, periods: &Periods) -> Step {
        let old = age(now, good.fetched_at);
        // Ahead of expiry, so that nobody waits.
        if old < good.lifetime * 4 / 5 {
            return Step::Use;
        }
        let may_start = self.next_attempt(now, periods).is_none() && !self.is_flying();
        let is_down = self.failure.as_ref().is_some_and(|(at, _)| age(now, *at) <= OUTAGE_MEMORY);
        if old < good.lifetime || is_down {
            return if may_start { Step::UseAndRefresh } else { Step::Use };
        }
        // Past its lifetime a key may have been withdrawn: ask before believing it.
        self.fetch_or_wait(now, periods)
    }

    fn without_keys(&self, now: Timestamp, periods: &Periods) -> Step {
        match (&self.failure, self.next_attempt(now, periods)) {
            (Some((_, fault)), Some(_)) if !self.is_flying() => Step::Refuse(Some(fault.clone())),
            _ => self.fetch_or_wait(now, periods),
        }
    }

    fn fetch_or_wait(&self, now: Timestamp, periods: &Periods) -> Step {
        match self.next_attempt(now, periods) {
            _ if self.is_flying() => Step::Join,
            None => Step::Fetch,
            Some(at) => Step::WaitUntil(at),
        }
    }

    /// For a caller who is not served and since whose arrival a fetch was made.
    fn settled(&self, fit: Option<Fit>) -> Step {
        match (fit, &self.failure) {
            (Some(Fit::Unlisted(fault)), _) => Step::Refuse(Some(fault)),
            (_, Some((_, fault))) => Step::Refuse(Some(fault.clone())),
            // That the key is unknown is for the verifier to say.
            (Some(_), None) => Step::Use,
            // A fetch that succeeded, whose keys are too old already: the clock jumped.
            (None, None) => Step::Refuse(None),
        }
    }

    /// When the next fetch may begin; `None` where it may begin now.
    fn next_attempt(&self, now: Timestamp, periods: &Periods) -> Option<Timestamp> {
        let started_at = self.started_at?;
        (age(now, started_at) < periods.attempt_interval)
            .then(|| started_at.plus(periods.attempt_interval))
    }
}

/// How long ago that was. A moment that lies ahead is now, or, where the clock must
/// have been set back, so long ago that nothing is based on it.
fn age(now: Timestamp, then: Timestamp) -> Duration {
    let seconds = now.seconds_since(then);
    match u64::try_from(seconds) {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if seconds.unsigned_abs() <= DISORDER_MAX.as_secs() => Duration::ZERO,
        Err(_) => Duration::MAX,
    }
}

#[cfg(test)]
mod tests;
