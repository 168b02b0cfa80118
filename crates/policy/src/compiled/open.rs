//! The elements of a statement that depend on unknown keys, and on which.

use super::CompiledStatement;
use super::condition::{CompiledCondition, Verdict};
use super::element::Resources;
use super::statement::{Body, Elements};
use crate::arn_pattern::ArnText;
use crate::context::ContextKey;
use crate::template::{Syntax, Token, Tokens, Variable, Variables, Wildcards};
use crate::unknown::Assumed;
use crate::{ConditionReason, Context, OperatorBase, Polarity};

/// An element of a statement that can depend on condition keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Open<'a> {
    Condition(&'a CompiledCondition),
    Resources(&'a Resources),
}

/// A key that is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenKey {
    pub(crate) key: ContextKey,
    /// As the policy writes it.
    pub(crate) written: Box<str>,
}

impl<'a> Open<'a> {
    /// The elements of a statement that depend on unknown keys.
    pub(crate) fn of(statement: &'a CompiledStatement, context: &Context) -> Vec<Self> {
        let Body::Elements(elements) = &statement.body else { return Vec::new() };
        Self::all(elements).filter(|open| !open.keys(context).is_empty()).collect()
    }

    /// The elements that can depend on condition keys.
    pub(super) fn all(elements: &'a Elements) -> impl Iterator<Item = Self> {
        let resources = elements.resources.iter().map(Self::Resources);
        resources.chain(elements.conditions.iter().map(Self::Condition))
    }

    /// The unknown keys it depends on, each once.
    pub(crate) fn keys(self, context: &Context) -> Vec<OpenKey> {
        match self {
            Self::Condition(condition) => condition.open_keys(context),
            Self::Resources(resources) => resources.open_keys(context),
        }
    }

    /// Whether it compares an unknown key with something in which another stands.
    pub(crate) fn compares(self, context: &Context) -> bool {
        match self {
            Self::Condition(condition) => condition.is_asked_in(context),
            Self::Resources(_) => false,
        }
    }

    /// Whether it depends on no key but that of the condition.
    pub(crate) fn has_no_variables(self) -> bool {
        match self {
            Self::Condition(condition) => {
                condition.values.iter().all(|value| condition.variables_in(&value.text).is_empty())
            }
            Self::Resources(_) => false,
        }
    }

    /// Whether it lets the request pass.
    pub(crate) fn holds(
        self,
        arn: Option<&ArnText<'_>>,
        context: &Context,
        assumed: Assumed,
    ) -> bool {
        match self {
            Self::Condition(condition) => {
                let verdict = condition.assumed_verdict(context, assumed);
                verdict.unwrap_or_else(|| condition.verdict(context)).holds
            }
            Self::Resources(resources) => {
                let passes = resources.assumed_to_pass(context, assumed);
                passes.unwrap_or_else(|| resources.matches(arn, context))
            }
        }
    }
}

impl CompiledCondition {
    /// What is assumed of the condition, when it depends on an unknown key.
    pub(crate) fn assumed_verdict(&self, context: &Context, assumed: Assumed) -> Option<Verdict> {
        if context.is_complete() || self.open_keys(context).is_empty() {
            return None;
        }
        let holds = assumed == Assumed::Holds;
        Some(Verdict { holds, reason: ConditionReason::KeyUnknown })
    }

    /// Its own key, and those of variables, which matter only when there is something
    /// to compare with.
    fn open_keys(&self, context: &Context) -> Vec<OpenKey> {
        let unknown = context.leaves_open(&self.lookup_key);
        let own = unknown
            .then(|| OpenKey { key: self.lookup_key.clone(), written: self.key.as_ref().into() });
        let mut keys: Vec<OpenKey> = own.into_iter().collect();
        if unknown || self.given(context).is_some() {
            for value in &self.values {
                add_open(&mut keys, self.variables_in(&value.text), context);
            }
        }
        keys
    }

    /// Whether the key it asks for is unknown.
    pub(crate) fn is_asked_in(&self, context: &Context) -> bool {
        context.leaves_open(&self.lookup_key)
    }

    /// Whether it asks for this key.
    pub(crate) fn has_key(&self, key: &ContextKey) -> bool {
        self.lookup_key == *key
    }

    /// The key it asks for.
    pub(crate) const fn lookup_key(&self) -> &ContextKey {
        &self.lookup_key
    }

    /// The variables in one of its values.
    pub(crate) fn variables_in(&self, text: &str) -> Vec<Variable> {
        if takes_variables(self.operator.base) {
            variables_in(text, self.variables)
        } else {
            Vec::new()
        }
    }
}

impl Resources {
    /// What is assumed of the element, when it depends on an unknown key.
    pub(crate) fn assumed_to_pass(&self, context: &Context, assumed: Assumed) -> Option<bool> {
        let open = !context.is_complete() && !self.open_keys(context).is_empty();
        open.then_some(assumed == Assumed::Holds)
    }

    fn open_keys(&self, context: &Context) -> Vec<OpenKey> {
        let mut keys = Vec::new();
        for entry in &self.entries {
            let variables = variables_in(last_component(&entry.text), self.variables);
            if self.polarity == Polarity::NoneOf && never_match(&variables, context) {
                return Vec::new();
            }
            add_open(&mut keys, variables, context);
        }
        keys
    }
}

/// Spec: UG:reference_policies_variables, variables stand behind the fifth colon of a
/// resource.
pub(crate) fn last_component(resource: &str) -> &str {
    resource.splitn(6, ':').nth(5).unwrap_or_default()
}

/// Whether one of a pattern's variables has no value for certain.
fn never_match(variables: &[Variable], context: &Context) -> bool {
    let lacks = |variable: &Variable| {
        !context.leaves_open(variable.key()) && variable.resolve(context).is_none()
    };
    variables.iter().any(lacks)
}

/// The unknown keys among the variables of one pattern, unless it matches nothing
/// whatever they are.
fn add_open(keys: &mut Vec<OpenKey>, variables: Vec<Variable>, context: &Context) {
    if never_match(&variables, context) {
        return;
    }
    for variable in variables {
        let known = keys.iter().any(|open| open.key == *variable.key());
        if !known && context.leaves_open(variable.key()) {
            let written = variable.written_key().into();
            keys.push(OpenKey { key: variable.key().clone(), written });
        }
    }
}

fn variables_in(text: &str, variables: Variables) -> Vec<Variable> {
    if variables == Variables::Literal || !text.contains("${") {
        return Vec::new();
    }
    let variable = |token| match token {
        Token::Variable(variable) => Some(variable),
        Token::Text(_) | Token::Run | Token::One => None,
    };
    let syntax = Syntax { wildcards: Wildcards::Literal, variables };
    Tokens::new(text, syntax).filter_map(variable).collect()
}

/// The operators in whose values variables stand.
const fn takes_variables(base: OperatorBase) -> bool {
    use OperatorBase as Base;
    matches!(
        base,
        Base::StringEquals
            | Base::StringNotEquals
            | Base::StringEqualsIgnoreCase
            | Base::StringNotEqualsIgnoreCase
            | Base::StringLike
            | Base::StringNotLike
            | Base::ArnEquals
            | Base::ArnLike
            | Base::ArnNotEquals
            | Base::ArnNotLike
    )
}
