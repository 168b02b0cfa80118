use std::borrow::Cow;

use super::{ConditionReason, RequestValue, ValueTrace};
use crate::template::{Variable, Wildcards};
use crate::{Context, Operator, OperatorBase};

/// A point that AWS's documentation leaves open or answers in two ways, where this
/// crate chose: what a value did rests on that choice.
///
/// The reasons are listed in the project's decision record on the policy language.
/// See also [`crate::TraceNote`] for choices beyond a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// The key has several values, the operator has no quantifier: nothing matches,
    /// and a negated operator does not hold either.
    SeveralValues,
    /// `Bool` was asked about a value that is neither `true` nor `false`: no match.
    NotBoolean,
    /// The policy's value is not of the operator's type, such as a variable under
    /// `Bool` or a number that is none: it matches nothing.
    MistypedValue,
    /// What a variable stands for has a `*` or `?` in it, which is compared as it is.
    LiteralWildcard,
    /// The key of a variable is there but empty, which counts as having no value.
    EmptyVariable,
    /// `"AWS": "*"` and `"Federated": "*"` deny the bearers of foreign tokens and
    /// admit none of them.
    ForeignToken,
}

impl Choice {
    /// What AWS leaves open about an operator and what the request has for its key.
    pub(super) fn of_condition(
        operator: Operator,
        reason: ConditionReason,
        request_values: &[RequestValue<'_>],
    ) -> Option<Self> {
        let all_boolean = request_values.iter().all(|value| value.comparable);
        if reason == ConditionReason::SeveralValues {
            Some(Self::SeveralValues)
        } else if operator.base == OperatorBase::Bool && !all_boolean {
            Some(Self::NotBoolean)
        } else {
            None
        }
    }
}

/// Adds what is to be said of the variables in a value.
pub(super) fn with_variables<'a>(
    value: ValueTrace<'a>,
    context: &Context,
    wildcards: Wildcards,
    find: impl Fn(&dyn Fn(&Variable) -> bool) -> Option<&'a Variable>,
) -> ValueTrace<'a> {
    if find(&|_| true).is_none() {
        return value;
    }
    let holds_wildcard = |variable: &Variable| {
        variable.resolve(context).is_some_and(|text| text.contains(['*', '?']))
    };
    let choice = if find(&|variable| variable.is_empty(context)).is_some() {
        Some(Choice::EmptyVariable)
    } else if wildcards == Wildcards::Live && find(&holds_wildcard).is_some() {
        Some(Choice::LiteralWildcard)
    } else {
        None
    };
    let unresolved = find(&|variable| variable.resolve(context).is_none());
    ValueTrace {
        unresolved_variable: unresolved.map(|variable| Cow::Borrowed(variable.written())),
        choice: value.choice.or(choice),
        ..value
    }
}

/// Whether `*` and `?` mean something in the values of an operator.
pub(super) const fn wildcards_of(base: OperatorBase) -> Wildcards {
    use OperatorBase as Base;
    match base {
        Base::StringLike
        | Base::StringNotLike
        | Base::ArnEquals
        | Base::ArnLike
        | Base::ArnNotEquals
        | Base::ArnNotLike => Wildcards::Live,
        _ => Wildcards::Literal,
    }
}
