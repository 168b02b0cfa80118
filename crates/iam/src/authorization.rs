//! What every operation of IAM is asked for: the table that authorization runs on.
//!
//! A `Row` says of one operation what it is done to, which condition keys its request
//! brings, and what must be allowed besides. The questions to the policies are made from the
//! row and from nothing else: an operation without one does not compile, and a handler has no
//! questions of its own. The page `docs/authorization.md` is written from the same rows, and a
//! test holds them against the service authorization reference (`stead-catalogue`).
//!
//! Spec: Service Authorization Reference, "Actions, resources, and condition keys for AWS
//! Identity and Access Management (IAM)".

mod also;
mod differences;
mod key;
mod member;
mod page;
mod resource;
mod rows;

#[cfg(test)]
mod tests;

use stead_api::{ApiError, Operation, implemented_iam};
use stead_service::{Asks, Authorization, Call};

pub(crate) use self::also::Also;
pub(crate) use self::key::Key;
pub(crate) use self::member::{Member, member};
pub use self::page::reference_page;
pub(crate) use self::resource::{Resource, Tags};

use crate::Iam;

/// How an operation is asked for. The operation's own action is asked about its resource, with
/// its keys; then everything that must be allowed besides, in order.
pub(crate) trait Row: Operation<Input: 'static> {
    /// What it is done to.
    const RESOURCE: Resource<Self::Input>;
    /// The condition keys of the request, besides those of every request and the tags of the
    /// resource.
    const KEYS: &'static [Key<Self::Input>] = &[];
    /// What must be allowed besides.
    const ALSO: &'static [Also<Self::Input>] = &[];
}

impl<Op: Row> Authorization<Op> for Iam {
    fn asks(input: &Op::Input, call: &Call<'_>) -> Result<Asks, ApiError> {
        let asked = Op::RESOURCE.ask(Op::ACTION, input, call)?;
        let after = Op::RESOURCE.after(&asked, input, call);
        let keyed = |ask| Op::KEYS.iter().try_fold(ask, |ask, key| key.added_to(ask, input, call));
        let mut asks = vec![keyed(asked)?];
        if let Some(after) = after {
            asks.push(keyed(after)?);
        }
        for also in Op::ALSO {
            asks.extend(also.ask(&Op::RESOURCE, input, call)?);
        }
        Ok(Asks::Permissions(asks))
    }
}

/// One operation as it is shown.
#[derive(Debug)]
struct Line {
    operation: &'static str,
    resource: resource::Shown,
    keys: Vec<key::Shown>,
    also: Vec<also::Shown>,
}

impl Line {
    fn of<Op: Row>() -> Self {
        Self {
            operation: Op::NAME,
            resource: Op::RESOURCE.shown(),
            keys: Op::KEYS.iter().map(Key::shown).collect(),
            also: Op::ALSO.iter().map(Also::shown).collect(),
        }
    }
}

/// Every operation, in the order of their names.
fn lines() -> Vec<Line> {
    macro_rules! lines {
        ([] $($operation:ident,)+) => { vec![$(Line::of::<stead_api::iam::$operation>()),+] };
    }
    implemented_iam!(lines)
}
