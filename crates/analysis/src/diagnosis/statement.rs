//! A statement, in the trace and in the document.

use serde_json::Value;
use stead_policy::{ConditionTrace, PolicyTrace, StatementTrace};

use super::{Scene, Where};
use crate::node::escaped;

/// Where a statement stands.
#[derive(Clone, Debug)]
pub(crate) struct StatementPlace {
    /// JSON pointer to the policy document.
    pub(crate) document: String,
    /// JSON pointer to the statement.
    pub(crate) pointer: String,
    pub(crate) index: usize,
}

impl StatementPlace {
    /// The place of a statement of a policy, where it stands in the case.
    pub(crate) fn of(scene: &Scene, policy: &PolicyTrace<'_>, index: usize) -> Option<Self> {
        let mut document = scene.world.place_of(policy.source)?;
        let mut index = index;
        // A session has one policy; the case can give several, which were put together.
        while let Some(rest) = document.strip_prefix("/attempt/caller/sessionPolicies/") {
            let count = statements(scene.at(&document)?).len();
            if index < count {
                break;
            }
            index -= count;
            document =
                format!("/attempt/caller/sessionPolicies/{}", rest.parse::<usize>().ok()? + 1);
        }
        let pointer = match scene.at(&document)?.get("Statement")? {
            Value::Array(_) => format!("{document}/Statement/{index}"),
            _ => format!("{document}/Statement"),
        };
        Some(Self { document, pointer, index })
    }

    /// The pointer of a member of the statement.
    pub(crate) fn member(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// The pointers of the operator and the key of a condition, as the document spells
    /// both.
    pub(crate) fn condition(
        &self,
        scene: &Scene,
        condition: &ConditionTrace<'_>,
    ) -> Option<(String, String)> {
        let block = scene.at(&self.member("Condition"))?.as_object()?;
        let wanted = condition.operator.name();
        let (operator, keys) = block.iter().find(|(operator, keys)| {
            operator.eq_ignore_ascii_case(&wanted) && keys.get(condition.key).is_some()
        })?;
        let (key, _) = keys.as_object()?.get_key_value(condition.key)?;
        let operator = format!("{}/{}", self.member("Condition"), escaped(operator));
        let key = format!("{operator}/{}", escaped(key));
        Some((operator, key))
    }

    /// A place with this statement.
    pub(crate) fn place(&self) -> Where {
        Where {
            statement_index: Some(self.index),
            document: Some(self.document.clone()),
            statement: Some(self.pointer.clone()),
            ..Where::default()
        }
    }
}

/// The statements of a document, whether it has a list or one.
pub(crate) fn statements(document: &Value) -> Vec<&Value> {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The texts of a value that is one or a list.
pub(crate) fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Some(Value::Array(values)) => values.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Whether an element of a statement lets the request pass; true where it has none.
pub(crate) fn passes(statement: &StatementTrace<'_>, names: &[&str]) -> bool {
    statement.elements().filter(|element| names.contains(&element.name)).all(|it| it.matched)
}

/// Whether a statement is about the action.
pub(crate) fn names_action(statement: &StatementTrace<'_>) -> bool {
    passes(statement, &["Action", "NotAction"])
}

/// The conditions that do not hold, in the order of the document.
pub(crate) fn failing<'t>(statement: &StatementTrace<'t>) -> Vec<ConditionTrace<'t>> {
    statement.conditions().filter(|condition| !condition.holds).collect()
}
