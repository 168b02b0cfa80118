//! What happened during an evaluation, statement by statement.

mod explain;

use crate::caller::Named;
use crate::compiled::CompiledStatement;
use crate::request::Target;
use crate::{Effect, Operator, Polarity, PolicyRef, PolicySource, PolicyType, Request, Span};

/// Something that watches an evaluation: [`NoTrace`] or [`FullTrace`].
///
/// A type parameter rather than an object, so that not watching costs nothing.
/// Sealed: the decision must not depend on who watches.
pub trait Trace: Recorder {}

impl Trace for NoTrace {}
impl Trace for FullTrace {}

/// The calls behind [`Trace`]; private to this crate by being unnameable outside.
pub trait Recorder {
    /// Whether anything is recorded at all.
    const ENABLED: bool;

    /// A policy is looked at.
    fn policy(&mut self, policy_type: PolicyType, level: Option<usize>, policy: PolicyRef<'_>);

    /// A statement of that policy was looked at.
    fn statement(
        &mut self,
        statement: &CompiledStatement,
        request: &Request<'_>,
        target: &Target<'_>,
        applies: Option<Named>,
    );

    /// A rule of the decision itself took effect.
    fn note(&mut self, note: TraceNote);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoTrace;

impl Recorder for NoTrace {
    const ENABLED: bool = false;

    fn policy(&mut self, _: PolicyType, _: Option<usize>, _: PolicyRef<'_>) {}

    fn statement(
        &mut self,
        _: &CompiledStatement,
        _: &Request<'_>,
        _: &Target<'_>,
        _: Option<Named>,
    ) {
    }

    fn note(&mut self, _: TraceNote) {}
}

/// Everything that was looked at, as a plain value: text, JSON and pages are drawn
/// from it elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FullTrace {
    /// Every policy, in the order in which they were looked at.
    pub policies: Vec<PolicyTrace>,
    /// The rules of the decision that took effect beyond what policies say.
    pub notes: Vec<TraceNote>,
}

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTrace {
    /// In which layer it takes part.
    pub policy_type: PolicyType,
    /// The level in the organization, from its root, for service control policies.
    pub level: Option<usize>,
    /// Where it comes from.
    pub source: PolicySource,
    /// Its statements, in their order.
    pub statements: Vec<StatementTrace>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTrace {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Where it stands in the policy's text.
    pub span: Span,
    /// Whether it applies to the request.
    pub applies: bool,
    /// Whether it could not be read: it then grants nothing, and denies if it may
    /// have been a Deny.
    pub unreadable: bool,
    /// Principal, Action and Resource, as far as the statement has them.
    pub elements: Vec<ElementTrace>,
    /// The condition block, operator by operator and key by key.
    pub conditions: Vec<ConditionTrace>,
}

/// Principal, Action or Resource of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementTrace {
    /// The element's name: `Action`, `NotAction`, `Resource` ...
    pub name: &'static str,
    /// Where its value stands.
    pub span: Span,
    /// Whether this is the `Not...` form.
    pub polarity: Polarity,
    /// Whether the request passes.
    pub matched: bool,
    /// Each entry: whether it matched by itself, before any negation.
    pub values: Vec<ValueTrace>,
}

/// One entry of an element, or one value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueTrace {
    /// Where it stands.
    pub span: Span,
    /// As written.
    pub text: String,
    /// Whether it matched the request.
    pub matched: bool,
    /// A policy variable in it has no value in this request.
    pub unresolved_variable: Option<String>,
}

/// One operator and key of a condition block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionTrace {
    /// The operator.
    pub operator: Operator,
    /// Where the operator stands.
    pub operator_span: Span,
    /// The key, as written.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// What the request has for it; `None` when it is absent.
    pub request_values: Option<Vec<String>>,
    /// The policy's values.
    pub values: Vec<ValueTrace>,
    /// Whether the condition holds.
    pub holds: bool,
    /// Why.
    pub reason: ConditionReason,
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
    /// The resource's policy names the caller directly, so that this layer's
    /// silence does not count.
    NotLimitedBy(PolicyType),
    /// The trust policy names a user who has a permissions boundary: the boundary
    /// must allow. AWS's pages conflict here; the one about roles is followed.
    BoundaryMustAllowAssumeRole,
    /// A federated user without session policies has no permissions of its own.
    FederatedUserWithoutSessionPolicies,
}

impl Recorder for FullTrace {
    const ENABLED: bool = true;

    fn policy(&mut self, policy_type: PolicyType, level: Option<usize>, policy: PolicyRef<'_>) {
        self.policies.push(PolicyTrace {
            policy_type,
            level,
            source: policy.source.clone(),
            statements: Vec::new(),
        });
    }

    fn statement(
        &mut self,
        statement: &CompiledStatement,
        request: &Request<'_>,
        target: &Target<'_>,
        applies: Option<Named>,
    ) {
        let explained = explain::statement(statement, request, target, applies.is_some());
        if let Some(policy) = self.policies.last_mut() {
            policy.statements.push(explained);
        }
    }

    fn note(&mut self, note: TraceNote) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
