//! Documents and statements.

use super::alphabet::{ACTIONS, RESOURCES, ROLE_ACTIONS, ROLES};
use super::choices::{Choices, pick};
use super::request::Focus;
use super::{condition, flaw, pattern, principal, text};
use crate::literal::Kind;

pub(super) type Members = Vec<(String, String)>;

/// The text of a document; an open one allows everything to begin with.
pub(super) fn document(choices: &mut dyn Choices, kind: Kind, focus: &Focus, open: bool) -> String {
    let mut statements = Vec::new();
    if open && kind != Kind::ResourceControl {
        statements.push(text::object(&open_statement(choices, kind)));
    }
    let count = statement_count(choices, open);
    for _ in 0..count {
        let mut members = statement(choices, kind, focus);
        if choices.percent(1) {
            flaw::spoil_statement(choices, &mut members);
        }
        statements.push(text::object(&members));
    }
    if statements.is_empty() {
        statements.push(text::object(&statement(choices, kind, focus)));
    }
    let mut members = Members::new();
    match choices.below(20) {
        0..=13 => members.push(("Version".to_owned(), text::string("2012-10-17"))),
        14..=16 => members.push(("Version".to_owned(), text::string("2008-10-17"))),
        _ => {}
    }
    if choices.percent(5) {
        members.push(("Id".to_owned(), text::string("generated")));
    }
    let single = statements.len() == 1 && choices.percent(50);
    let body = if single { statements.remove(0) } else { text::array(&statements) };
    members.push(("Statement".to_owned(), body));
    if choices.percent(1) && choices.percent(50) {
        return flaw::spoil_document(choices, members);
    }
    text::object(&members)
}

/// Few most often; sometimes more than are walked without an index.
fn statement_count(choices: &mut dyn Choices, open: bool) -> usize {
    if choices.percent(10) {
        return 5 + choices.below(8);
    }
    choices.below(4) + usize::from(!open)
}

fn open_statement(choices: &mut dyn Choices, kind: Kind) -> Members {
    let mut members = vec![("Effect".to_owned(), text::string("Allow"))];
    if kind.has_principal() {
        let principals = [
            r#""*""#,
            r#"{"AWS": "*"}"#,
            r#"{"AWS": "111122223333"}"#,
            r#"{"AWS": "*", "Federated": "accounts.google.com"}"#,
        ];
        let mut principal = pick(choices, &principals);
        if kind == Kind::Trust && principal == r#""*""# && choices.percent(50) {
            principal = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
        }
        members.push(("Principal".to_owned(), principal.to_owned()));
    }
    let action = if kind == Kind::Trust { "sts:*" } else { "*" };
    members.push(("Action".to_owned(), text::string(action)));
    if kind.has_resource() {
        members.push(("Resource".to_owned(), text::string("*")));
    }
    members
}

fn statement(choices: &mut dyn Choices, kind: Kind, focus: &Focus) -> Members {
    let mut members = Members::new();
    if choices.percent(25) {
        let sid = pick(choices, &["A", "B", "One", "", "with space"]);
        members.push(("Sid".to_owned(), text::string(sid)));
    }
    let denies = choices.percent(if kind == Kind::ResourceControl { 92 } else { 18 });
    let effect = if denies { "Deny" } else { "Allow" };
    members.push(("Effect".to_owned(), text::string(effect)));
    if kind.has_principal() {
        let member = if choices.percent(if denies { 25 } else { 4 }) {
            ("NotPrincipal".to_owned(), principal::not_principal(choices, &focus.caller))
        } else {
            ("Principal".to_owned(), principal::principal(choices, kind, &focus.caller))
        };
        members.push(member);
    }
    let role = focus.is_about_role();
    let actions: &[&str] = if role { &ROLE_ACTIONS } else { &ACTIONS };
    members.push(listed(choices, "Action", actions, &focus.action, pattern::action));
    if kind.has_resource() {
        let resources: &[&str] = if role { &ROLES } else { &RESOURCES };
        members.push(listed(choices, "Resource", resources, &focus.resource, pattern::resource));
    }
    let everyone = members.iter().any(|(key, value)| key == "Principal" && value.contains('*'));
    if everyone && choices.percent(25) {
        members.push(("Condition".to_owned(), condition::by_principal_arn(choices)));
    } else if let Some(block) = condition::block(choices) {
        members.push(("Condition".to_owned(), block));
    }
    members
}

/// An element or its `Not...` form, with patterns of what is in focus and of others.
fn listed(
    choices: &mut dyn Choices,
    name: &str,
    others: &[&str],
    focus: &str,
    pattern: fn(&mut dyn Choices, &str) -> String,
) -> (String, String) {
    let negated = choices.percent(15);
    let name = if negated { format!("Not{name}") } else { name.to_owned() };
    let count = match choices.below(40) {
        0..=19 => 1,
        20..=31 => 2,
        32..=38 => 3,
        // More than are compared one by one.
        _ => 16 + choices.below(6),
    };
    let near = if negated { 30 } else { 75 };
    let mut patterns: Vec<String> = (0..count)
        .map(|_| {
            let of = if choices.percent(near) { focus } else { pick(choices, others) };
            text::string(&pattern(choices, of))
        })
        .collect();
    let single = patterns.len() == 1 && choices.percent(60);
    (name, if single { patterns.remove(0) } else { text::array(&patterns) })
}
