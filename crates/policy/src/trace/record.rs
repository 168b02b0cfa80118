use std::borrow::Cow;
use std::ops::Range;

use super::{Choice, ConditionReason, Recorder, TraceNote, explain};
use crate::caller::Named;
use crate::compiled::CompiledStatement;
use crate::request::{Boundary, Target};
use crate::{
    Effect, Operator, Polarity, Policies, PolicyRef, PolicySource, PolicyType, Request, Span,
};

/// Everything that was looked at, as a plain value: text, JSON and pages are drawn
/// from it elsewhere.
///
/// It borrows from the request and the policies; [`FullTrace::into_owned`] lets go of
/// them. Statements about other actions, and those that an index rules out by
/// principal or resource, are not looked at: they are counted per policy, and
/// [`FullTrace::expanded`] explains them too. A trace holds one evaluation: the next
/// one replaces it.
///
/// Costs, beside asking each statement that is looked at once more and in whole, six
/// allocations, which grow with the values of these statements.
#[derive(Clone, Debug, Default)]
pub struct FullTrace<'a> {
    // `None` before the first evaluation and in a trace that owns everything.
    pub(super) question: Option<Question<'a>>,
    pub(super) layers: Vec<LayerRecord<'a>>,
    // INVARIANT: by layer, each layer's in the order of policies and statements.
    pub(super) statements: Vec<StatementRecord<'a>>,
    pub(super) conditions: Vec<ConditionRecord<'a>>,
    pub(super) values: Vec<ValueTrace<'a>>,
    pub(super) request_values: Vec<RequestValue<'a>>,
    pub(super) notes: Vec<TraceNote>,
}

/// What was asked, so that it can be asked again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) request: Request<'a>,
    pub(super) boundary: Boundary,
}

#[derive(Clone, Debug)]
pub(super) struct LayerRecord<'a> {
    pub(super) policy_type: PolicyType,
    pub(super) level: Option<usize>,
    pub(super) policies: LayerPolicies<'a>,
    pub(super) statements: Range<usize>,
}

/// The policies of a layer, as far as a reader needs them.
#[derive(Clone, Debug)]
pub(super) enum LayerPolicies<'a> {
    /// As they were given.
    Given(Policies<'a>),
    /// What is left of them: where each comes from and how many statements it has.
    Owned(Box<[(PolicySource, usize)]>),
}

impl<'a> LayerPolicies<'a> {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&PolicySource, usize)> {
        let (given, owned) = match self {
            Self::Given(policies) => (*policies, [].as_slice()),
            Self::Owned(policies) => (Policies::NONE, policies.as_ref()),
        };
        let given =
            given.iter().map(|PolicyRef { source, policy }| (source, policy.statement_count()));
        given.chain(owned.iter().map(|(source, statements)| (source, *statements)))
    }

    /// The policies with their statements; none once they are let go of.
    pub(super) const fn given(&self) -> Policies<'a> {
        match self {
            Self::Given(policies) => *policies,
            Self::Owned(_) => Policies::NONE,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct StatementRecord<'a> {
    pub(super) policy_index: usize,
    pub(super) index: usize,
    pub(super) sid: Option<Cow<'a, str>>,
    pub(super) effect: Effect,
    pub(super) span: Span,
    pub(super) applies: bool,
    pub(super) names: Option<Named>,
    pub(super) unreadable: bool,
    pub(super) skipped: bool,
    pub(super) elements: [Option<ElementRecord>; 3],
    pub(super) conditions: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct ElementRecord {
    pub(super) element: Element,
    pub(super) span: Span,
    pub(super) polarity: Polarity,
    pub(super) matched: bool,
    pub(super) values: Range<usize>,
}

/// The elements that list patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Principal,
    Action,
    Resource,
}

impl Element {
    pub(super) const fn name(self, polarity: Polarity) -> &'static str {
        match (self, polarity) {
            (Self::Principal, Polarity::Any) => "Principal",
            (Self::Principal, Polarity::NoneOf) => "NotPrincipal",
            (Self::Action, Polarity::Any) => "Action",
            (Self::Action, Polarity::NoneOf) => "NotAction",
            (Self::Resource, Polarity::Any) => "Resource",
            (Self::Resource, Polarity::NoneOf) => "NotResource",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct ConditionRecord<'a> {
    pub(super) operator: Operator,
    pub(super) operator_span: Span,
    pub(super) key: Cow<'a, str>,
    pub(super) key_span: Span,
    pub(super) request_values: Option<Range<usize>>,
    pub(super) values: Range<usize>,
    pub(super) holds: bool,
    pub(super) reason: ConditionReason,
    pub(super) choice: Option<Choice>,
}

/// One entry of an element, or one value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueTrace<'a> {
    /// Where it stands.
    pub span: Span,
    /// As written.
    pub text: Cow<'a, str>,
    /// Whether it matched the request by itself, before any negation.
    pub matched: bool,
    /// A policy variable in it has no value in this request.
    pub unresolved_variable: Option<Cow<'a, str>>,
    /// AWS does not say, or not clearly, what such a value does.
    pub choice: Option<Choice>,
}

/// One value the request has for the key of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestValue<'a> {
    /// The value; bytes as base64, as policies write them.
    pub text: Cow<'a, str>,
    /// Whether one of the policy's values matched it, before any negation; `Null`
    /// compares no values.
    pub matched: bool,
    /// Whether it is what the operator compares: a number, a date, an address, an ARN.
    /// What is not matches nothing.
    pub comparable: bool,
}

// Room for what a principal's policy and a trust policy usually come to, so that what
// was recorded is not moved. Each is at most a kibibyte, up to which allocators keep
// blocks at hand.
const LAYERS_USUAL: usize = 8;
const STATEMENTS_USUAL: usize = 5;
const CONDITIONS_USUAL: usize = 8;
const VALUES_USUAL: usize = 14;

impl<'a> Recorder<'a> for FullTrace<'a> {
    const ENABLED: bool = true;

    fn begin(&mut self, request: &Request<'a>, target: &Target<'_>) {
        self.question = Some(Question { request: *request, boundary: target.boundary });
        self.layers.clear();
        self.layers.reserve(LAYERS_USUAL);
        self.statements.clear();
        self.conditions.clear();
        self.values.clear();
        self.request_values.clear();
        self.notes.clear();
    }

    fn layer(&mut self, policy_type: PolicyType, level: Option<usize>, policies: Policies<'a>) {
        let statements = self.statements.len()..self.statements.len();
        let policies = LayerPolicies::Given(policies);
        self.layers.push(LayerRecord { policy_type, level, policies, statements });
    }

    fn statement(
        &mut self,
        policy_index: usize,
        statement: &'a CompiledStatement,
        request: &Request<'a>,
        target: &Target<'_>,
        applies: Option<Named>,
    ) {
        if self.statements.is_empty() {
            self.statements.reserve(STATEMENTS_USUAL);
            self.conditions.reserve(CONDITIONS_USUAL);
            self.values.reserve(VALUES_USUAL);
            self.request_values.reserve(CONDITIONS_USUAL);
        }
        let mut record = explain::statement(self, statement, request, target, applies.is_some());
        record.policy_index = policy_index;
        debug_assert!(
            self.last_place().is_none_or(|last| last < record.place()),
            "each statement once, and in order"
        );
        self.statements.push(record);
        if let Some(layer) = self.layers.last_mut() {
            layer.statements.end = self.statements.len();
        }
    }

    fn note(&mut self, note: TraceNote) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl FullTrace<'_> {
    /// The place of the last statement recorded of the present layer.
    fn last_place(&self) -> Option<(usize, usize)> {
        let recorded = self.statements.get(self.layers.last()?.statements.clone())?;
        recorded.last().map(StatementRecord::place)
    }
}

impl StatementRecord<'_> {
    /// Where it stands among the statements of its layer.
    pub(super) const fn place(&self) -> (usize, usize) {
        (self.policy_index, self.index)
    }
}
