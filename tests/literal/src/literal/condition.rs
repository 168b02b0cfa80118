//! Condition blocks.

use std::cmp::Ordering;

use super::document::Condition;
use super::keys::{Given, Keys};
use super::operator::{Operator, Quantifier};
use super::pattern::{self, Special};
use super::{resource, value};

/// Point 1: every operator and key must hold.
#[must_use]
pub fn all_hold(conditions: &[Condition], variables: bool, keys: &Keys) -> bool {
    conditions.iter().all(|condition| holds(condition, variables, keys))
}

/// Whether one operator holds for one key.
#[must_use]
pub fn holds(condition: &Condition, variables: bool, keys: &Keys) -> bool {
    let operator = condition.operator;
    let given = keys.get(&condition.key);
    if operator.name == "Null" {
        return null(condition, given);
    }
    let Some(given) = given else { return holds_without_key(operator) };
    // Point 1: the values are alternatives; for a negated operator none may match.
    let compare = |given: &Single<'_>| {
        let mut values = condition.values.iter();
        let any = values.any(|wanted| matches(operator, wanted, given, variables, keys));
        any != operator.is_negated()
    };
    let singles: Vec<Single<'_>> = match given {
        Given::One(text) => vec![Single::Text(text)],
        Given::Several(texts) => texts.iter().map(|text| Single::Text(text)).collect(),
        Given::Bytes(bytes) => vec![Single::Bytes(bytes)],
    };
    match operator.quantifier {
        // Point 6: without a quantifier, a key with several values matches nothing.
        Quantifier::None if matches!(given, Given::Several(_)) => false,
        Quantifier::None => singles.iter().all(compare),
        // Point 5: what comes down to the empty string is a null set.
        Quantifier::ForAllValues => is_null_set(&singles) || singles.iter().all(compare),
        Quantifier::ForAnyValue => !is_null_set(&singles) && singles.iter().any(compare),
    }
}

/// One value of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Single<'g> {
    Text(&'g str),
    Bytes(&'g [u8]),
}

fn is_null_set(singles: &[Single<'_>]) -> bool {
    singles.iter().all(|single| *single == Single::Text(""))
}

/// Points 2, 3 and 5: the key is absent.
fn holds_without_key(operator: Operator) -> bool {
    operator.if_exists
        || match operator.quantifier {
            Quantifier::None => operator.is_negated(),
            Quantifier::ForAllValues => true,
            Quantifier::ForAnyValue => false,
        }
}

/// Point 8: `true` asks for a key that is absent. A tag that is empty counts as absent.
fn null(condition: &Condition, given: Option<&Given>) -> bool {
    let key = condition.key.to_lowercase();
    let is_tag = key.split_once('/').is_some_and(|(service, _)| service.ends_with("tag"));
    let absent = match given {
        None => true,
        Some(Given::One(value)) => value.is_empty() && is_tag,
        Some(_) => false,
    };
    condition.values.iter().any(|wanted| value::boolean(wanted) == Some(absent))
}

/// Whether one value of the policy matches one of the request, before any negation.
fn matches(
    operator: Operator,
    wanted: &str,
    given: &Single<'_>,
    variables: bool,
    keys: &Keys,
) -> bool {
    let text = match given {
        Single::Text(text) => *text,
        Single::Bytes(bytes) => {
            return operator.name == "BinaryEquals"
                && value::base64(wanted).as_deref() == Some(bytes);
        }
    };
    match operator.name {
        "StringEquals" | "StringNotEquals" => {
            string_equals(wanted, variables, keys).is_some_and(|wanted| wanted == text)
        }
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            string_equals(wanted, variables, keys)
                .is_some_and(|wanted| lower(&wanted) == lower(text))
        }
        "StringLike" | "StringNotLike" => {
            let wanted = pattern::parts(wanted, Special { wildcards: true, variables });
            pattern::matches_with(&wanted, keys, text)
        }
        // Point 10: ArnEquals and ArnLike are the same.
        "ArnEquals" | "ArnLike" | "ArnNotEquals" | "ArnNotLike" => {
            resource::arn_matches(wanted, text, variables, keys)
        }
        // Point 13: neither a variable nor another word is a boolean.
        "Bool" => value::boolean(wanted).is_some_and(|wanted| value::boolean(text) == Some(wanted)),
        // Point 14: bytes against bytes.
        "BinaryEquals" => value::base64(wanted).is_some_and(|wanted| wanted == text.as_bytes()),
        "IpAddress" | "NotIpAddress" => value::address_in_range(wanted, text),
        name => ordered(name, wanted, text),
    }
}

/// Point 9: `*` and `?` are letters like others; variables are not.
fn string_equals(wanted: &str, variables: bool, keys: &Keys) -> Option<String> {
    let wanted = pattern::parts(wanted, Special { wildcards: false, variables });
    pattern::substituted(&wanted, keys).map(|wanted| pattern::as_text(&wanted))
}

fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Point 11: the numeric and date operators; what is of the wrong type never matches.
fn ordered(name: &str, wanted: &str, given: &str) -> bool {
    let order = if name.starts_with("Numeric") {
        value::compare_numbers(given, wanted)
    } else {
        let dates = value::date(given).zip(value::date(wanted));
        dates.map(|(given, wanted)| given.cmp(&wanted))
    };
    let Some(order) = order else { return false };
    let relation = name.trim_start_matches("Numeric").trim_start_matches("Date");
    match relation {
        "Equals" | "NotEquals" => order == Ordering::Equal,
        "LessThan" => order == Ordering::Less,
        "LessThanEquals" => order != Ordering::Greater,
        "GreaterThan" => order == Ordering::Greater,
        "GreaterThanEquals" => order != Ordering::Less,
        other => unreachable!("no operator ends with {other}"),
    }
}
