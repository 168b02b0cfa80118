//! Policy variables, read once more, by the page alone.
//!
//! Spec: UG:reference_policies_variables.

use std::collections::BTreeMap;

use crate::case::Given;
use crate::rewrite::lookup;

/// One piece of a text with variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text, wildcards included.
    Text(String),
    /// `${*}`, `${?}` or `${$}`: the character itself.
    Escaped(char),
    /// `${key}` or `${key, 'default'}`.
    Variable {
        /// The key.
        key: String,
        /// The default.
        default: Option<String>,
    },
}

/// The pieces of a text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((piece, after)) = braced(behind) else { break };
        if !before.is_empty() {
            found.push(Piece::Text(before.to_owned()));
        }
        found.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest.to_owned()));
    }
    found
}

fn braced(behind: &str) -> Option<(Piece, &str)> {
    let plain = behind.find('}')?;
    if let Some((key, default)) = behind.split_once(", '")
        && key.len() < plain
        && let Some((default, after)) = default.split_once("'}")
    {
        let (key, default) = (key.trim().to_owned(), Some(default.to_owned()));
        return Some((Piece::Variable { key, default }, after));
    }
    let (inner, after) = (&behind[..plain], &behind[plain + 1..]);
    let piece = match inner {
        "*" => Piece::Escaped('*'),
        "?" => Piece::Escaped('?'),
        "$" => Piece::Escaped('$'),
        key => Piece::Variable { key: key.trim().to_owned(), default: None },
    };
    Some((piece, after))
}

/// What a variable stands for, if for anything.
#[must_use]
pub fn value<'a>(piece: &'a Piece, context: &'a BTreeMap<String, Given>) -> Option<&'a str> {
    let Piece::Variable { key, default } = piece else { return None };
    match lookup(context, key) {
        Some(Given::One(value)) if !value.is_empty() => Some(value),
        _ => default.as_deref(),
    }
}

/// Whether the text has a variable that stands for nothing.
#[must_use]
pub fn unresolvable(text: &str, context: &BTreeMap<String, Given>) -> bool {
    let is_open =
        |piece: &Piece| matches!(piece, Piece::Variable { .. }) && value(piece, context).is_none();
    pieces(text).iter().any(is_open)
}

/// The text with the chosen variables replaced by what they stand for, where wildcards
/// have a meaning.
#[must_use]
pub fn resolved(
    text: &str,
    context: &BTreeMap<String, Given>,
    wildcards: bool,
    chosen: impl Fn(&Piece) -> bool,
) -> String {
    let shown = |piece: Piece| match &piece {
        Piece::Text(text) => text.clone(),
        Piece::Escaped(character) => format!("${{{character}}}"),
        Piece::Variable { key, default } => match value(&piece, context) {
            Some(value) if chosen(&piece) => literal(value, wildcards),
            _ => match default {
                Some(default) => format!("${{{key}, '{default}'}}"),
                None => format!("${{{key}}}"),
            },
        },
    };
    pieces(text).into_iter().map(shown).collect()
}

/// The text with what would have a meaning escaped.
fn literal(text: &str, wildcards: bool) -> String {
    let escaped = |character: char| match character {
        '*' | '?' if wildcards => format!("${{{character}}}"),
        '$' if wildcards => "${$}".to_owned(),
        _ => character.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_and_resolved() {
        let context = BTreeMap::from([
            ("aws:username".to_owned(), Given::One("a*e".to_owned())),
            ("aws:TagKeys".to_owned(), Given::Several(vec!["x".to_owned()])),
        ]);
        for (text, wanted) in [
            ("home/${aws:username}/*", "home/a${*}e/*"),
            ("${AWS:UserName}", "a${*}e"),
            ("${${*}}", "${${*}}"),
            ("${aws:TagKeys}", "${aws:TagKeys}"),
            ("${absent, 'a} b'}/x", "a} b/x"),
            ("${absent}", "${absent}"),
            ("${open", "${open"),
            ("b${*}e", "b${*}e"),
        ] {
            assert_eq!(resolved(text, &context, true, |_| true), wanted, "{text}");
        }
        assert!(unresolvable("x${aws:TagKeys}", &context));
        assert!(!unresolvable("x${aws:username}${*}", &context));
    }
}
