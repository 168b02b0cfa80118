//! JSON put together as text, so that it can be wrong.

/// A string with its quotes.
pub(super) fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An array of values that are JSON already.
pub(super) fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(", "))
}

/// An object of members whose values are JSON already.
pub(super) fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("{}: {value}", string(key))).collect();
    format!("{{{}}}", members.join(","))
}
