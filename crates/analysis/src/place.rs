//! Where something stands in the text of a document: lines and columns for people.

use std::collections::BTreeSet;

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use stead_policy::Span;

use crate::node::tokens;

/// The place of what a JSON pointer leads to. Of a member of an object with the name too
/// where `with_name` asks for it. None where the pointer leads nowhere.
#[must_use]
pub fn locate(text: &str, pointer: &str, with_name: bool) -> Option<Span> {
    Located::parse(text)?.find(pointer, with_name)
}

/// A document in which many places are looked for: it is read once.
#[derive(Debug)]
pub struct Located<'a>(Value<'a>);

impl<'a> Located<'a> {
    /// Reads a text. None where it is not JSON.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
        parsed.ok()?.value.map(Self)
    }

    /// The place of the first member whose object has another of the same name before it.
    #[must_use]
    pub fn repeated(&self) -> Option<Span> {
        repeated(&self.0)
    }

    /// The place of what a JSON pointer leads to, as [`locate`] gives it.
    #[must_use]
    pub fn find(&self, pointer: &str, with_name: bool) -> Option<Span> {
        let mut value = &self.0;
        let mut name: Option<&ObjectProp<'_>> = None;
        for token in tokens(pointer) {
            (value, name) = match value {
                Value::Object(object) => {
                    // Of members with one name the last one counts, as where values are read.
                    let mut members = object.properties.iter().rev();
                    let member = members.find(|it| it.name.as_str() == token)?;
                    (&member.value, Some(member))
                }
                Value::Array(array) => (array.elements.get(token.parse::<usize>().ok()?)?, None),
                _ => return None,
            };
        }
        let range = match name {
            Some(member) if with_name => member.range(),
            _ => value.range(),
        };
        Some(Span::new(range.start, range.end))
    }
}

fn repeated(value: &Value<'_>) -> Option<Span> {
    match value {
        Value::Object(object) => {
            let mut names = BTreeSet::new();
            object.properties.iter().find_map(|member| {
                let range = member.range();
                let is_new = names.insert(member.name.as_str());
                let place = (!is_new).then(|| Span::new(range.start, range.end));
                place.or_else(|| repeated(&member.value))
            })
        }
        Value::Array(array) => array.elements.iter().find_map(repeated),
        _ => None,
    }
}

/// The lines of a text.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a>(pub &'a str);

impl<'a> Lines<'a> {
    /// Line and column of a place, both from 1; columns count characters.
    #[must_use]
    pub fn position(self, offset: usize) -> (usize, usize) {
        let before = self.0.get(..offset).unwrap_or(self.0);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }

    /// The line in which a place stands, without its end, and where it begins.
    #[must_use]
    pub fn line(self, offset: usize) -> (usize, &'a str) {
        let before = self.0.get(..offset).unwrap_or(self.0);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = self.0.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        (start, line.strip_suffix('\r').unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_the_text_as_it_stands() {
        let text = "{\r\n\t\"ä\": [1, {\"b/c\": \"x\"}]}";
        let span = locate(text, "/ä/1/b~1c", true).unwrap();
        assert_eq!(span.of(text), "\"b/c\": \"x\"");
        assert_eq!(locate(text, "/ä/1/b~1c", false).unwrap().of(text), "\"x\"");
        assert_eq!(Lines(text).position(span.start), (2, 12));
        assert_eq!(Lines(text).line(span.start).1, "\t\"ä\": [1, {\"b/c\": \"x\"}]}");
        assert_eq!(locate(text, "/ä/2", false), None);
    }

    #[test]
    fn of_members_with_one_name_the_place_is_that_of_the_one_that_is_read() {
        let text = r#"{"a": {"b": 1}, "a": {"b": 2, "\u0062": 3}, "c": 4}"#;
        let read: serde_json::Value = serde_json::from_str(text).unwrap();
        for pointer in ["/a", "/a/b", "/c"] {
            let place = locate(text, pointer, false).unwrap();
            let there: serde_json::Value = serde_json::from_str(place.of(text)).unwrap();
            assert_eq!(read.pointer(pointer), Some(&there), "{pointer}");
        }
        assert_eq!(locate(text, "/a/b", true).unwrap().of(text), r#""\u0062": 3"#);
    }
}
