//! Calls and conditions in words.

use crate::access::{Condition, Hop};

/// A condition with a value that will do, and what policies ask.
pub(super) fn condition(condition: &Condition) -> String {
    let value = match &condition.value {
        serde_json::Value::Null => "absent".to_owned(),
        value => format!("= {value}"),
    };
    let tests = condition.tests.iter().map(|test| {
        let not = if test.effect == "Deny" { "not " } else { "" };
        format!("{not}{} {}", test.operator, test.values.join(" or "))
    });
    let tests: Vec<String> = tests.collect();
    match tests.as_slice() {
        [] => format!("{} {value}", condition.key),
        tests => format!("{} {value} ({})", condition.key, tests.join("; ")),
    }
}

/// A call that is allowed, with its conditions.
pub(super) fn hop(hop: &Hop) -> String {
    let conditions: Vec<String> = hop.conditions.iter().map(condition).collect();
    let when = match conditions.as_slice() {
        [] => String::new(),
        conditions => format!(", if {}", conditions.join(" and ")),
    };
    format!("{} may call {} on {}{when}", hop.from.words(), hop.action, hop.to)
}
