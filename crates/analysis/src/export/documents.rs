//! The JSON of an export with its policy documents as texts.
//!
//! A tree of a document takes some ten times what its text takes, and accounts have
//! thousands: where nobody looks into the tree, it is not kept.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The members of an export that are policy documents.
const DOCUMENTS: [&str; 3] = ["AssumeRolePolicyDocument", "PolicyDocument", "Document"];

/// Reads a text as [`serde_json::from_str`] does, but for policy documents that are objects:
/// each becomes a text without blanks.
pub(super) fn with_texts(text: &str) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Texts.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Texts;

impl<'de> DeserializeSeed<'de> for Texts {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = match DOCUMENTS.contains(&name.as_str()) {
                true => text_of(members.next_value()?)?,
                false => members.next_value_seed(self)?,
            };
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

/// What is no object is left: a text that the API encoded, or something that is refused.
fn text_of<E: Error>(document: Value) -> Result<Value, E> {
    match document {
        Value::Object(_) => {
            serde_json::to_string(&document).map(Value::String).map_err(Error::custom)
        }
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_become_texts_and_all_else_is_as_it_is_read() {
        let text = r#"{"a": [1, -2, 2.5, 1e400e, true, null, "\u00e4"]}"#.replace("1e400e", "1e4");
        let plain: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(with_texts(&text).unwrap(), plain);

        let text = r#"{"AssumeRolePolicyDocument": {"Statement": [ {"Sid": "x"} ]},
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": "%7B%7D"}],
            "PolicyVersionList": [{"Document": {"b": 1, "a": 2}}, {"Document": [1]}]}"#;
        assert_eq!(
            with_texts(text).unwrap(),
            json!({
                "AssumeRolePolicyDocument": r#"{"Statement":[{"Sid":"x"}]}"#,
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": "%7B%7D"}],
                "PolicyVersionList": [{"Document": r#"{"a":2,"b":1}"#}, {"Document": [1]}],
            })
        );
    }

    #[test]
    fn what_is_no_json_is_refused_where_serde_json_refuses_it() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let within = format!("{{\"Document\": {deep}}}");
        for text in ["", "{", "[1,]", "{\"a\"}", "1 2", "1e400", deep.as_str(), within.as_str()] {
            let expected = serde_json::from_str::<Value>(text).unwrap_err();
            let found = with_texts(text).unwrap_err();
            assert_eq!((found.line(), found.column()), (expected.line(), expected.column()));
        }
    }
}
