//! Wildcards and variables.

use super::keys::Keys;

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// This character.
    Character(char),
    /// `*`.
    AnyCharacters,
    /// `?`.
    OneCharacter,
    /// `${key}` or `${key, 'default'}`.
    Variable(String, Option<String>),
}

/// What is special in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Special {
    /// `*` and `?` (point 9).
    pub wildcards: bool,
    /// `${...}` (point 17).
    pub variables: bool,
}

/// Takes a text apart.
#[must_use]
pub fn parts(text: &str, special: Special) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let mut taken = character.len_utf8();
        let mut part = Part::Character(character);
        if special.wildcards && character == '*' {
            part = Part::AnyCharacters;
        } else if special.wildcards && character == '?' {
            part = Part::OneCharacter;
        } else if special.variables
            && let Some((variable, length)) = variable(rest)
        {
            part = variable;
            taken = length;
        }
        parts.push(part);
        rest = &rest[taken..];
    }
    parts
}

/// Point 20: a variable, with or without a default, or an escape, at the beginning of a
/// text; and how many bytes it takes. A brace that is never closed is text.
fn variable(text: &str) -> Option<(Part, usize)> {
    let inner = text.strip_prefix("${")?;
    let brace = inner.find('}')?;
    if let Some(quote) = inner.find(", '")
        && quote < brace
    {
        let default = &inner[quote + 3..];
        let default = &default[..default.find("'}")?];
        let name = inner[..quote].trim().to_owned();
        let length = "${".len() + quote + ", '".len() + default.len() + "'}".len();
        return Some((Part::Variable(name, Some(default.to_owned())), length));
    }
    let name = &inner[..brace];
    let part = match name {
        "*" => Part::Character('*'),
        "?" => Part::Character('?'),
        "$" => Part::Character('$'),
        name => Part::Variable(name.trim().to_owned(), None),
    };
    Some((part, "${".len() + brace + "}".len()))
}

/// Point 21: what a variable stands for is characters, none of which is special.
/// Point 19: `None` when one of them stands for nothing.
#[must_use]
pub fn substituted(parts: &[Part], keys: &Keys) -> Option<Vec<Part>> {
    let mut whole = Vec::new();
    for part in parts {
        if let Part::Variable(name, default) = part {
            let value = keys.variable(name).or(default.as_deref())?;
            whole.extend(value.chars().map(Part::Character));
        } else {
            whole.push(part.clone());
        }
    }
    Some(whole)
}

/// Whether a pattern without variables matches the whole text: for each beginning of
/// the pattern, which beginnings of the text does it match?
#[must_use]
pub fn matches(pattern: &[Part], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut matched = vec![false; text.len() + 1];
    matched[0] = true;
    let mut next = matched.clone();
    for part in pattern {
        if !matched.contains(&true) {
            return false;
        }
        for length in 0..=text.len() {
            next[length] = match part {
                Part::AnyCharacters => matched[length] || length > 0 && next[length - 1],
                Part::OneCharacter => length > 0 && matched[length - 1],
                Part::Character(wanted) => {
                    length > 0 && matched[length - 1] && text[length - 1] == *wanted
                }
                Part::Variable(..) => unreachable!("variables were substituted"),
            };
        }
        std::mem::swap(&mut matched, &mut next);
    }
    matched[text.len()]
}

/// The same in one go; a pattern with a variable that stands for nothing matches nothing.
#[must_use]
pub fn matches_with(pattern: &[Part], keys: &Keys, text: &str) -> bool {
    substituted(pattern, keys).is_some_and(|pattern| matches(&pattern, text))
}

/// A pattern without wildcards as the text it stands for.
#[must_use]
pub fn as_text(pattern: &[Part]) -> String {
    let character = |part: &Part| match part {
        Part::Character(character) => *character,
        other => unreachable!("{other:?} in a text without wildcards"),
    };
    pattern.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::keys::Given;

    #[test]
    fn texts_are_matched() {
        let keys = Keys(vec![
            ("aws:UserName".to_owned(), Given::One("al*ce".to_owned())),
            ("empty".to_owned(), Given::One(String::new())),
        ]);
        for (pattern, text, newer, older) in [
            ("", "", true, true),
            ("*", "", true, true),
            ("a*b*c", "a-b-b-c", true, true),
            ("a*b*c", "a-c-b", false, false),
            ("?", "é", true, true),
            ("?", "", false, false),
            ("${aws:username}", "al*ce", true, false),
            ("${aws:username}", "alice", false, false),
            ("${aws:username}", "${aws:username}", false, true),
            ("${*}", "*", true, false),
            ("${*}", "${x}", false, true),
            ("${empty, 'no}ne'}", "no}ne", true, false),
            ("${empty}", "", false, false),
            ("${open", "${open", true, true),
        ] {
            let found = |variables| {
                matches_with(&parts(pattern, Special { wildcards: true, variables }), &keys, text)
            };
            assert_eq!((found(true), found(false)), (newer, older), "{pattern} {text}");
        }
    }
}
