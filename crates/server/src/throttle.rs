//! How many requests a second one account and one address may send.
//!
//! An account is charged for its verified callers only: who knows an access key id and no
//! secret could else use up what its owner may send. Everybody else is charged to their
//! address, before anything about the request is looked at; it is given back once a caller
//! was verified, so that many clients behind one address are bounded by their accounts.
//!
//! Whoever brings a foreign token is charged to the address for good: tokens that verify
//! are to be had by anybody, and the account they are brought to has not asked for them.

mod buckets;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use stead_api::{ApiError, ErrorCode};
use stead_authorizer::VerifiedCaller;
use stead_types::AccountId;
use tokio::time::Instant;

use self::buckets::Buckets;
use crate::http::network;
use crate::limits::STRANGERS_RECORDED_RATE;

/// Requests a second; none is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of the verified callers of one account.
    pub account: Option<u32>,
    /// Of one address, counting only those of no verified caller.
    pub address: Option<u32>,
}

/// Who is charged for a verified caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Payer {
    Account(AccountId),
    /// A registered service has no account: the digest of its key's id.
    Service(u64),
}

impl Payer {
    fn of(caller: &VerifiedCaller) -> Self {
        match (caller.service_name(), caller.access_key_id()) {
            (Some(_), Some(key)) => {
                let mut hasher = DefaultHasher::new();
                key.hash(&mut hasher);
                Self::Service(hasher.finish())
            }
            _ => Self::Account(caller.account()),
        }
    }
}

/// The rates of all accounts and addresses. Two checks and one return for a request, each
/// a clock reading, two hashes and an uncontended lock: below 200 ns.
#[derive(Debug)]
pub(crate) struct Throttle {
    callers: Option<Buckets<Payer>>,
    addresses: Option<Buckets<IpAddr>>,
    /// Events of unknown callers, all of them together.
    strangers: Buckets<()>,
    /// Calls of unknown callers, those refused in an overload among them, that have no event,
    /// since the last that has one.
    left_out: AtomicU64,
    /// The monotonic clock's start. Wall clocks are set back, and rates would stand still.
    began: Instant,
}

impl Throttle {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            callers: rates.account.map(Buckets::new),
            addresses: rates.address.map(Buckets::new),
            strangers: Buckets::new(STRANGERS_RECORDED_RATE),
            left_out: AtomicU64::new(0),
            began: Instant::now(),
        }
    }

    /// Charges the address of a request nothing is known about yet.
    pub(crate) fn charge_address(&self, source: IpAddr) -> Result<(), ApiError> {
        match &self.addresses {
            Some(addresses) if !addresses.take(network(source), self.began.elapsed()) => {
                Err(rate_exceeded("the rate of the source address"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the call of somebody who has not proved who they are gets an event of its
    /// own in the audit log, and how many before it got none. Without a bound anybody could
    /// fill the log, and push out of it what others have done.
    pub(crate) fn record_stranger(&self) -> Option<u64> {
        if self.strangers.take((), self.began.elapsed()) {
            Some(self.left_out.swap(0, Ordering::Relaxed))
        } else {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            None
        }
    }

    /// Counts a call that was refused before anything about it was looked at.
    pub(crate) fn leave_out(&self) {
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }

    /// Charges the account of a caller who has signed, instead of the address; where it has
    /// nothing left, both stay charged. A service is charged as if it were an account: those
    /// whose roles it assumes have not asked for its calls.
    pub(crate) fn charge_caller(
        &self,
        caller: &VerifiedCaller,
        source: IpAddr,
    ) -> Result<(), ApiError> {
        if let Some(callers) = &self.callers
            && !callers.take(Payer::of(caller), self.began.elapsed())
        {
            return Err(rate_exceeded("the rate of the account"));
        }
        if let Some(addresses) = &self.addresses {
            addresses.give_back(&network(source));
        }
        Ok(())
    }
}

/// Spec: IAM API Reference, Common Error Types, `Throttling`: status 400. SDKs retry it.
/// Observed: the text is what AWS's services of the Query protocol say.
pub(crate) fn rate_exceeded(context: &'static str) -> ApiError {
    ApiError::new(ErrorCode::Throttling, "Rate exceeded").with_context(context)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::limits::BUCKET_DEPTH;

    #[tokio::test(start_paused = true)]
    async fn calls_of_strangers_are_counted_where_they_are_not_recorded() {
        let throttle = Throttle::new(Rates { account: None, address: None });
        let at_once = u64::from(STRANGERS_RECORDED_RATE) * BUCKET_DEPTH.as_secs();
        for _ in 0..at_once {
            assert_eq!(throttle.record_stranger(), Some(0));
        }
        for _ in 0..7 {
            assert_eq!(throttle.record_stranger(), None);
        }
        throttle.leave_out();
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(throttle.record_stranger(), Some(8));
        assert_eq!(throttle.record_stranger(), Some(0));
    }
}
