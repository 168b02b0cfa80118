//! What the server counts of itself, for Prometheus: `GET /metrics` on an address of its own.
//!
//! Everything is in place from the start, so that a request costs a few atomic additions,
//! and no label can have a value that is not in a list of this program: nobody who sends
//! requests makes the page grow. `docs/metrics.md` lists what there is.

mod family;
mod number;
mod page;
mod process;
mod render;
mod requests;
mod serve;
#[cfg(test)]
mod tests;

use tokio::time::Instant;

pub(crate) use number::{Counter, Gauge, Histogram};
pub(crate) use render::Sources;
pub(crate) use requests::{Outcome, Requests};
pub(crate) use serve::serve;

/// What the gateway counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: Requests,
    pub(crate) in_flight: Gauge,
    pub(crate) allowed: Counter,
    pub(crate) denied: Counter,
    pub(crate) throttled: Throttled,
    pub(crate) commits: Commits,
    /// Calls of strangers that have no event in the audit log.
    pub(crate) events_left_out: Counter,
}

/// Requests beyond a rate, by whose it was.
#[derive(Debug, Default)]
pub(crate) struct Throttled {
    pub(crate) account: Counter,
    pub(crate) address: Counter,
}

/// Writes that a request has waited for.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    pub(crate) waiting: Gauge,
    pub(crate) done: Counter,
    pub(crate) failed: Counter,
    pub(crate) seconds: Histogram,
}

impl Commits {
    /// Notes how long a commit takes and how it ends.
    pub(crate) async fn measure<T, E>(
        &self,
        commit: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let (began, _waiting) = (Instant::now(), self.waiting.raise());
        let outcome = commit.await;
        self.seconds.note(began.elapsed());
        match &outcome {
            Ok(_) => self.done.add_one(),
            Err(_) => self.failed.add_one(),
        }
        outcome
    }
}
