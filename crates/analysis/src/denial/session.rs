//! Policies that no export has, put together again from the trace: those of the caller's
//! session, and those of organizations.

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

/// The service control policies that the documents show, a list per level from the root down,
/// and the resource control policies: with what the caller's account sees of the one, and the
/// role's of the other.
pub(super) fn controls(documents: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (mut levels, mut resource): (Vec<(String, Vec<Value>)>, Vec<Value>) = Default::default();
    for document in documents {
        let policies = document.pointer("/stead/policies").and_then(Value::as_array);
        for traced in policies.into_iter().flatten() {
            let text = |pointer: &str| traced.pointer(pointer).and_then(Value::as_str);
            let target = text("/policy/target").unwrap_or_default();
            match text("/policy/kind") {
                Some("serviceControl") => match levels.iter_mut().find(|(it, _)| it == target) {
                    Some((_, level)) => level.push(control(traced)),
                    None => levels.push((target.to_owned(), vec![control(traced)])),
                },
                Some("resourceControl") => resource.push(control(traced)),
                _ => {}
            }
        }
    }
    (levels.into_iter().map(|(_, level)| Value::Array(level)).collect(), resource)
}

/// A policy of an organization. One of which the trace has no statement is about other actions.
fn control(traced: &Value) -> Value {
    let mut control = policy(traced);
    let statements = control.get_mut("Statement").and_then(Value::as_array_mut);
    if let Some(statements) = statements {
        if statements.is_empty() {
            statements.push(json!({"Effect": "Deny", "Action": "none:None", "Resource": "*"}));
        }
        for statement in statements {
            // In a list it would be none: everybody is meant, by one text.
            if let Some(principal) = statement.get_mut("Principal") {
                *principal = json!("*");
            }
        }
    }
    control
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
