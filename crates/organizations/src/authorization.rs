//! What every operation is asked for: a table, a row per operation.
//!
//! The operation's own action is asked about each thing that the request names, with the
//! condition keys of the request; then the action that tags, where the request passes tags for
//! what it makes. An operation without a row does not compile, and a test holds the rows
//! against the service authorization reference (`stead-catalogue`).
//!
//! Spec: Service Authorization Reference, "Actions, resources, and condition keys for AWS
//! Organizations".

#[cfg(test)]
mod differences;
mod rows;
mod subject;
#[cfg(test)]
mod tests;

use stead_api::organizations::TagResource;
use stead_api::{ApiError, Operation};
use stead_service::{Asks, Authorization, Call};

pub(crate) use subject::{Key, Subject};

use crate::Organizations;

/// How one operation is asked for.
pub(crate) trait Row: Operation<Input: 'static> {
    /// What this request is asked for.
    fn row(input: &Self::Input) -> Rowed<'_>;

    /// The same, with nothing in it: for the comparison with AWS's reference.
    #[cfg(test)]
    fn empty() -> Rowed<'static>;
}

/// A row, of one request.
#[derive(Debug)]
pub(crate) struct Rowed<'a> {
    /// What the request names, where it names anything.
    pub(crate) subjects: Vec<Subject<'a>>,
    /// Its condition keys.
    pub(crate) keys: Vec<Key<'a>>,
    /// What the tags of the request are put on.
    ///
    /// Spec: API CreateAccount, CreateOrganizationalUnit, CreatePolicy and
    /// InviteAccountToOrganization: who passes tags needs `organizations:TagResource`.
    pub(crate) tagging: Option<Subject<'a>>,
}

impl<Op: Row> Authorization<Op> for Organizations {
    fn asks(input: &Op::Input, call: &Call<'_>) -> Result<Asks, ApiError> {
        let Rowed { mut subjects, keys, tagging } = Op::row(input);
        if subjects.is_empty() {
            subjects.push(Subject::Nothing);
        }
        let tagging = tagging.filter(|_| keys.iter().any(Key::brings_tags));
        let own = subjects.into_iter().map(|subject| (subject, Op::ACTION));
        let also = tagging.into_iter().map(|subject| (subject, TagResource::ACTION));
        let asks = own.chain(also).map(|(subject, action)| {
            let ask = subject.ask(action, call);
            keys.iter().fold(ask, |ask, key| key.added_to(ask, call))
        });
        Ok(Asks::Permissions(asks.collect()))
    }
}
