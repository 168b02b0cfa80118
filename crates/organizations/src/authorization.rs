//! What every operation is asked for: a table, a row per operation.
//!
//! The operation's own action is asked about each thing that the request names, with the
//! condition keys of the request. An operation without a row does not compile.
//!
//! Spec: Service Authorization Reference, "Actions, resources, and condition keys for AWS
//! Organizations".

mod rows;
mod subject;
#[cfg(test)]
mod tests;

use stead_api::{ApiError, Operation};
use stead_service::{Asks, Authorization, Call};

pub(crate) use subject::{Key, Subject};

use crate::Organizations;

/// How one operation is asked for.
pub(crate) trait Row: Operation<Input: 'static> {
    /// What the request names, where it names anything, and its condition keys.
    fn row(input: &Self::Input) -> (Vec<Subject<'_>>, Vec<Key<'_>>);
}

impl<Op: Row> Authorization<Op> for Organizations {
    fn asks(input: &Op::Input, call: &Call<'_>) -> Result<Asks, ApiError> {
        let (mut subjects, keys) = Op::row(input);
        if subjects.is_empty() {
            subjects.push(Subject::Nothing);
        }
        let asks = subjects.iter().map(|subject| {
            let ask = subject.ask(Op::ACTION, call);
            keys.iter().fold(ask, |ask, key| key.added_to(ask, call))
        });
        Ok(Asks::Permissions(asks.collect()))
    }
}
