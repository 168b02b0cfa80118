//! What makes a document one that AWS would have refused.

use super::choices::{Choices, pick};
use super::document::Members;
use super::text;

/// Makes one thing about a statement wrong.
pub(super) fn spoil_statement(choices: &mut dyn Choices, members: &mut Members) {
    let at = choices.below(members.len());
    let wrong = ["null", "5", "[]", "{}", "\"\"", "true", "[[]]", "{\"x\": {}}", "\"*\"", "[5]"];
    let surplus = [
        ("Effect", "\"Deny\""),
        ("Principal", "\"*\""),
        ("NotPrincipal", "{\"AWS\": \"*\"}"),
        ("Resource", "\"*\""),
        ("NotAction", "\"s3:*\""),
        ("NotResource", "\"*\""),
        ("Condition", "{\"StringSounds\": {\"aws:username\": \"alice\"}}"),
        ("Condition", "{\"StringSounds\": {}}"),
        ("Condition", "{\"Bool\": {\"k\": true, \"k\": false}}"),
        ("action", "\"*\""),
    ];
    match choices.below(6) {
        0 | 1 => drop(members.remove(at)),
        2 | 3 => members[at].1 = pick(choices, &wrong).to_owned(),
        4 => {
            let (key, value) = surplus[choices.below(surplus.len())];
            members.push((key.to_owned(), value.to_owned()));
        }
        _ => {
            let effect = pick(choices, &["\"allow\"", "\"DENY\"", "null"]).to_owned();
            members.retain(|(key, _)| key != "Effect");
            members.push(("Effect".to_owned(), effect));
        }
    }
}

/// The text of a document about which one thing is wrong.
pub(super) fn spoil_document(choices: &mut dyn Choices, mut members: Members) -> String {
    let surplus = [
        ("Version", "\"2012-10-17\""),
        ("version", "\"2012-10-17\""),
        ("Id", "5"),
        ("Statements", "[]"),
        ("Statement", "[]"),
    ];
    match choices.below(8) {
        0 => {
            let (key, value) = surplus[choices.below(surplus.len())];
            members.push((key.to_owned(), value.to_owned()));
            text::object(&members)
        }
        1 => {
            let version = pick(choices, &["\"2020-01-01\"", "20121017", "null"]).to_owned();
            members.retain(|(key, _)| key != "Version");
            members.insert(0, ("Version".to_owned(), version));
            text::object(&members)
        }
        2 => {
            let statement = pick(choices, &["[]", "null", "\"\"", "[5, {}]", "{}", "[[]]"]);
            members.retain(|(key, _)| key != "Statement");
            members.push(("Statement".to_owned(), statement.to_owned()));
            text::object(&members)
        }
        3 => {
            let depth = 26 + choices.below(10);
            let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            members.push(("Id".to_owned(), deep));
            text::object(&members)
        }
        4 => String::new(),
        5 => text::object(&members).replacen('"', "'", 2),
        6 => format!("{},", text::object(&members)),
        _ => {
            let whole = text::object(&members);
            let cut: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
            whole[..cut[choices.below(cut.len())]].to_owned()
        }
    }
}
