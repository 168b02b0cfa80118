//! Templates of delegation requests, and values put into them.

use std::collections::BTreeMap;

use serde_json::Value;
use stead_directory::entity::{TemplateParameter, TemplateValue};
use stead_iam::uploads;
use stead_policy::{DocumentKind, parse};

/// What stands between a template and its parameters.
const SEPARATOR: &str = "\n===\n";

/// A template, and behind a line `===` its parameters: `NAME=VALUE` in a line, or `NAME*=VALUE`
/// for each value of a list. What comes of it is a policy for a session that says what the
/// template does when it is read as JSON and each string of it is filled by itself.
pub fn delegation_template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (template, given) = text.split_once(SEPARATOR).unwrap_or((text, ""));
    let parameters = parameters(given);
    let Some(policy) = uploads::policy_of_template(template, &parameters) else { return };
    assert!(policy.chars().count() <= 2_048);
    assert_eq!(read(&policy).to_json(), policy, "it is read as it was written");
    for parameter in &parameters {
        let named = format!("@{{{}}}", parameter.name);
        assert!(template.contains(&named), "{named} is not in the template");
    }
    // In a string with escapes a parameter is what is written so.
    if template.contains('\\') {
        return;
    }
    let template: Value = serde_json::from_str(template).expect("a template is JSON");
    let literal = read(&filled(&template, &parameters).to_string()).to_json();
    let as_value = |text: &str| serde_json::from_str::<Value>(text).expect("a policy is JSON");
    assert_eq!(as_value(&policy), as_value(&literal));
}

fn read(policy: &str) -> stead_policy::Policy {
    let parsed = parse(policy, DocumentKind::Session);
    assert!(parsed.refusal().is_none(), "{policy}");
    parsed.policy.expect("a policy")
}

fn parameters(given: &str) -> Vec<TemplateParameter> {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut parameters = Vec::new();
    for (name, value) in given.lines().filter_map(|line| line.split_once('=')) {
        match name.strip_suffix('*') {
            Some(name) => lists.entry(name).or_default().push(value.to_owned()),
            None => {
                let value = TemplateValue::One(value.to_owned());
                parameters.push(TemplateParameter { name: name.to_owned(), value });
            }
        }
    }
    parameters.extend(lists.into_iter().map(|(name, values)| TemplateParameter {
        name: name.to_owned(),
        value: TemplateValue::List(values),
    }));
    parameters
}

/// A value of the template with its strings filled.
fn filled(value: &Value, parameters: &[TemplateParameter]) -> Value {
    match value {
        Value::String(text) => match strings(text, parameters) {
            (strings, true) => Value::from(strings),
            (strings, false) => Value::from(strings.concat()),
        },
        Value::Array(elements) => {
            let elements = elements.iter().flat_map(|element| match element {
                Value::String(text) => {
                    strings(text, parameters).0.into_iter().map(Value::from).collect()
                }
                other => vec![filled(other, parameters)],
            });
            elements.collect()
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                assert!(!name.contains("@{"), "{name} has a parameter");
                (name.clone(), filled(value, parameters))
            });
            members.collect()
        }
        other => other.clone(),
    }
}

/// What a string becomes, and whether that is a list.
fn strings(text: &str, parameters: &[TemplateParameter]) -> (Vec<String>, bool) {
    let (mut strings, mut is_list) = (vec![String::new()], false);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("@{") {
        let (name, behind) = behind.split_once('}').expect("a parameter ends");
        let given = parameters.iter().find(|parameter| parameter.name == name);
        strings.iter_mut().for_each(|string| string.push_str(before));
        match &given.expect("a parameter that is given").value {
            TemplateValue::One(value) => {
                strings.iter_mut().for_each(|string| string.push_str(value));
            }
            TemplateValue::List(values) => {
                assert!(!is_list, "a string with two lists");
                is_list = true;
                let begun = strings.concat();
                strings = values.iter().map(|value| format!("{begun}{value}")).collect();
            }
        }
        rest = behind;
    }
    strings.iter_mut().for_each(|string| string.push_str(rest));
    (strings, is_list)
}
