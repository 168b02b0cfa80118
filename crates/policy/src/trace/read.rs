use std::ops::Range;

use super::record::{
    ConditionRecord, ElementRecord, FullTrace, LayerRecord, RequestValue, StatementRecord,
    ValueTrace,
};
use super::{Choice, ConditionReason, TraceNote};
use crate::caller::Named;
use crate::{Effect, Operator, Polarity, PolicySource, PolicyType, Span};

impl FullTrace<'_> {
    /// Every layer that was asked, in the order in which they were.
    pub fn layers(&self) -> impl Iterator<Item = LayerTrace<'_>> {
        self.layers.iter().map(|record| LayerTrace {
            policy_type: record.policy_type,
            level: record.level,
            record,
            trace: self,
        })
    }

    /// Every policy of every layer, in the same order.
    pub fn policies(&self) -> impl Iterator<Item = PolicyTrace<'_>> {
        self.layers().flat_map(LayerTrace::policies)
    }

    /// The rules of the decision that took effect beyond what policies say.
    #[must_use]
    pub fn notes(&self) -> &[TraceNote] {
        &self.notes
    }
}

/// One layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerTrace<'t> {
    /// Which it is.
    pub policy_type: PolicyType,
    /// The level in the organization, from its root, for service control policies.
    pub level: Option<usize>,
    record: &'t LayerRecord<'t>,
    trace: &'t FullTrace<'t>,
}

impl<'t> LayerTrace<'t> {
    /// Its policies, in their order.
    pub fn policies(self) -> impl Iterator<Item = PolicyTrace<'t>> {
        let mut rest =
            self.trace.statements.get(self.record.statements.clone()).unwrap_or_default();
        self.record.policies.iter().enumerate().map(move |(index, (source, statement_count))| {
            let own = rest.partition_point(|record| record.policy_index <= index);
            let (records, behind) = rest.split_at_checked(own).unwrap_or_default();
            rest = behind;
            PolicyTrace {
                policy_type: self.policy_type,
                level: self.level,
                index,
                source,
                statement_count,
                records,
                trace: self.trace,
            }
        })
    }

    /// How many statements were not looked at, in all of its policies.
    #[must_use]
    pub fn skipped_count(self) -> usize {
        self.policies().map(PolicyTrace::skipped_count).sum()
    }
}

/// One policy.
#[derive(Clone, Copy, Debug)]
pub struct PolicyTrace<'t> {
    /// In which layer it takes part.
    pub policy_type: PolicyType,
    /// The level in the organization, from its root, for service control policies.
    pub level: Option<usize>,
    /// Its place in the layer, from 0.
    pub index: usize,
    /// Where it comes from.
    pub source: &'t PolicySource,
    /// How many statements it has.
    pub statement_count: usize,
    records: &'t [StatementRecord<'t>],
    trace: &'t FullTrace<'t>,
}

impl<'t> PolicyTrace<'t> {
    /// Its statements, in their order, as far as they were looked at: those that the
    /// action concerns and that no index rules out.
    pub fn statements(self) -> impl ExactSizeIterator<Item = StatementTrace<'t>> {
        self.records.iter().map(move |record| StatementTrace {
            index: record.index,
            sid: record.sid.as_deref(),
            effect: record.effect,
            span: record.span,
            applies: record.applies,
            names: record.names,
            unreadable: record.unreadable,
            skipped: record.skipped,
            record,
            trace: self.trace,
        })
    }

    /// How many of its statements were not looked at, since they are about other
    /// actions or an index knew that they do not apply.
    #[must_use]
    pub const fn skipped_count(self) -> usize {
        self.statement_count.saturating_sub(self.records.len())
    }

    /// The places of the statements that were not looked at, as ranges.
    pub fn skipped(self) -> impl Iterator<Item = Range<usize>> {
        let looked_at = self.records.iter().map(|record| record.index);
        let starts = [0].into_iter().chain(looked_at.clone().map(|index| index + 1));
        let ends = looked_at.chain([self.statement_count]);
        starts.zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty())
    }
}

/// One statement.
#[derive(Clone, Copy, Debug)]
pub struct StatementTrace<'t> {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<&'t str>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Where it stands in the policy's text.
    pub span: Span,
    /// Whether it applies to the request.
    pub applies: bool,
    /// As what its Principal or NotPrincipal names the caller, whatever its other
    /// elements say; `None` where it does not or there is no such element.
    pub names: Option<Named>,
    /// Whether it could not be read: it then grants nothing, and denies if it may
    /// have been a Deny.
    pub unreadable: bool,
    /// Whether it was not looked at for the decision: only in a trace that was expanded.
    pub skipped: bool,
    record: &'t StatementRecord<'t>,
    trace: &'t FullTrace<'t>,
}

impl<'t> StatementTrace<'t> {
    /// Principal, Action and Resource, as far as the statement has them.
    pub fn elements(self) -> impl Iterator<Item = ElementTrace<'t>> {
        self.record.elements.iter().flatten().map(move |record| element(record, self.trace))
    }

    /// The condition block, operator by operator and key by key.
    pub fn conditions(self) -> impl ExactSizeIterator<Item = ConditionTrace<'t>> {
        let records = self.trace.conditions.get(self.record.conditions.clone());
        records.unwrap_or_default().iter().map(move |record| condition(record, self.trace))
    }
}

/// Principal, Action or Resource of one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementTrace<'t> {
    /// The element's name: `Action`, `NotAction`, `Resource` ...
    pub name: &'static str,
    /// Where its value stands.
    pub span: Span,
    /// Whether this is the `Not...` form.
    pub polarity: Polarity,
    /// Whether the request passes.
    pub matched: bool,
    /// Its entries.
    pub values: &'t [ValueTrace<'t>],
}

/// One operator and key of a condition block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionTrace<'t> {
    /// The operator.
    pub operator: Operator,
    /// Where the operator stands.
    pub operator_span: Span,
    /// The key, as written.
    pub key: &'t str,
    /// Where the key stands.
    pub key_span: Span,
    /// What the request has for it; `None` when it is absent.
    pub request_values: Option<&'t [RequestValue<'t>]>,
    /// The policy's values.
    pub values: &'t [ValueTrace<'t>],
    /// Whether the condition holds.
    pub holds: bool,
    /// Why.
    pub reason: ConditionReason,
    /// AWS does not say, or not clearly, what the operator does with what the request has.
    pub choice: Option<Choice>,
}

fn element<'t>(record: &ElementRecord, trace: &'t FullTrace<'t>) -> ElementTrace<'t> {
    ElementTrace {
        name: record.element.name(record.polarity),
        span: record.span,
        polarity: record.polarity,
        matched: record.matched,
        values: trace.values.get(record.values.clone()).unwrap_or_default(),
    }
}

fn condition<'t>(record: &'t ConditionRecord<'t>, trace: &'t FullTrace<'t>) -> ConditionTrace<'t> {
    let request_values = |range| trace.request_values.get(range).unwrap_or_default();
    ConditionTrace {
        operator: record.operator,
        operator_span: record.operator_span,
        key: &record.key,
        key_span: record.key_span,
        request_values: record.request_values.clone().map(request_values),
        values: trace.values.get(record.values.clone()).unwrap_or_default(),
        holds: record.holds,
        reason: record.reason,
        choice: record.choice,
    }
}
