use std::iter;

use super::element::Written;
use crate::context::{ContextKey, ContextValue};
use crate::operators::{Given, Literals, Matcher};
use crate::template::Variables;
use crate::trace::ConditionReason;
use crate::{Condition, Context, Operator, OperatorBase, Quantifier, Span, effort};

/// One operator and key of a condition block, made ready.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCondition {
    pub(crate) operator: Operator,
    pub(crate) operator_span: Span,
    pub(crate) key: Box<str>,
    pub(crate) key_span: Span,
    pub(super) lookup_key: ContextKey,
    pub(crate) variables: Variables,
    pub(crate) values: Box<[Written<Matcher>]>,
    literals: Option<Literals>,
}

/// Whether a condition holds, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) holds: bool,
    pub(crate) reason: ConditionReason,
}

impl CompiledCondition {
    /// `None` when there is no such operator.
    pub(super) fn compile(condition: &Condition, variables: Variables) -> Option<Self> {
        let operator = condition.operator.value?;
        let values = condition.values.iter().map(|value| Written {
            span: value.span,
            text: value.value.as_str().into(),
            pattern: Matcher::new(operator.base, &value.value, variables),
        });
        let values: Box<[Written<Matcher>]> = values.collect();
        let literals = Literals::new(values.len(), |place| {
            at(&values, place).map(|value| (value.text.as_ref(), &value.pattern))
        });
        Some(Self {
            operator,
            operator_span: condition.operator.span,
            key: condition.key.value.as_str().into(),
            key_span: condition.key.span,
            lookup_key: ContextKey::new(&condition.key.value),
            variables,
            values,
            literals,
        })
    }

    /// The request's value for the key.
    pub(crate) fn given<'c>(&self, context: &'c Context) -> Option<ContextValue<'c>> {
        context.lookup(&self.lookup_key)
    }

    /// Whether the condition holds. It must not depend on an unknown key.
    // Measured: as calls, this and the next cost four percent of an evaluation.
    #[inline(always)]
    pub(crate) fn verdict(&self, context: &Context) -> Verdict {
        effort::count(1);
        let given = self.given(context);
        match given {
            None => self.verdict_by(None, iter::empty()),
            Some(ContextValue::Binary(bytes)) => {
                let matched = || self.values.iter().any(|value| value.pattern.matches_bytes(bytes));
                self.verdict_by(given, iter::once_with(matched))
            }
            Some(value @ (ContextValue::Single(_) | ContextValue::Multi(_))) => {
                let matched = |text| self.any_matches(text, context);
                self.verdict_by(given, value.texts().map(matched))
            }
        }
    }

    /// Whether the condition holds by what the request has for the key and, for each
    /// value of that, whether one of the policy's matches it.
    ///
    /// Spec: UG:reference_policies_elements_condition_operators and
    /// UG:reference_policies_multi-value-conditions.
    #[inline(always)]
    pub(crate) fn verdict_by(
        &self,
        given: Option<ContextValue<'_>>,
        matched: impl Iterator<Item = bool>,
    ) -> Verdict {
        if self.operator.base == OperatorBase::Null {
            return self.presence(given);
        }
        match (given, self.operator.quantifier) {
            (None, _) => self.absent(),
            (Some(given), Quantifier::Single) => self.single(given, matched),
            (Some(given), Quantifier::ForAllValues | Quantifier::ForAnyValue) => {
                self.set(given, matched)
            }
        }
    }

    /// Whether one of the policy's values matches this one of the request.
    ///
    /// The request's value is read once. Costs a search among the literal values and
    /// one comparison with each of the others.
    fn any_matches(&self, text: &str, context: &Context) -> bool {
        let given = Given::read(self.operator.base, text);
        let matches = |value: &Written<Matcher>| value.pattern.matches(&given, context);
        let Some(literals) = &self.literals else { return self.values.iter().any(matches) };
        literals.hold(&given, |place| Some(at(&self.values, place)?.text.as_ref()))
            || literals.others().filter_map(|place| at(&self.values, place)).any(matches)
    }

    /// `Null`: is the key absent?
    fn presence(&self, given: Option<ContextValue<'_>>) -> Verdict {
        let holds = self.values.iter().any(|value| self.presence_matches(value, given));
        Verdict { holds, reason: ConditionReason::Presence }
    }

    /// Whether a value of `Null` says of the key what is the case.
    /// Spec: an empty value of a tag counts as absent.
    pub(crate) fn presence_matches(
        &self,
        value: &Written<Matcher>,
        given: Option<ContextValue<'_>>,
    ) -> bool {
        let absent = match given {
            None => true,
            Some(ContextValue::Single(value)) => {
                value.is_empty() && is_tag_key(self.lookup_key.folded())
            }
            Some(ContextValue::Multi(_) | ContextValue::Binary(_)) => false,
        };
        matches!(value.pattern, Matcher::Bool(wanted_absent) if wanted_absent == absent)
    }

    /// The key is absent.
    fn absent(&self) -> Verdict {
        let (holds, reason) = match self.operator.quantifier {
            _ if self.operator.if_exists => (true, ConditionReason::KeyAbsentIfExists),
            Quantifier::Single if self.operator.base.is_negated() => {
                (true, ConditionReason::KeyAbsentNegated)
            }
            Quantifier::Single => (false, ConditionReason::KeyAbsent),
            Quantifier::ForAllValues => (true, ConditionReason::NullSet),
            Quantifier::ForAnyValue => (false, ConditionReason::NullSet),
        };
        Verdict { holds, reason }
    }

    /// Without a quantifier: the key has one value.
    fn single(&self, given: ContextValue<'_>, mut matched: impl Iterator<Item = bool>) -> Verdict {
        match given {
            // Choice: AWS documents that keys with several values require a
            // quantifier; without one nothing matches, negated operators included,
            // as reported from AWS's own talks.
            ContextValue::Multi(_) => {
                Verdict { holds: false, reason: ConditionReason::SeveralValues }
            }
            ContextValue::Single(_) | ContextValue::Binary(_) => {
                let holds = matched.any(|matched| matched) != self.operator.base.is_negated();
                Verdict { holds, reason: ConditionReason::Compared }
            }
        }
    }

    /// With a quantifier: the key has a set of values. A single value is a set of one.
    fn set(&self, given: ContextValue<'_>, matched: impl Iterator<Item = bool>) -> Verdict {
        let for_all = self.operator.quantifier == Quantifier::ForAllValues;
        // Spec: a set that comes down to the empty string is a null set.
        let null = match given {
            ContextValue::Binary(_) => false,
            ContextValue::Single(_) | ContextValue::Multi(_) => given.texts().all(str::is_empty),
        };
        if null {
            return Verdict { holds: for_all, reason: ConditionReason::NullSet };
        }
        // Negation applies to each value, inside the quantifier.
        let mut each = matched.map(|matched| matched != self.operator.base.is_negated());
        let holds = if for_all { each.all(|holds| holds) } else { each.any(|holds| holds) };
        Verdict { holds, reason: ConditionReason::Compared }
    }

    /// Whether the condition ties the statement to a caller's ARN: a positive
    /// operator on `aws:PrincipalArn` that needs the key.
    pub(super) fn names_principal_arn(&self) -> bool {
        use OperatorBase as Base;
        let positive = matches!(
            self.operator.base,
            Base::ArnEquals
                | Base::ArnLike
                | Base::StringEquals
                | Base::StringEqualsIgnoreCase
                | Base::StringLike
        );
        let needed =
            !self.operator.if_exists && self.operator.quantifier != Quantifier::ForAllValues;
        positive && needed && self.lookup_key.folded() == "aws:principalarn"
    }
}

fn at(values: &[Written<Matcher>], place: u32) -> Option<&Written<Matcher>> {
    values.get(usize::try_from(place).ok()?)
}

/// Keys whose value a user gives: `aws:RequestTag/...`, `iam:ResourceTag/...`.
fn is_tag_key(folded_key: &str) -> bool {
    folded_key.split_once('/').is_some_and(|(name, _)| name.ends_with("tag"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ContextBuilder, DocumentKind, effort, parse};

    fn condition(operator: &str, values: impl Iterator<Item = String>) -> CompiledCondition {
        let values: Vec<String> = values.collect();
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {operator: {"k": values}},
        }});
        let policy = parse(&document.to_string(), DocumentKind::Identity).policy.unwrap();
        CompiledCondition::compile(&policy.statements[0].conditions[0], Variables::Live).unwrap()
    }

    /// The answer, which must be the one that comparing value by value gives, and how
    /// many steps it took.
    fn asked(condition: &CompiledCondition, text: &str) -> (bool, usize) {
        let context = ContextBuilder::new().single("k", text).single("v", "vv").build();
        let (verdict, steps) = effort::counted(|| condition.verdict(&context));
        let given = Given::read(condition.operator.base, text);
        let walked = condition.values.iter().any(|value| value.pattern.matches(&given, &context));
        assert_eq!(verdict.holds, walked != condition.operator.base.is_negated(), "{text}");
        (walked, steps)
    }

    #[test]
    fn thousands_of_literal_values_cost_a_search() {
        let number = |number: usize| format!("Value{:04}é", number * 7 % 5_000);
        let arn = |number: usize| format!("arn:aws:iam::111122223333:role/r{number}");
        for operator in
            ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike"]
        {
            let is_arn = operator == "ArnLike";
            let value = |at| if is_arn { arn(at) } else { number(at) };
            let special = ["${v}", "x${*}y", "a${$}b", "no arn"].map(str::to_owned);
            let condition = condition(operator, (0..5_000).map(value).chain(special));
            for at in [0, 1, 77, 2_500, 4_999, 5_000, 6_000] {
                let (found, steps) = asked(&condition, &value(at));
                assert_eq!(found, !is_arn || at < 5_000, "{operator} {at}");
                assert!(steps < 64, "{operator} took {steps} steps");
            }
            for text in ["", "vv", "x*y", "x${*}y", "a$b", "VALUE0001É", "no arn", "ARN::::::"] {
                assert!(asked(&condition, text).1 < 64, "{operator} {text}");
            }
        }
    }

    #[test]
    fn patterns_and_numbers_are_compared_one_by_one() {
        for (operator, value, text) in [
            ("StringLike", "*a?b*", "aa"),
            ("NumericLessThan", "-1", "12"),
            ("DateGreaterThan", "2026-01-01", "2025-01-01T00:00:00Z"),
            ("IpAddress", "10.0.0.0/8", "203.0.113.7"),
        ] {
            let steps = [1_000, 2_000].map(|count| {
                let values = iter::repeat_n(value.to_owned(), count);
                let (found, steps) = asked(&condition(operator, values), text);
                assert!(!found, "{operator}");
                steps
            });
            assert!(steps[0] >= 1_000 && steps[1] <= 2 * steps[0], "{operator} {steps:?}");
        }
    }
}
