//! What a body of JSON says, read a second time.

use std::collections::BTreeMap;

use serde_json::Value;
use stead_api::organizations;
use stead_query::{Form, decode};

/// A body of AWS JSON 1.1, decoded as operations with lists, structures, numbers and sets. One
/// that is accepted says what it says when it is read as JSON: each value once, under the name
/// that it has in a form, and nothing else.
pub fn json_body(data: &[u8]) {
    let Ok(form) = Form::from_json(Some("application/x-amz-json-1.1"), data) else { return };
    let mut values = BTreeMap::new();
    if !data.is_empty() {
        let body: Value = serde_json::from_slice(data).expect("what is accepted is JSON");
        members("", &body, &mut values);
    }
    for (name, value) in &values {
        assert_eq!(form.value(name), Some(value.as_str()), "{name}");
    }
    let names: Vec<_> = values.keys().collect();
    assert_eq!(format!("{form:?}"), format!("{names:?}"));
    let _ = decode::<organizations::CreatePolicy>(&form);
    let _ = decode::<organizations::TagResource>(&form);
    let _ = decode::<organizations::UntagResource>(&form);
    let _ = decode::<organizations::ListHandshakesForAccount>(&form);
    let _ = decode::<organizations::InviteOrganizationToTransferResponsibility>(&form);
}

/// The members of an object; those whose name has a dot, or is none, are of no operation.
fn members(prefix: &str, object: &Value, values: &mut BTreeMap<String, String>) {
    for (name, value) in object.as_object().expect("an object") {
        if !name.is_empty() && !name.contains('.') {
            read(format!("{prefix}{name}"), value, values);
        }
    }
}

fn read(name: String, value: &Value, values: &mut BTreeMap<String, String>) {
    let text = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.to_string(),
            (_, Some(whole)) => whole.to_string(),
            _ => number.as_f64().expect("a number").to_string(),
        },
        Value::Bool(_) => String::new(),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                assert!(!element.is_null(), "{name} has an element that is none");
                read(format!("{name}.member.{}", index + 1), element, values);
            }
            String::new()
        }
        Value::Object(_) => {
            members(&format!("{name}."), value, values);
            String::new()
        }
    };
    assert_eq!(values.insert(name.clone(), text), None, "{name} stands twice");
}
