//! The JSON of responses: the same names, moments as seconds since 1970.

use serde_json::{Map, Value as Json};

use crate::value::Value;

/// A whole document: the response, its result if there is one, and what follows it.
pub(super) fn document(
    root: &str,
    result: Option<(String, Value<'_>)>,
    rest: Vec<(&'static str, Value<'_>)>,
) -> String {
    let mut response = Map::new();
    response.extend(result.map(|(name, value)| (name, json(&value))));
    response.extend(rest.iter().map(|(name, value)| ((*name).to_owned(), json(value))));
    let mut document = Map::new();
    document.insert(root.to_owned(), Json::Object(response));
    Json::Object(document).to_string()
}

/// A document of these members.
pub(super) fn members(members: Vec<(&'static str, Value<'_>)>) -> String {
    value(&Value::Structure(members))
}

/// A document of this value.
pub(super) fn value(value: &Value<'_>) -> String {
    json(value).to_string()
}

fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_ref()),
        Value::Integer(number) => Json::from(*number),
        Value::Boolean(flag) => Json::from(*flag),
        Value::Time(moment) => Json::from(moment.epoch_seconds()),
        Value::List(elements) => elements.iter().map(json).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| (key.to_string(), json(value))).collect()
        }
        Value::Structure(members) => {
            members.iter().map(|(name, value)| ((*name).to_owned(), json(value))).collect()
        }
    }
}
