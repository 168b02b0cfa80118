//! What happened during an evaluation, statement by statement.

mod choice;
mod explain;
mod owned;
mod read;
mod record;
mod skipped;

use crate::caller::Named;
use crate::compiled::CompiledStatement;
use crate::request::Target;
use crate::{Policies, PolicyType, Request};

pub use choice::Choice;
pub use read::{ConditionTrace, ElementTrace, LayerTrace, PolicyTrace, StatementTrace};
pub use record::{FullTrace, RequestValue, ValueTrace};

/// Something that watches an evaluation: [`NoTrace`] or [`FullTrace`].
///
/// A type parameter rather than an object, so that not watching costs nothing.
/// Sealed: the decision must not depend on who watches. What is recorded is borrowed
/// from the request and the policies, for `'a`.
pub trait Trace<'a>: Recorder<'a> {}

impl Trace<'_> for NoTrace {}
impl<'a> Trace<'a> for FullTrace<'a> {}

/// The calls behind [`Trace`]; private to this crate by being unnameable outside.
pub trait Recorder<'a> {
    /// Whether anything is recorded at all.
    const ENABLED: bool;

    /// An evaluation begins.
    fn begin(&mut self, request: &Request<'a>, target: &Target<'_>);

    /// The policies of a layer are about to be looked at.
    fn layer(&mut self, policy_type: PolicyType, level: Option<usize>, policies: Policies<'a>);

    /// A statement of that layer was looked at, of the policy in this place: each at
    /// most once, in the order of policies and statements. Those that are never looked
    /// at are known not to apply.
    fn statement(
        &mut self,
        policy_index: usize,
        statement: &'a CompiledStatement,
        request: &Request<'a>,
        target: &Target<'_>,
        applies: Option<Named>,
    );

    /// A rule of the decision itself took effect.
    fn note(&mut self, note: TraceNote);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoTrace;

impl<'a> Recorder<'a> for NoTrace {
    const ENABLED: bool = false;

    fn begin(&mut self, _: &Request<'a>, _: &Target<'_>) {}

    fn layer(&mut self, _: PolicyType, _: Option<usize>, _: Policies<'a>) {}

    fn statement(
        &mut self,
        _: usize,
        _: &'a CompiledStatement,
        _: &Request<'a>,
        _: &Target<'_>,
        _: Option<Named>,
    ) {
    }

    fn note(&mut self, _: TraceNote) {}
}

/// Why a condition holds or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionReason {
    /// The values were compared.
    Compared,
    /// The key is absent, and the operator then does not hold.
    KeyAbsent,
    /// The key is absent, and a negated operator then holds.
    KeyAbsentNegated,
    /// The key is absent, and `IfExists` then holds.
    KeyAbsentIfExists,
    /// The set of values is absent or null: `ForAllValues` holds, `ForAnyValue` does not.
    NullSet,
    /// The key has several values and the operator has no quantifier: it does not hold.
    SeveralValues,
    /// `Null` asks only whether the key is there.
    Presence,
    /// The key, or that of a variable in a value, is unknown: the condition does not
    /// hold in an Allow and holds in a Deny.
    KeyUnknown,
}

/// A rule of the decision beyond what the policies say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceNote {
    /// The root user may do everything in its own account.
    RootUser,
    /// Caller and resource are in different accounts: both sides must allow.
    CrossAccount,
    /// The caller has no identity policies: the resource's side decides alone.
    NoIdentitySide,
    /// A role's trust policy must allow by itself, also within the account.
    TrustMustAllow,
    /// A KMS key's policy must allow by itself, also within the account.
    KeyMustAllow,
    /// The resource's policy names the caller directly, so that this layer's
    /// silence does not count.
    NotLimitedBy(PolicyType),
    /// The trust policy names a user who has a permissions boundary: the boundary
    /// must allow. AWS's pages conflict here; the one about roles is followed.
    BoundaryMustAllowAssumeRole,
    /// The resource's policy names everybody, the caller with them: this layer goes on
    /// limiting. AWS documents only for a condition on `aws:PrincipalArn` that it does not.
    EveryoneLimitedBy(PolicyType),
    /// Nobody said which account owns the resource, and its ARN does not either: it
    /// counts as the caller's.
    OwnerUnknown,
    /// A federated user without session policies has no permissions of its own.
    FederatedUserWithoutSessionPolicies,
}
