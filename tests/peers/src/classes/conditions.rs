//! Classes about conditions.

use std::net::IpAddr;

use crate::case::{Case, Given};
use crate::generate::values::{DATES, NUMBERS};
use crate::rewrite::{Change, Condition, conditions, documents, has_variables};
use crate::variables::{Piece, pieces, resolved, unresolvable, value};

/// In a document of the old version `${` is two characters like any other: others
/// stand for them, there and in what the request carries.
pub(super) fn old_variables(case: &Case) -> Option<Case> {
    let plain = |text: &str| text.replace("${", "$(");
    let mut changed = case.clone();
    let mut any = false;
    for document in documents(&mut changed) {
        if !has_variables(document) && document.to_string().contains("${") {
            *document = serde_json::from_str(&plain(&document.to_string())).ok()?;
            any = true;
        }
    }
    for given in changed.context.values_mut() {
        *given = match given {
            Given::One(text) => Given::One(plain(text)),
            Given::Several(texts) => Given::Several(texts.iter().map(|text| plain(text)).collect()),
        };
    }
    any.then_some(changed)
}

fn takes_wildcards(condition: &Condition<'_>) -> bool {
    condition.base.ends_with("like") || condition.base.starts_with("arn")
}

fn takes_variables(condition: &Condition<'_>) -> bool {
    condition.variables
        && (condition.base.starts_with("string") || condition.base.starts_with("arn"))
}

/// Where wildcards have no meaning, `${*}` is the character.
pub(super) fn escapes(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !takes_variables(condition) || takes_wildcards(condition) {
            return Change::Keep;
        }
        condition.values_with(|text| {
            let shown = pieces(text).into_iter().map(|piece| match piece {
                Piece::Escaped(character) => character.to_string(),
                Piece::Text(text) => text,
                Piece::Variable { key, default: None } => format!("${{{key}}}"),
                Piece::Variable { key, default: Some(default) } => {
                    format!("${{{key}, '{default}'}}")
                }
            });
            shown.collect()
        })
    })
}

/// A default that is empty, or holds a comma or a brace, stands where the variable stood.
pub(super) fn defaults(case: &Case) -> Option<Case> {
    let odd = |piece: &Piece| match piece {
        Piece::Variable { default: Some(default), .. } => {
            value(piece, &case.context) == Some(default)
                && (default.is_empty() || default.contains(", ") || default.contains('}'))
        }
        _ => false,
    };
    conditions(case, |condition| {
        if !takes_variables(condition) {
            return Change::Keep;
        }
        let wildcards = takes_wildcards(condition);
        condition.values_with(|text| {
            if pieces(text).iter().any(odd) {
                resolved(text, &case.context, wildcards, odd)
            } else {
                text.to_owned()
            }
        })
    })
}

/// A variable in a value of an ARN operator is replaced by what it stands for before
/// the components are told apart.
pub(super) fn arn_variables(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !takes_variables(condition) || !condition.base.starts_with("arn") {
            return Change::Keep;
        }
        condition.values_with(|text| resolved(text, &case.context, true, |_| true))
    })
}

/// What is compared with a variable that stands for nothing never matches.
pub(super) fn unresolved(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !takes_variables(condition) || !condition.negated() {
            return Change::Keep;
        }
        let nothing = if condition.base.starts_with("arn") {
            "arn:aws:none:::none"
        } else {
            "\u{b7}nothing\u{b7}"
        };
        condition.values_with(|text| {
            let open = unresolvable(text, &case.context);
            if open { nothing.to_owned() } else { text.to_owned() }
        })
    })
}

/// A variable is not a value of Bool.
pub(super) fn bool_variables(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if condition.base != "bool" {
            return Change::Keep;
        }
        condition.values_with(
            |text| {
                if text.contains("${") { "no".to_owned() } else { text.to_owned() }
            },
        )
    })
}

fn compares_addresses(condition: &Condition<'_>) -> bool {
    condition.base.ends_with("ipaddress")
}

/// An address without the length of a prefix means itself alone.
pub(super) fn bare_addresses(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !compares_addresses(condition) {
            return Change::Keep;
        }
        condition.values_with(|text| match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => format!("{text}/32"),
            Ok(IpAddr::V6(_)) => format!("{text}/128"),
            Err(_) => text.to_owned(),
        })
    })
}

/// All addresses of the fourth version are those of its two halves.
pub(super) fn whole_family(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !compares_addresses(condition)
            || !condition.values.iter().any(|text| text == "0.0.0.0/0")
        {
            return Change::Keep;
        }
        let halves = |text: &String| match text.as_str() {
            "0.0.0.0/0" => vec!["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()],
            _ => vec![text.clone()],
        };
        Change::Values(condition.values.iter().flat_map(halves).collect())
    })
}

/// An IPv4 address within IPv6 may be written in sixteen-bit groups.
pub(super) fn mapped_addresses(case: &Case) -> Option<Case> {
    let grouped = |text: &str| {
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V6(found)) if address.contains('.') => {
                let groups = found.segments().map(|group| format!("{group:x}")).join(":");
                if prefix.is_empty() { groups } else { format!("{groups}/{prefix}") }
            }
            _ => text.to_owned(),
        }
    };
    conditions(case, |condition| {
        if !compares_addresses(condition) {
            return Change::Keep;
        }
        condition.both_with(grouped, grouped)
    })
}

/// The date as it is usually written, for one that the table has.
fn usual_date(text: &str) -> Option<&'static str> {
    let (_, seconds) = DATES.iter().find(|(written, _)| *written == text)?;
    let (usual, _) = DATES.iter().find(|(_, other)| other == seconds)?;
    seconds.is_some().then_some(*usual)
}

fn dates(case: &Case, is_meant: impl Fn(&str) -> bool) -> Option<Case> {
    let usual = |text: &str| {
        let usual = is_meant(text).then(|| usual_date(text)).flatten();
        usual.unwrap_or(text).to_owned()
    };
    conditions(case, |condition| {
        if !condition.base.starts_with("date") {
            return Change::Keep;
        }
        condition.both_with(usual, usual)
    })
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An integer is seconds of the epoch, so a date can stand for it.
pub(super) fn epoch_seconds(case: &Case) -> Option<Case> {
    dates(case, |text| digits(text) && text.len() != 4)
}

/// Four digits are a year, so its first day can stand for it.
pub(super) fn years(case: &Case) -> Option<Case> {
    dates(case, |text| digits(text) && text.len() == 4)
}

/// What is no date by the W3C's profile is none.
pub(super) fn no_dates(case: &Case) -> Option<Case> {
    let is_none =
        |text: &str| DATES.iter().any(|(written, date)| *written == text && date.is_none());
    let plain = |text: &str| if is_none(text) { "none".to_owned() } else { text.to_owned() };
    conditions(case, |condition| {
        if !condition.base.starts_with("date") {
            return Change::Keep;
        }
        condition.both_with(str::to_owned, plain)
    })
}

fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction)
}

/// What only begins with a number is none.
pub(super) fn no_numbers(case: &Case) -> Option<Case> {
    let plain = |text: &str| if is_number(text) { text.to_owned() } else { "none".to_owned() };
    conditions(case, |condition| {
        if !condition.base.starts_with("numeric") {
            return Change::Keep;
        }
        condition.both_with(plain, plain)
    })
}

/// Numbers compare as their places in the order of numbers do.
pub(super) fn large_numbers(case: &Case) -> Option<Case> {
    let place = |text: &str| {
        let found = NUMBERS.iter().find(|(written, _)| *written == text);
        found
            .and_then(|(_, place)| *place)
            .map_or_else(|| text.to_owned(), |place| place.to_string())
    };
    conditions(case, |condition| {
        let large = |text: &String| text.starts_with("900719925474099");
        let any = condition.values.iter().any(large) || condition.given_texts().iter().any(large);
        if !condition.base.starts_with("numeric") || !any {
            return Change::Keep;
        }
        condition.both_with(place, place)
    })
}

/// Values of the right type that no request has, and that no policy has.
fn never(base: &str) -> Option<(&'static str, &'static str)> {
    Some(match base {
        "numericnotequals" => ("-987654321", "-123456789"),
        "datenotequals" => ("1999-12-31T00:00:00Z", "1998-12-31T00:00:00Z"),
        "notipaddress" => ("198.18.255.255/32", ""),
        "arnnotequals" | "arnnotlike" => ("arn:aws:none:::none", "arn:aws:nowhere:::nowhere"),
        _ => return None,
    })
}

fn mistyped(base: &str, text: &str) -> bool {
    match base {
        "numericnotequals" => !is_number(text),
        "datenotequals" => usual_date(text).is_none(),
        "notipaddress" => {
            let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
            let long = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
            !address.parse::<IpAddr>().is_ok_and(|address| {
                prefix.parse::<u8>().is_ok_and(|length| length <= long(&address))
            })
        }
        "arnnotequals" | "arnnotlike" => text.splitn(6, ':').count() < 6,
        _ => false,
    }
}

/// A value of the wrong type matches nothing, so a negated operator is content with it.
pub(super) fn mistyped_policy(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        let Some((never, _)) = never(&condition.base) else { return Change::Keep };
        condition.values_with(|text| {
            // What a variable stands for is another class's to say.
            let variable = condition.variables && text.contains("${");
            let replaced = !variable && mistyped(&condition.base, text);
            if replaced { never.to_owned() } else { text.to_owned() }
        })
    })
}

/// So it is with a value of the wrong type in the request.
pub(super) fn mistyped_request(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        let Some((_, never)) = never(&condition.base) else { return Change::Keep };
        match condition.given {
            Some(Given::One(text))
                if mistyped(&condition.base, text) && !condition.is_null_set() =>
            {
                Change::Always
            }
            Some(Given::Several(_)) if condition.quantifier.is_some() && !never.is_empty() => {
                condition.both_with(str::to_owned, |text| {
                    if mistyped(&condition.base, text) { never.to_owned() } else { text.to_owned() }
                })
            }
            _ => Change::Keep,
        }
    })
}

/// Spec: an empty value of a tag counts as none.
pub(super) fn null_tags(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        let name = condition.key.split_once('/').map_or("", |(name, _)| name);
        let tag = name.to_ascii_lowercase().ends_with("tag");
        if condition.base != "null" || !tag || condition.given != Some(&Given::One(String::new())) {
            return Change::Keep;
        }
        let absent = condition.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
        if absent { Change::Always } else { Change::Never }
    })
}

/// A set that comes down to the empty string is none.
pub(super) fn empty_sets(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        if !condition.is_null_set() || condition.base == "null" {
            return Change::Keep;
        }
        match condition.quantifier.as_deref() {
            Some("forallvalues") => Change::Always,
            Some(_) => Change::Never,
            None => Change::Keep,
        }
    })
}

/// `IfExists` holds without the key, whatever stands in front.
pub(super) fn any_if_exists(case: &Case) -> Option<Case> {
    conditions(case, |condition| {
        let any = condition.quantifier.as_deref() == Some("foranyvalue");
        let absent = condition.given.is_none();
        if any && condition.if_exists && absent { Change::Always } else { Change::Keep }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_table_have_a_usual_form() {
        assert_eq!(usual_date("1767225600"), Some("2026-01-01T00:00:00Z"));
        assert_eq!(usual_date("2026/01/01"), None);
        assert_eq!(usual_date("elsewhere"), None);
    }
}
