//! Documents that are not as they should be: an answer or an error, never a panic.

use serde_json::{Value, json};
use stead_analysis::{Case, explain};

use crate::corpus::corpus;

/// Every pointer of a document, the deepest last.
fn pointers(value: &Value, base: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (token, value) in children {
        let pointer = format!("{base}/{token}");
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

/// One place in [`STEP`] of each case, so that the test takes seconds; which one, moves on
/// from case to case.
const STEP: usize = 23;

#[test]
fn any_value_in_any_place_is_answered() {
    let values =
        [json!(null), json!(""), json!([]), json!({}), json!(-1), json!("*"), json!(["*"])];
    let mut answered = 0;
    for (turn, known) in corpus().into_iter().enumerate() {
        let mut places = Vec::new();
        pointers(known.case.document(), "", &mut places);
        for (place, pointer) in places.iter().enumerate().skip(turn % STEP).step_by(STEP) {
            let mut document = known.case.document().clone();
            *document.pointer_mut(pointer).unwrap() = values[(turn + place) % values.len()].clone();
            let case = Case::parse(&document.to_string()).unwrap();
            // A wrong shape is an error with its place; all else has a verdict.
            answered += usize::from(explain(&case).is_ok());
        }
    }
    assert!(answered > 100, "{answered}");
}
