use super::{ConditionTrace, ElementTrace, StatementTrace, ValueTrace};
use crate::compiled::condition::CompiledCondition;
use crate::compiled::element::{Actions, Resources, Written};
use crate::compiled::principal::{PrincipalMatcher, Who};
use crate::compiled::{Body, CompiledStatement, Elements};
use crate::context::ContextValue;
use crate::glob::Glob;
use crate::request::Target;
use crate::template::Variable;
use crate::{Effect, Polarity, Request};

/// Every element of a statement, each asked by itself, with the same questions the
/// decision asks.
pub(super) fn statement(
    statement: &CompiledStatement,
    request: &Request<'_>,
    target: &Target<'_>,
    applies: bool,
) -> StatementTrace {
    let (elements, conditions) = match &statement.body {
        Body::Unreadable => (Vec::new(), Vec::new()),
        Body::Elements(parts) => (
            elements(parts, statement.effect, request, target),
            parts.conditions.iter().map(|part| condition(part, request)).collect(),
        ),
    };
    let explained = StatementTrace {
        index: statement.index,
        sid: statement.sid.as_deref().map(Into::into),
        effect: statement.effect,
        span: statement.span,
        applies,
        unreadable: matches!(statement.body, Body::Unreadable),
        elements,
        conditions,
    };
    debug_assert!(
        explained.unreadable
            || applies
                == (explained.elements.iter().all(|element| element.matched)
                    && explained.conditions.iter().all(|condition| condition.holds)),
        "the explanation must add up to the decision"
    );
    explained
}

fn elements(
    parts: &Elements,
    effect: Effect,
    request: &Request<'_>,
    target: &Target<'_>,
) -> Vec<ElementTrace> {
    let principal = parts.principals.as_ref().map(|part| principal(part, effect, request, target));
    let resource = parts.resources.as_ref().map(|part| resource(part, request, target));
    principal.into_iter().chain([action(&parts.actions, target)]).chain(resource).collect()
}

fn principal(
    part: &PrincipalMatcher,
    effect: Effect,
    request: &Request<'_>,
    target: &Target<'_>,
) -> ElementTrace {
    let names = |entry: &Written<_>| value(entry, names_caller(entry, effect, request), None);
    ElementTrace {
        name: name(part.polarity, "Principal", "NotPrincipal"),
        span: part.span,
        polarity: part.polarity,
        matched: part.names(effect, request.caller, target.boundary).is_some(),
        values: part.entries.iter().map(names).collect(),
    }
}

fn names_caller(entry: &Written<Who>, effect: Effect, request: &Request<'_>) -> bool {
    entry.pattern.names(effect, request.caller).is_some()
}

fn action(part: &Actions, target: &Target<'_>) -> ElementTrace {
    let matches =
        |entry: &Written<Glob>| value(entry, entry.pattern.matches(target.action()), None);
    ElementTrace {
        name: name(part.polarity, "Action", "NotAction"),
        span: part.span,
        polarity: part.polarity,
        matched: part.matches(target.action()),
        values: part.entries.iter().map(matches).collect(),
    }
}

fn resource(part: &Resources, request: &Request<'_>, target: &Target<'_>) -> ElementTrace {
    let values = part.entries.iter().map(|entry| {
        let matched = entry.pattern.matches(target.arn.as_ref(), request.context);
        value(entry, matched, entry.pattern.unresolved(request.context))
    });
    ElementTrace {
        name: name(part.polarity, "Resource", "NotResource"),
        span: part.span,
        polarity: part.polarity,
        matched: part.matches(target.arn.as_ref(), request.context),
        values: values.collect(),
    }
}

fn condition(part: &CompiledCondition, request: &Request<'_>) -> ConditionTrace {
    let given = part.given(request.context);
    let verdict = part.verdict(request.context);
    let values = part.values.iter().map(|entry| {
        let matched = given
            .is_some_and(|given| CompiledCondition::value_matches(entry, given, request.context));
        value(entry, matched, entry.pattern.unresolved(request.context))
    });
    ConditionTrace {
        operator: part.operator,
        operator_span: part.operator_span,
        key: part.key.as_ref().into(),
        key_span: part.key_span,
        request_values: given.map(shown),
        values: values.collect(),
        holds: verdict.holds,
        reason: verdict.reason,
    }
}

/// The values of a key as text; bytes as base64, as policies write them.
fn shown(given: ContextValue<'_>) -> Vec<String> {
    match given {
        ContextValue::Binary(bytes) => vec![data_encoding::BASE64.encode(bytes)],
        ContextValue::Single(_) | ContextValue::Multi(_) => given.texts().map(Into::into).collect(),
    }
}

fn value<P>(entry: &Written<P>, matched: bool, unresolved: Option<&Variable>) -> ValueTrace {
    ValueTrace {
        span: entry.span,
        text: entry.text.as_ref().into(),
        matched,
        unresolved_variable: unresolved.map(|variable| variable.written().to_owned()),
    }
}

const fn name(polarity: Polarity, positive: &'static str, negative: &'static str) -> &'static str {
    match polarity {
        Polarity::Any => positive,
        Polarity::NoneOf => negative,
    }
}
