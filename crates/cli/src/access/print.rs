//! Answers for people.

use std::fmt::Write as _;

use serde_json::Value;
use stead_analysis::{Abilities, AccessAnswer, AccessVerdict, Condition, Hop, Reached, Test};

use crate::excerpt::printable;

pub(super) fn who_can(answer: &AccessAnswer) -> String {
    let mut out = String::new();
    let (action, resource) = (printable(&answer.action), printable(&answer.resource));
    if answer.principals.is_empty() {
        let _ = writeln!(out, "nobody in view can {action} on {resource}");
    }
    let is_any = answer.resource == "*";
    for reached in &answer.principals {
        let mark = mark(reached.verdict);
        let _ = write!(out, "{mark}{}", printable(&reached.principal.words()));
        if let (true, Some(hop)) = (is_any, reached.path.last()) {
            let _ = write!(out, " -> {}", printable(&hop.to));
        }
        out.push('\n');
        way(&mut out, reached);
    }
    notes(&mut out, &answer.notes);
    out
}

pub(super) fn can(abilities: &Abilities) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", printable(&abilities.principal.words()));
    let _ = writeln!(out, "\ncan become:");
    if abilities.becomes.is_empty() {
        out.push_str("  no role in view\n");
    }
    for reached in &abilities.becomes {
        let to = reached.path.last().map_or("", |hop| hop.to.as_str());
        let _ = writeln!(out, "  {}{}", mark(reached.verdict), printable(to));
        way(&mut out, reached);
    }
    let _ = writeln!(out, "\ncan do, by its own policies:");
    if abilities.allows.is_empty() {
        out.push_str("  nothing\n");
    }
    for ability in &abilities.allows {
        let sid = ability.sid.as_deref().map(|sid| format!(" ({sid})")).unwrap_or_default();
        let (policy, index) = (printable(&ability.policy), ability.statement_index);
        let _ = writeln!(out, "  statement {index}{} of {policy}", printable(&sid));
        for resource in &ability.resources {
            let actions = printable(&resource.actions.join(", "));
            let shown = printable(&resource.resource);
            let _ = writeln!(out, "    {}{actions} on {shown}", mark(resource.verdict));
            conditions(&mut out, &resource.conditions, resource.verdict, "      ");
        }
        if !ability.less.is_empty() {
            let less = printable(&ability.less.join(", "));
            let _ = writeln!(out, "    less what is denied by {less}");
        }
    }
    notes(&mut out, &abilities.notes);
    out
}

/// What is not known is marked.
const fn mark(verdict: AccessVerdict) -> &'static str {
    match verdict {
        AccessVerdict::Allowed => "",
        AccessVerdict::Unknown => "? ",
    }
}

/// The hops, where there are several or they have conditions.
fn way(out: &mut String, reached: &Reached) {
    let is_plain = |hop: &Hop| hop.conditions.is_empty();
    if let [hop] = reached.path.as_slice() {
        return conditions(out, &hop.conditions, hop.verdict, "    ");
    }
    if reached.path.iter().all(is_plain) {
        let hops = reached.path.iter().map(|hop| printable(&hop.to));
        let _ = writeln!(out, "    by way of {}", hops.collect::<Vec<_>>().join(" -> "));
        return;
    }
    for hop in &reached.path {
        let _ = writeln!(out, "    -> {}{}", mark(hop.verdict), printable(&hop.to));
        conditions(out, &hop.conditions, hop.verdict, "       ");
    }
}

fn conditions(out: &mut String, conditions: &[Condition], verdict: AccessVerdict, indent: &str) {
    for one in conditions {
        let tests = one.tests.iter().map(test).collect::<Vec<_>>().join("; ");
        let tests = if tests.is_empty() { tests } else { format!("  ({tests})") };
        let _ = writeln!(
            out,
            "{indent}if {}{}",
            printable(&condition(one, verdict)),
            printable(&tests)
        );
    }
}

/// A condition in one line.
pub(super) fn condition(condition: &Condition, verdict: AccessVerdict) -> String {
    match (&condition.value, verdict) {
        (Value::Null, AccessVerdict::Unknown) => format!("{} is right", condition.key),
        (Value::Null, AccessVerdict::Allowed) => format!("{} is absent", condition.key),
        (value, _) => format!("{} = {value}", condition.key),
    }
}

fn test(test: &Test) -> String {
    let not = if test.effect == "Deny" { "not " } else { "" };
    format!("{not}{} {}, {}", test.operator, test.values.join(" | "), test.policy)
}

fn notes(out: &mut String, notes: &[String]) {
    for (index, note) in notes.iter().enumerate() {
        let begin = if index == 0 { "\n" } else { "" };
        let _ = writeln!(out, "{begin}note: {}", printable(note));
    }
}
