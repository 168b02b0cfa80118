//! The answer to a question some of whose circumstances nobody knows.

use stead_directory::Snapshot;
use stead_policy::{
    Completion, Dependence, DependentElement, Effect, Partial, PolicySource, PolicyType,
    evaluate_partial,
};

use crate::judge::suppose;
use crate::{Ask, CallerFacts, RequestFacts, Surroundings};

/// What the policies say to a question whatever the unknown condition keys are.
#[derive(Clone, Debug)]
#[must_use]
pub enum Foresight {
    /// Yes, in any case.
    Allowed,
    /// No, in any case.
    Denied,
    /// It depends.
    Depends {
        /// What of the policies makes the difference, or may.
        doubts: Vec<Doubt>,
        /// Keys with which the answer is yes whatever the others are. None where none were
        /// found among those tried, which is no promise that there are none.
        allowed_when: Option<Completion>,
    },
}

/// Part of a statement that depends on keys that are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The kind of the policy.
    pub policy_type: PolicyType,
    /// The policy.
    pub source: PolicySource,
    /// The place of the statement in it, from 0.
    pub statement: usize,
    /// What the statement does.
    pub effect: Effect,
    /// The unknown keys.
    pub keys: Vec<String>,
    /// The operator of a condition, `Resource` or `NotResource`.
    pub operator: String,
    /// The values, as the policy writes them.
    pub values: Vec<String>,
}

/// Answers a question as [`judge`](crate::judge) does, where the context of the surroundings
/// says of keys that they are [unknown](stead_policy::ContextBuilder::unknown).
///
/// No trace is made. Costs a walk over the statements of every policy that applies, and
/// where the answer depends on keys, evaluations for their values.
pub fn foresee<Action: AsRef<str>>(
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
    surroundings: &Surroundings,
) -> Foresight {
    suppose(caller, home, ask, facts, surroundings, |question, _| {
        question.put(|request, layers| match evaluate_partial(request, layers) {
            Partial::Allowed(_) => Foresight::Allowed,
            Partial::Denied(_) => Foresight::Denied,
            Partial::Depends(found) => Foresight::Depends {
                doubts: found.on.into_iter().map(Doubt::of).collect(),
                allowed_when: found.allowed_when,
            },
        })
    })
}

impl Doubt {
    fn of(dependence: Dependence<'_>) -> Self {
        let (operator, values) = match &dependence.element {
            DependentElement::Condition { operator, values, .. } => (operator.name(), values),
            DependentElement::Resource { polarity, values, .. } => {
                let name = match polarity {
                    stead_policy::Polarity::Any => "Resource",
                    stead_policy::Polarity::NoneOf => "NotResource",
                };
                (name.to_owned(), values)
            }
        };
        Self {
            policy_type: dependence.policy_type,
            source: dependence.statement.source.clone(),
            statement: dependence.statement.index,
            effect: dependence.statement.effect,
            values: values.iter().map(|value| value.value.to_owned()).collect(),
            operator,
            keys: dependence.keys,
        }
    }
}
