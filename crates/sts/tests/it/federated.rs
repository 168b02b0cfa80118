//! What the tests of both kinds of foreign proof share.

use serde_json::{Value, json};
use stead_world::Failure;

/// A trust policy of one statement.
pub(crate) fn trust(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

/// A statement that lets whom this provider vouches for call this action.
pub(crate) fn allow(provider: &str, action: &str, condition: &Value) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": action,
        "Condition": condition,
    })
}

/// The same statement for several actions.
pub(crate) fn for_actions(mut statement: Value, actions: &[&str]) -> Value {
    *statement.get_mut("Action").unwrap() = json!(actions);
    statement
}

/// Each of these left out, with those that remain.
pub(crate) fn all_but_one<'a>(
    actions: &[&'a str],
) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
    actions.iter().map(|missing| {
        (*missing, actions.iter().copied().filter(|action| action != missing).collect())
    })
}

/// Whether a role was assumed. Whoever was not was denied, and in these words.
pub(crate) fn was_admitted<T>(outcome: Result<T, Failure>, denied: &str) -> bool {
    match outcome {
        Ok(_) => true,
        Err(failure) => {
            let found = (failure.code.as_str(), failure.message.as_str());
            assert_eq!(found, ("AccessDenied", denied));
            false
        }
    }
}
