use super::element::Written;
use crate::context::{ContextKey, ContextValue};
use crate::operators::Matcher;
use crate::template::Variables;
use crate::trace::ConditionReason;
use crate::{Condition, Context, Operator, OperatorBase, Quantifier, Span};

/// One operator and key of a condition block, made ready.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCondition {
    pub(crate) operator: Operator,
    pub(crate) operator_span: Span,
    pub(crate) key: Box<str>,
    pub(crate) key_span: Span,
    lookup_key: ContextKey,
    pub(crate) values: Box<[Written<Matcher>]>,
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
        Some(Self {
            operator,
            operator_span: condition.operator.span,
            key: condition.key.value.as_str().into(),
            key_span: condition.key.span,
            lookup_key: ContextKey::new(&condition.key.value),
            values: values.collect(),
        })
    }

    /// The request's value for the key.
    pub(crate) fn given<'c>(&self, context: &'c Context) -> Option<ContextValue<'c>> {
        context.lookup(&self.lookup_key)
    }

    /// Whether the condition holds.
    ///
    /// Spec: UG:reference_policies_elements_condition_operators and
    /// UG:reference_policies_multi-value-conditions.
    pub(crate) fn verdict(&self, context: &Context) -> Verdict {
        let given = self.given(context);
        if self.operator.base == OperatorBase::Null {
            return self.presence(given);
        }
        match self.operator.quantifier {
            Quantifier::Single => self.single(given, context),
            Quantifier::ForAllValues | Quantifier::ForAnyValue => self.set(given, context),
        }
    }

    /// Whether one of the policy's values matches what the request has; whether any
    /// value of a set does.
    fn value_matches(value: &Written<Matcher>, given: ContextValue<'_>, context: &Context) -> bool {
        match given {
            ContextValue::Binary(bytes) => value.pattern.matches_bytes(bytes),
            ContextValue::Single(_) | ContextValue::Multi(_) => {
                given.texts().any(|text| value.pattern.matches(text, context))
            }
        }
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

    /// Without a quantifier: the key has one value.
    fn single(&self, given: Option<ContextValue<'_>>, context: &Context) -> Verdict {
        let negated = self.operator.base.is_negated();
        match given {
            None => {
                let reason = if self.operator.if_exists {
                    ConditionReason::KeyAbsentIfExists
                } else if negated {
                    ConditionReason::KeyAbsentNegated
                } else {
                    ConditionReason::KeyAbsent
                };
                Verdict { holds: self.operator.if_exists || negated, reason }
            }
            // Choice: AWS documents that keys with several values require a
            // quantifier; without one nothing matches, negated operators included,
            // as reported from AWS's own talks.
            Some(ContextValue::Multi(_)) => {
                Verdict { holds: false, reason: ConditionReason::SeveralValues }
            }
            Some(given @ (ContextValue::Single(_) | ContextValue::Binary(_))) => {
                let any =
                    self.values.iter().any(|value| Self::value_matches(value, given, context));
                Verdict { holds: any != negated, reason: ConditionReason::Compared }
            }
        }
    }

    /// With a quantifier: the key has a set of values. A single value is a set of one.
    fn set(&self, given: Option<ContextValue<'_>>, context: &Context) -> Verdict {
        let for_all = self.operator.quantifier == Quantifier::ForAllValues;
        let negated = self.operator.base.is_negated();
        let Some(given) = given else {
            return if self.operator.if_exists {
                Verdict { holds: true, reason: ConditionReason::KeyAbsentIfExists }
            } else {
                Verdict { holds: for_all, reason: ConditionReason::NullSet }
            };
        };
        let holds = match given {
            ContextValue::Binary(bytes) => {
                self.values.iter().any(|value| value.pattern.matches_bytes(bytes)) != negated
            }
            ContextValue::Single(_) | ContextValue::Multi(_) => {
                // Spec: a set that comes down to the empty string is a null set.
                if given.texts().all(str::is_empty) {
                    return Verdict { holds: for_all, reason: ConditionReason::NullSet };
                }
                // Negation applies to each value, inside the quantifier.
                let mut each = given.texts().map(|text| {
                    let any = self.values.iter().any(|value| value.pattern.matches(text, context));
                    any != negated
                });
                if for_all { each.all(|holds| holds) } else { each.any(|holds| holds) }
            }
        };
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

/// Keys whose value a user gives: `aws:RequestTag/...`, `iam:ResourceTag/...`.
fn is_tag_key(folded_key: &str) -> bool {
    folded_key.split_once('/').is_some_and(|(name, _)| name.ends_with("tag"))
}
