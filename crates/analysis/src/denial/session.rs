//! The policies of the caller's session, put together again from the trace.

use serde_json::{Map, Value, json};

/// The session policies that the documents show, as documents of policies.
///
/// A trace has every element and condition of a statement with all its values, so that
/// what is made of it decides as the policy did.
pub(super) fn policies(documents: &[Value]) -> Vec<Value> {
    let policies = documents
        .iter()
        .filter_map(|document| document.pointer("/stead/policies").and_then(Value::as_array));
    let of_session = |policy: &&Value| {
        let kind = policy.pointer("/policy/kind").and_then(Value::as_str);
        matches!(kind, Some("sessionInline" | "sessionManaged"))
    };
    policies.flatten().filter(of_session).map(policy).collect()
}

fn policy(policy: &Value) -> Value {
    let statements = policy.get("statements").and_then(Value::as_array);
    let statements: Vec<Value> = statements.into_iter().flatten().map(statement).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn statement(traced: &Value) -> Value {
    let mut statement = Map::new();
    let effect = if traced.get("effect") == Some(&json!("DENY")) { "Deny" } else { "Allow" };
    statement.insert("Effect".to_owned(), json!(effect));
    for element in list(traced, "elements") {
        if let Some(name) = element.get("element").and_then(Value::as_str) {
            statement.insert(name.to_owned(), texts(element));
        }
    }
    let mut conditions = Map::new();
    for condition in list(traced, "conditions") {
        let name = |member: &str| condition.get(member).and_then(Value::as_str);
        let (Some(operator), Some(key)) = (name("operator"), name("key")) else { continue };
        let block = conditions.entry(operator).or_insert_with(|| json!({}));
        if let Some(block) = block.as_object_mut() {
            block.insert(key.to_owned(), texts(condition));
        }
    }
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(conditions));
    }
    Value::Object(statement)
}

fn texts(of: &Value) -> Value {
    list(of, "values").filter_map(|value| value.get("text").cloned()).collect()
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}
