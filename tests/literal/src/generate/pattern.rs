//! Patterns made of what they should match, or nearly.

use super::alphabet::{KEYS, Sort, values};
use super::choices::{Choices, pick};
use super::request::key_in_some_case;

/// Something like an action.
pub(super) fn action(choices: &mut dyn Choices, action: &str) -> String {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    match choices.below(12) {
        0 => "*".to_owned(),
        1 | 2 => format!("{service}:*"),
        3 | 4 => format!("{service}:{}*", prefix(choices, name)),
        5 => format!("{service}:*{}", suffix(choices, name)),
        6 => one_replaced(choices, action, "?"),
        7 => one_replaced(choices, action, "*"),
        8 => action.to_uppercase(),
        9 => edited(choices, action),
        _ => action.to_owned(),
    }
}

/// Something like a resource.
pub(super) fn resource(choices: &mut dyn Choices, resource: &str) -> String {
    match choices.below(15) {
        0 => "*".to_owned(),
        1 | 2 => format!("{}*", prefix(choices, resource)),
        3 => one_replaced(choices, resource, "?"),
        4 => one_replaced(choices, resource, "*"),
        5 => segment_replaced(choices, resource, "*"),
        6 => short(choices, resource),
        7 | 8 => variable_inserted(choices, resource),
        9 => edited(choices, resource),
        10 => escaped(resource),
        11 => match resource.rsplit_once(':') {
            Some((before, last)) => format!("{before}:{}", inner(choices, last)),
            None => inner(choices, resource),
        },
        _ => resource.to_owned(),
    }
}

/// Something like a text, with wildcards and variables.
pub(super) fn text(choices: &mut dyn Choices, text: &str) -> String {
    match choices.below(18) {
        0 => "*".to_owned(),
        1 => format!("{}*", prefix(choices, text)),
        2 => format!("*{}", suffix(choices, text)),
        3 => one_replaced(choices, text, "?"),
        4 => one_replaced(choices, text, "*"),
        5 | 6 => variable(choices, text),
        7 => variable_inserted(choices, text),
        8 => edited(choices, text),
        9 => escaped(text),
        10 => text.to_uppercase(),
        11 | 12 => inner(choices, text),
        _ => text.to_owned(),
    }
}

/// Something like an ARN.
pub(super) fn arn(choices: &mut dyn Choices, arn: &str) -> String {
    match choices.below(4) {
        0 => text(choices, arn),
        1 => arn.to_owned(),
        _ => resource(choices, arn),
    }
}

fn boundary(choices: &mut dyn Choices, text: &str) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    places[choices.below(places.len())]
}

fn prefix<'t>(choices: &mut dyn Choices, text: &'t str) -> &'t str {
    &text[..boundary(choices, text)]
}

fn suffix<'t>(choices: &mut dyn Choices, text: &'t str) -> &'t str {
    &text[boundary(choices, text)..]
}

fn one_replaced(choices: &mut dyn Choices, text: &str, by: &str) -> String {
    let at = boundary(choices, text);
    let behind = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
    format!("{}{by}{}", &text[..at], &text[behind..])
}

/// A character changed, left out or put in.
fn edited(choices: &mut dyn Choices, text: &str) -> String {
    let by = pick(choices, &["", "x", ":", "/", "**", "a?", "É", "${", "}", "$"]);
    one_replaced(choices, text, by)
}

/// Something from within, to be looked for.
fn inner(choices: &mut dyn Choices, text: &str) -> String {
    let rest = suffix(choices, text);
    let piece = prefix(choices, rest);
    let piece = one_replaced(choices, piece, "?");
    format!("*{}*", variable_or(choices, &piece))
}

/// The same or, now and then, a variable behind it.
fn variable_or(choices: &mut dyn Choices, text: &str) -> String {
    if choices.percent(20) {
        let variable = variable(choices, "");
        return format!("{text}{variable}");
    }
    text.to_owned()
}

fn segment_replaced(choices: &mut dyn Choices, text: &str, by: &str) -> String {
    let mut segments: Vec<&str> = text.split(':').collect();
    let at = choices.below(segments.len());
    segments[at] = by;
    segments.join(":")
}

fn short(choices: &mut dyn Choices, text: &str) -> String {
    let segments: Vec<&str> = text.split(':').collect();
    segments[..=choices.below(segments.len())].join(":")
}

/// Wildcards and dollars as escapes.
fn escaped(text: &str) -> String {
    let escape = |character: char| match character {
        '*' | '?' | '$' => format!("${{{character}}}"),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// A part between separators replaced by a variable.
fn variable_inserted(choices: &mut dyn Choices, text: &str) -> String {
    let separated: Vec<&str> = text.split_inclusive(['/', ':']).collect();
    if separated.is_empty() {
        return variable(choices, "");
    }
    // Most often in the last part: there variables count.
    let at = if choices.percent(60) { separated.len() - 1 } else { choices.below(separated.len()) };
    let part = separated[at].trim_end_matches(['/', ':']);
    let separator = &separated[at][part.len()..];
    let variable = variable(choices, part);
    let (before, behind) = (separated[..at].concat(), separated[at + 1..].concat());
    format!("{before}{variable}{separator}{behind}")
}

/// A variable, perhaps with what it should be as its default.
fn variable(choices: &mut dyn Choices, meant: &str) -> String {
    let texts = KEYS.iter().filter(|(_, sort, _)| matches!(sort, Sort::Text | Sort::Arn));
    let mut keys: Vec<&str> = texts.map(|(key, ..)| *key).collect();
    keys.extend(["aws:PrincipalTag/none", ""]);
    let key = pick(choices, &keys);
    let key = key_in_some_case(choices, key);
    let other = pick(choices, values(Sort::Text));
    match choices.below(8) {
        0 | 1 => format!("${{{key}, '{meant}'}}"),
        2 => format!("${{{key}, '{other}'}}"),
        3 => format!("${{{key},'{meant}'}}"),
        4 => format!("${{{key}, '{meant}"),
        _ => format!("${{{key}}}"),
    }
}
