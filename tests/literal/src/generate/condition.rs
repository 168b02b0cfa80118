//! Condition blocks.

use super::alphabet::{KEYS, RANGES, Sort, values};
use super::choices::{Choices, pick, pick_common};
use super::request::key_in_some_case;
use super::{pattern, text};
use crate::literal::operator::NAMES;

/// A condition block of none, one or a few conditions.
pub(super) fn block(choices: &mut dyn Choices) -> Option<String> {
    let count = match choices.below(10) {
        0..=4 => return None,
        5..=7 => 1,
        8 => 2,
        _ => 3,
    };
    let mut operators: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for _ in 0..count {
        let (name, sort) = operator(choices);
        let (key, values) = compared(choices, sort);
        match operators.iter_mut().find(|(known, _)| *known == name) {
            // A key that occurs twice is a flaw, and made on purpose elsewhere.
            Some((_, keys)) if keys.iter().any(|(known, _)| *known == key) => {}
            Some((_, keys)) => keys.push((key, values)),
            None => operators.push((name, vec![(key, values)])),
        }
    }
    let operators: Vec<(String, String)> =
        operators.into_iter().map(|(name, keys)| (name, text::object(&keys))).collect();
    Some(text::object(&operators))
}

/// A block that ties a statement for everybody to the caller's ARN, or nearly.
pub(super) fn by_principal_arn(choices: &mut dyn Choices) -> String {
    let operators = [
        "ArnLike",
        "ArnEquals",
        "StringLike",
        "StringEquals",
        "StringEqualsIgnoreCase",
        "ForAnyValue:StringLike",
        "ForAllValues:ArnLike",
        "ArnLikeIfExists",
        "ArnNotLike",
    ];
    let arns = [
        "arn:aws:iam::111122223333:*",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:user/staff/Alice",
        "arn:aws:iam::111122223333:role/jobs/Worker",
        "${aws:PrincipalArn}",
    ];
    let arn = text::string(pick(choices, &arns));
    let key = key_in_some_case(choices, "aws:PrincipalArn");
    let keys = text::object(&[(key, arn)]);
    text::object(&[(pick(choices, &operators).to_owned(), keys)])
}

/// An operator's name and what it compares.
fn operator(choices: &mut dyn Choices) -> (String, Sort) {
    let name = NAMES[choices.below(NAMES.len())];
    let sort = match name {
        name if name.starts_with("Numeric") => Sort::Number,
        name if name.starts_with("Date") => Sort::Date,
        name if name.starts_with("Arn") => Sort::Arn,
        name if name.ends_with("IpAddress") => Sort::Address,
        "BinaryEquals" => Sort::Blob,
        "Bool" | "Null" => Sort::Bool,
        _ => Sort::Text,
    };
    let quantifier = match choices.below(10) {
        0 | 1 => "ForAllValues:",
        2 | 3 => "ForAnyValue:",
        _ => "",
    };
    let suffix = if name != "Null" && choices.percent(20) { "IfExists" } else { "" };
    let written = format!("{quantifier}{name}{suffix}");
    let written = if choices.percent(3) { written.to_lowercase() } else { written };
    (written, sort)
}

/// A key and values for it, most often of one sort.
fn compared(choices: &mut dyn Choices, sort: Sort) -> (String, String) {
    let fitting = |(_, other, _): &&(&str, Sort, bool)| *other == sort;
    let mut keys: Vec<&str> = KEYS.iter().filter(fitting).map(|(key, ..)| *key).collect();
    if choices.percent(15) || sort == Sort::Bool && choices.percent(40) {
        keys = KEYS.iter().map(|(key, ..)| *key).collect();
    }
    let key = pick(choices, &keys);
    let key = key_in_some_case(choices, key);
    let count = match choices.below(20) {
        0 if choices.percent(50) => 0,
        // More than are compared one by one.
        0 => 16 + choices.below(6),
        1..=10 => 1,
        11..=16 => 2,
        _ => 3,
    };
    let mut wanted: Vec<String> = (0..count).map(|_| value(choices, sort)).collect();
    let single = wanted.len() == 1 && choices.percent(60);
    (key, if single { wanted.remove(0) } else { text::array(&wanted) })
}

/// One value, as JSON.
fn value(choices: &mut dyn Choices, sort: Sort) -> String {
    let sort = if choices.percent(4) { Sort::Text } else { sort };
    let from = pick_common(choices, values(sort));
    match sort {
        Sort::Text => text::string(&pattern::text(choices, from)),
        Sort::Arn => text::string(&pattern::arn(choices, from)),
        Sort::Address if choices.percent(70) => text::string(pick(choices, &RANGES)),
        Sort::Bool if choices.percent(30) => pick(choices, &["true", "false"]).to_owned(),
        Sort::Number if choices.percent(30) => {
            pick(choices, &["10", "9.5", "-3", "1e1"]).to_owned()
        }
        Sort::Number | Sort::Date | Sort::Bool | Sort::Address | Sort::Blob => text::string(from),
    }
}
