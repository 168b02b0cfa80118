//! Documents that are made of a known one: bytes that are changed at random are seldom
//! JSON that says something.

use std::borrow::Cow;

use serde_json::{Value, json};

/// The bytes as a text; where the first says so, the document of that number with the
/// changes that the others tell.
pub(super) fn text<'d>(data: &'d [u8], documents: &[&str]) -> Option<Cow<'d, str>> {
    let (first, steps) = data.split_first()?;
    match documents.get(usize::from(*first)) {
        Some(document) => Some(changed(document, steps).into()),
        None => std::str::from_utf8(data).ok().map(Cow::from),
    }
}

/// Each step takes two bytes: which value is changed, and for what.
fn changed(document: &str, steps: &[u8]) -> String {
    let mut document: Value = serde_json::from_str(document).expect("a document of the tree");
    for step in steps.chunks_exact(2) {
        let mut pointers = Vec::new();
        places(&document, "", &mut pointers);
        // Lists that are doubled again and again would take all memory there is.
        if pointers.is_empty() || pointers.len() > PLACES_MAX {
            break;
        }
        let pointer = |byte: u8| &pointers[usize::from(byte) % pointers.len()];
        let (place, other) = (pointer(step[0]), pointer(step[1]));
        let now = document.pointer(place).expect("it was found there").clone();
        let value = match step[1] {
            0 => Value::Null,
            1 => json!("*"),
            2 => json!([now]),
            3 => json!({"AWS": now}),
            4 => flipped(&now),
            5 => longer(&now),
            6 => json!([]),
            7 => json!({}),
            8 => json!(1_800_000_000),
            9 => json!("Deny"),
            10 => json!({"StringNotEqualsIfExists": {"aws:PrincipalTag/team": now}}),
            11 => json!("arn:aws:iam::111122223333:root"),
            _ => document.pointer(other).expect("it was found there").clone(),
        };
        *document.pointer_mut(place).expect("it was found there") = value;
    }
    document.to_string()
}

/// A document of more values than this is not changed any further.
const PLACES_MAX: usize = 5_000;

fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let mut below = |name: String, value: &Value| {
        let pointer = format!("{pointer}/{name}");
        found.push(pointer.clone());
        places(value, &pointer, found);
    };
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, it)| below(index.to_string(), it));
        }
        Value::Object(members) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            members.iter().for_each(|(name, it)| below(escaped(name), it));
        }
        _ => {}
    }
}

fn flipped(value: &Value) -> Value {
    let flip =
        |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    match value.as_str() {
        Some(text) => text.chars().map(flip).collect::<String>().into(),
        None => value.clone(),
    }
}

fn longer(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(format!("{text}*")),
        Value::Array(values) => values.iter().chain(values).cloned().collect(),
        other => other.clone(),
    }
}
