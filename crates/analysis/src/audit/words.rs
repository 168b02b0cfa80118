//! Calls and conditions in words.

use crate::access::{Condition, Hop};

/// A condition with a value that will do, and what policies ask.
pub(super) fn condition(condition: &Condition) -> String {
    let value = match &condition.value {
        serde_json::Value::Null => "absent".to_owned(),
        value => format!("= {value}"),
    };
    match asked(condition).as_str() {
        "" => format!("{} {value}", condition.key),
        asked => format!("{} {value} ({asked})", condition.key),
    }
}

/// A condition for which no value was found that will do.
pub(super) fn doubt(condition: &Condition) -> String {
    match asked(condition).as_str() {
        "" => condition.key.clone(),
        asked => format!("{} ({asked})", condition.key),
    }
}

/// What policies ask of the key.
fn asked(condition: &Condition) -> String {
    let tests = condition.tests.iter().map(|test| {
        let not = if test.effect == "Deny" { "not " } else { "" };
        format!("{not}{} {}", test.operator, test.values.join(" or "))
    });
    tests.collect::<Vec<_>>().join("; ")
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
