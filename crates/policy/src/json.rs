//! JSON with the place of every token, and with keys that occur twice kept apart.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::de::IgnoredAny;

use crate::limits::NESTING_DEPTH_MAX;
use crate::{Shape, Span, Spanned};

/// A JSON value and its place.
pub(crate) type Json = Spanned<JsonValue>;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonValue {
    Null,
    Bool(bool),
    /// The number as written.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: Spanned<String>,
    pub(crate) value: Json,
}

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// It is not JSON; with what the parser says about it.
    Invalid { span: Span, reason: String },
    /// It nests deeper than [`NESTING_DEPTH_MAX`].
    Deep { span: Span },
}

impl JsonValue {
    /// Whether it is an array, for elements that may be one or not.
    pub(crate) const fn shape(&self) -> Shape {
        match self {
            Self::Array(_) => Shape::Array,
            _ => Shape::One,
        }
    }

    /// What it is, for messages.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Reads strict JSON.
///
/// Two parsers must agree: the one that knows places lets a raw line break inside
/// a string and an empty text pass even when told to be strict, so the strict one
/// is asked as well, without making values of it once more.
pub(crate) fn read(text: &str) -> Result<Json, JsonError> {
    let whole = Span::new(0, text.len());
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let range = error.range();
        JsonError::Invalid {
            span: visible(text, Span::new(range.start, range.end)),
            reason: error.kind().to_string(),
        }
    })?;
    let value = parsed
        .value
        .ok_or_else(|| JsonError::Invalid { span: whole, reason: "the text is empty".into() })?;
    let json = convert(value, NESTING_DEPTH_MAX)?;
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(json),
        Err(skipping) => {
            // Read for its values, the text's fault is placed at itself, not behind.
            let error = serde_json::from_str::<serde_json::Value>(text).err().unwrap_or(skipping);
            let span = place(text, error.line(), error.column());
            Err(JsonError::Invalid { span, reason: error.to_string() })
        }
    }
}

/// Nothing beyond JSON itself.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Recursion is bounded twice: here, and by the parser's own limit of 512 levels.
fn convert(value: Value<'_>, depth: usize) -> Result<Json, JsonError> {
    let range = value.range();
    let span = Span::new(range.start, range.end);
    let Some(inner) = depth.checked_sub(1) else { return Err(JsonError::Deep { span }) };
    let value = match value {
        Value::NullKeyword(_) => JsonValue::Null,
        Value::BooleanLit(literal) => JsonValue::Bool(literal.value),
        Value::NumberLit(literal) => number(literal.value, span)?,
        Value::StringLit(literal) => JsonValue::String(literal.value.into_owned()),
        Value::Array(array) => {
            let elements = array.elements.into_iter().map(|element| convert(element, inner));
            JsonValue::Array(elements.collect::<Result<_, _>>()?)
        }
        Value::Object(object) => {
            let mut members = Vec::with_capacity(object.properties.len());
            for property in object.properties {
                let range = property.name.range();
                let key = match property.name {
                    ObjectPropName::String(literal) => literal.value.into_owned(),
                    ObjectPropName::Word(word) => word.value.to_owned(),
                };
                members.push(Member {
                    key: Spanned::new(Span::new(range.start, range.end), key),
                    value: convert(property.value, inner)?,
                });
            }
            JsonValue::Object(members)
        }
    };
    Ok(Spanned::new(span, value))
}

/// The span, or the character behind it when it covers nothing.
fn visible(text: &str, span: Span) -> Span {
    let behind = text.get(span.start..).and_then(|rest| rest.chars().next());
    let end = span.start + behind.map_or(0, char::len_utf8);
    Span::new(span.start, span.end.max(end))
}

/// Choice: a number that no other reader of the document could hold is refused, as
/// most of them do.
fn number(text: &str, span: Span) -> Result<JsonValue, JsonError> {
    if text.parse().is_ok_and(f64::is_finite) {
        Ok(JsonValue::Number(text.to_owned()))
    } else {
        Err(JsonError::Invalid { span, reason: "number out of range".into() })
    }
}

/// The byte at a line and column, both counted from 1; column 0 is the line break
/// before the line.
fn place(text: &str, line: usize, column: usize) -> Span {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start = (lines.map(str::len).sum::<usize>() + column).saturating_sub(1);
    let start = start.min(text.len());
    Span::new(start, (start + 1).min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts made of what JSON is made of, and of what comes close.
    fn texts() -> impl Strategy<Value = String> {
        let words = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\\",
            "\\u",
            "d800",
            "dc00",
            "0",
            "1",
            "-",
            "+",
            "e",
            "E",
            ".",
            "999",
            "true",
            "null",
            "false",
            "\n",
            "\t",
            " ",
            "\u{0}",
            "\u{1f}",
            "\u{7f}",
            "é",
            "/",
            "x",
            "'",
            "\u{feff}",
            "\u{2028}",
            "\u{a0}",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\udc00\"",
            "\"\\ud800\\u0061\"",
            "1e999",
            "-0",
            "00",
        ]);
        prop::collection::vec(words, 0..8).prop_map(|words| words.concat())
    }

    /// What another reader makes of a text.
    fn other(json: &Json) -> serde_json::Value {
        match &json.value {
            JsonValue::Null => serde_json::Value::Null,
            JsonValue::Bool(value) => (*value).into(),
            JsonValue::Number(text) => serde_json::from_str(text).unwrap(),
            JsonValue::String(text) => text.as_str().into(),
            JsonValue::Array(elements) => elements.iter().map(other).collect(),
            JsonValue::Object(members) => members
                .iter()
                .map(|member| (member.key.value.clone(), other(&member.value)))
                .collect(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn another_reader_reads_the_same(text in texts()) {
            let value = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert_eq!(read(&text).ok().map(|json| other(&json)), value.ok(), "{:?}", text);
        }
    }

    #[test]
    fn places_and_double_keys_are_kept() {
        let text = r#"{"a": [1, "x"], "a": true}"#;
        let JsonValue::Object(members) = read(text).unwrap().value else { panic!("an object") };
        let keys: Vec<_> = members.iter().map(|member| member.key.span.of(text)).collect();
        assert_eq!(keys, ["\"a\"", "\"a\""]);
        assert_eq!(members[0].value.span.of(text), r#"[1, "x"]"#);
    }

    #[test]
    fn what_is_not_strict_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "{]",
            "{'a': 1}",
            "{a: 1}",
            "{\"a\": 1,}",
            "{\"a\": 1 \"b\": 2}",
            "[1,]",
            "[1] []",
            "// x\n{}",
            "{} /* */",
            "\"a\nb\"",
            "\"a\tb\"",
            r#""\x41""#,
            r#""\ud800""#,
            "+1",
            ".5",
            "5.",
            "01",
            "0x1",
            "NaN",
            "nul",
            "\u{feff}{}",
            "\"a",
            "1e999",
            "[-1e999]",
        ] {
            assert!(matches!(read(text), Err(JsonError::Invalid { .. })), "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(NESTING_DEPTH_MAX)).is_ok());
        assert!(matches!(read(&nested(NESTING_DEPTH_MAX + 1)), Err(JsonError::Deep { .. })));
        assert!(read(&nested(100_000)).is_err());
    }
}
