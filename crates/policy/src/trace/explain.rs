use std::borrow::Cow;

use super::choice::{wildcards_of, with_variables};
use super::record::{
    ConditionRecord, Element, ElementRecord, RequestValue, StatementRecord, ValueTrace,
};
use super::{Choice, FullTrace};
use crate::caller::Named;
use crate::compiled::condition::CompiledCondition;
use crate::compiled::element::{Actions, Resources, Written};
use crate::compiled::principal::PrincipalMatcher;
use crate::compiled::{Body, CompiledStatement, Elements};
use crate::context::ContextValue;
use crate::operators::{Given, Matcher};
use crate::request::Target;
use crate::template::Wildcards;
use crate::unknown::{Assumed, Outlook};
use crate::{Effect, OperatorBase, Request};

/// Every element of a statement, each asked by itself, with the same questions the
/// decision asks.
pub(super) fn statement<'a>(
    trace: &mut FullTrace<'a>,
    statement: &'a CompiledStatement,
    request: &Request<'a>,
    target: &Target<'_>,
    applies: bool,
) -> StatementRecord<'a> {
    let conditions_from = trace.conditions.len();
    let mut record = StatementRecord {
        policy_index: 0,
        index: statement.index,
        sid: statement.sid.as_deref().map(Cow::Borrowed),
        effect: statement.effect,
        span: statement.span,
        applies,
        names: None,
        unreadable: false,
        skipped: false,
        elements: [None, None, None],
        conditions: conditions_from..conditions_from,
    };
    match &statement.body {
        Body::Unreadable => record.unreadable = true,
        Body::Elements(parts) => {
            elements(trace, &mut record, parts, request, target);
            let assumed = Outlook::Worst.assumes(statement.effect);
            let holds = conditions(trace, parts, request, assumed);
            record.conditions.end = trace.conditions.len();
            debug_assert_eq!(
                applies,
                holds && record.elements.iter().flatten().all(|element| element.matched),
                "the explanation must add up to the decision"
            );
        }
    }
    record
}

fn elements<'a>(
    trace: &mut FullTrace<'a>,
    record: &mut StatementRecord<'a>,
    parts: &'a Elements,
    request: &Request<'a>,
    target: &Target<'_>,
) {
    let effect = record.effect;
    let principal = parts.principals.as_ref().map(|part| {
        record.names = part.names(effect, request.caller, target.boundary);
        principal(trace, part, effect, request, record.names)
    });
    let action = action(trace, &parts.actions, target);
    let resource =
        parts.resources.as_ref().map(|part| resource(trace, part, effect, request, target));
    record.elements = [principal, Some(action), resource];
}

fn principal<'a>(
    trace: &mut FullTrace<'a>,
    part: &'a PrincipalMatcher,
    effect: Effect,
    request: &Request<'a>,
    names: Option<Named>,
) -> ElementRecord {
    let from = trace.values.len();
    trace.values.extend(part.entries.iter().map(|entry| {
        let unsettled = entry.pattern.is_unsettled(request.caller);
        ValueTrace {
            choice: unsettled.then_some(Choice::ForeignToken),
            ..value(entry, entry.pattern.names(effect, request.caller).is_some())
        }
    }));
    ElementRecord {
        element: Element::Principal,
        span: part.span,
        polarity: part.polarity,
        matched: names.is_some(),
        values: from..trace.values.len(),
    }
}

fn action<'a>(trace: &mut FullTrace<'a>, part: &'a Actions, target: &Target<'_>) -> ElementRecord {
    let (from, action) = (trace.values.len(), target.action);
    let mut listed = false;
    trace.values.extend(part.entries.iter().map(|entry| {
        let matched = entry.pattern.matches(action);
        listed |= matched;
        value(entry, matched)
    }));
    ElementRecord {
        element: Element::Action,
        span: part.span,
        polarity: part.polarity,
        matched: part.passes(listed),
        values: from..trace.values.len(),
    }
}

fn resource<'a>(
    trace: &mut FullTrace<'a>,
    part: &'a Resources,
    effect: Effect,
    request: &Request<'a>,
    target: &Target<'_>,
) -> ElementRecord {
    let from = trace.values.len();
    let mut listed = false;
    trace.values.extend(part.entries.iter().map(|entry| {
        let matched = entry.pattern.matches(target.arn.as_ref(), request.context);
        listed |= matched;
        let value = value(entry, matched);
        with_variables(value, request.context, Wildcards::Live, |wanted| {
            entry.pattern.find_variable(wanted)
        })
    }));
    ElementRecord {
        element: Element::Resource,
        span: part.span,
        polarity: part.polarity,
        matched: part
            .assumed_to_pass(request.context, Outlook::Worst.assumes(effect))
            .unwrap_or_else(|| part.passes(listed, request.context)),
        values: from..trace.values.len(),
    }
}

/// Records the condition block; whether all of it holds.
fn conditions<'a>(
    trace: &mut FullTrace<'a>,
    parts: &'a Elements,
    request: &Request<'a>,
    assumed: Assumed,
) -> bool {
    let mut all_hold = true;
    for part in &parts.conditions {
        let record = condition(trace, part, request, assumed);
        all_hold &= record.holds;
        trace.conditions.push(record);
    }
    all_hold
}

fn condition<'a>(
    trace: &mut FullTrace<'a>,
    part: &'a CompiledCondition,
    request: &Request<'a>,
    assumed: Assumed,
) -> ConditionRecord<'a> {
    let given = part.given(request.context);
    let unknown = part.assumed_verdict(request.context, assumed);
    let asks_presence = part.operator.base == OperatorBase::Null && unknown.is_none();
    let wildcards = wildcards_of(part.operator.base);
    let values_from = trace.values.len();
    trace.values.extend(part.values.iter().map(|entry| {
        let matched = asks_presence && part.presence_matches(entry, given);
        let value = ValueTrace {
            choice: matches!(entry.pattern, Matcher::Never).then_some(Choice::MistypedValue),
            ..value(entry, matched)
        };
        with_variables(value, request.context, wildcards, |wanted| {
            entry.pattern.find_variable(wanted)
        })
    }));
    let request_values_from = trace.request_values.len();
    if let Some(given) = given {
        compare(trace, values_from, part, given, request);
    }
    let recorded = trace.request_values.get(request_values_from..).unwrap_or_default();
    let matched = recorded.iter().map(|value| value.matched);
    let verdict = unknown.unwrap_or_else(|| part.verdict_by(given, matched));
    ConditionRecord {
        operator: part.operator,
        operator_span: part.operator_span,
        key: Cow::Borrowed(&part.key),
        key_span: part.key_span,
        request_values: given.map(|_| request_values_from..trace.request_values.len()),
        values: values_from..trace.values.len(),
        holds: verdict.holds,
        reason: verdict.reason,
        choice: Choice::of_condition(part.operator, verdict.reason, recorded),
    }
}

/// Each value of the request against each of the policy that it is compared
/// with; these are recorded already.
fn compare<'a>(
    trace: &mut FullTrace<'a>,
    values_from: usize,
    part: &CompiledCondition,
    given: ContextValue<'a>,
    request: &Request<'a>,
) {
    let asks_presence = part.operator.base == OperatorBase::Null;
    let compared = if asks_presence { &[] } else { part.values.as_ref() };
    let FullTrace { values, request_values, .. } = trace;
    let recorded = values.get_mut(values_from..).unwrap_or_default();
    match given {
        ContextValue::Binary(bytes) => {
            let matched = mark(recorded, compared, |matcher| matcher.matches_bytes(bytes));
            let text = Cow::Owned(data_encoding::BASE64.encode(bytes));
            request_values.push(RequestValue { text, matched, comparable: true });
        }
        ContextValue::Single(_) | ContextValue::Multi(_) => {
            request_values.extend(given.texts().map(|text| {
                let read = Given::read(part.operator.base, text);
                let matched =
                    mark(recorded, compared, |matcher| matcher.matches(&read, request.context));
                let comparable = asks_presence || !matches!(read, Given::Unlike);
                RequestValue { text: Cow::Borrowed(text), matched, comparable }
            }));
        }
    }
}

/// Marks the values that match; whether one does.
fn mark(
    recorded: &mut [ValueTrace<'_>],
    compared: &[Written<Matcher>],
    matches: impl Fn(&Matcher) -> bool,
) -> bool {
    let mut any = false;
    for (value, entry) in recorded.iter_mut().zip(compared) {
        let matched = matches(&entry.pattern);
        value.matched |= matched;
        any |= matched;
    }
    any
}

fn value<'a, P>(entry: &'a Written<P>, matched: bool) -> ValueTrace<'a> {
    ValueTrace {
        span: entry.span,
        text: Cow::Borrowed(&entry.text),
        matched,
        unresolved_variable: None,
        choice: None,
    }
}
