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

use std::net::IpAddr;

use stead_api::{ApiError, ErrorCode};
use stead_types::AccountId;
use tokio::time::Instant;

use self::buckets::Buckets;
use crate::http::network;

/// Requests a second; none is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of the verified callers of one account.
    pub account: Option<u32>,
    /// Of one address, counting only those of no verified caller.
    pub address: Option<u32>,
}

/// The rates of all accounts and addresses. Two checks and one return for a request, each
/// a clock reading, two hashes and an uncontended lock: below 200 ns.
#[derive(Debug)]
pub(crate) struct Throttle {
    accounts: Option<Buckets<AccountId>>,
    addresses: Option<Buckets<IpAddr>>,
    /// The monotonic clock's start. Wall clocks are set back, and rates would stand still.
    began: Instant,
}

impl Throttle {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            accounts: rates.account.map(Buckets::new),
            addresses: rates.address.map(Buckets::new),
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

    /// Charges the account of a caller who has signed, instead of the address; where it has
    /// nothing left, both stay charged.
    pub(crate) fn charge_account(
        &self,
        account: AccountId,
        source: IpAddr,
    ) -> Result<(), ApiError> {
        if let Some(accounts) = &self.accounts
            && !accounts.take(account, self.began.elapsed())
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
