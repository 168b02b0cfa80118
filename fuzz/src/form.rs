//! What a form says, read a second time.

use std::collections::BTreeMap;

use stead_query::Form;

/// A form in the query string and in the body, decoded as operations with lists and
/// documents. One that is accepted says what it says when it is read literally: each
/// parameter once, and nothing else.
pub fn query_form(data: &[u8]) {
    let (query, body) = match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &data[..0]),
    };
    let query = std::str::from_utf8(query).ok();
    if let Ok(form) = Form::parse(query, Some("application/x-www-form-urlencoded"), body) {
        must_be_as_written(&form, query.unwrap_or_default().as_bytes(), body);
        let _ = form.operation();
        let _ = stead_query::decode::<stead_api::sts::AssumeRole>(&form);
        let _ = stead_query::decode::<stead_api::iam::CreateRole>(&form);
    }
}

fn must_be_as_written(form: &Form, query: &[u8], body: &[u8]) {
    let mut parameters = BTreeMap::new();
    let pairs = query.split(|byte| *byte == b'&').chain(body.split(|byte| *byte == b'&'));
    for pair in pairs {
        let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = (text(&pair[..equals]), text(pair.get(equals + 1..).unwrap_or(b"")));
        if name.is_empty() || name.to_ascii_lowercase().starts_with("x-amz-") {
            continue;
        }
        assert_eq!(form.value(&name), Some(&*value), "{name}");
        assert_eq!(parameters.insert(name.clone(), value), None, "{name} is given twice");
    }
    let names: Vec<_> = parameters.keys().collect();
    assert_eq!(format!("{form:?}"), format!("{names:?}"));
}

/// A name or a value, a byte at a time. What is accepted has no broken sequence.
fn text(encoded: &[u8]) -> String {
    let (mut decoded, mut at) = (Vec::new(), 0);
    while let Some(byte) = encoded.get(at) {
        at += 1;
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = encoded.get(at..at + 2).expect("two digits");
                assert!(digits.iter().all(u8::is_ascii_hexdigit), "{digits:?} are no digits");
                at += 2;
                let digits = std::str::from_utf8(digits).expect("digits");
                u8::from_str_radix(digits, 16).expect("two digits")
            }
            byte => *byte,
        });
    }
    String::from_utf8(decoded).expect("UTF-8")
}
