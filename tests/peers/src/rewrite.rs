//! Walks over the documents of a question, to say the same in other words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::case::{Case, Given};

/// A key that no request has.
const ABSENT_KEY: &str = "aws:PrincipalTag/never";

/// One condition, as a rule sees it.
#[derive(Debug)]
pub struct Condition<'a> {
    /// The quantifier in front of the operator, lower-case.
    pub quantifier: Option<String>,
    /// The operator alone, lower-case.
    pub base: String,
    /// Whether `IfExists` is behind it.
    pub if_exists: bool,
    /// The key.
    pub key: &'a str,
    /// The values.
    pub values: Vec<String>,
    /// Whether `${...}` means something in this document.
    pub variables: bool,
    /// What the request has for the key.
    pub given: Option<&'a Given>,
}

/// What becomes of a condition.
#[derive(Clone, Debug)]
pub enum Change {
    /// It stays.
    Keep,
    /// Other values.
    Values(Vec<String>),
    /// Other values, compared with another value of the request.
    Compare(Vec<String>, Given),
    /// It holds.
    Always,
    /// It does not hold.
    Never,
}

impl Condition<'_> {
    /// Whether the operator is one of those that say no.
    #[must_use]
    pub fn negated(&self) -> bool {
        self.base.contains("not")
    }

    /// Whether the operator takes the request's values for none: a set that comes down
    /// to the empty string.
    #[must_use]
    pub fn is_null_set(&self) -> bool {
        let given = self.given_texts();
        self.quantifier.is_some() && !given.is_empty() && given.iter().all(String::is_empty)
    }

    /// The values of the request.
    #[must_use]
    pub fn given_texts(&self) -> Vec<String> {
        match self.given {
            None => Vec::new(),
            Some(Given::One(value)) => vec![value.clone()],
            Some(Given::Several(values)) => values.clone(),
        }
    }

    /// The same values for the request, each changed.
    #[must_use]
    pub fn given_with(&self, change: impl Fn(&str) -> String) -> Option<Given> {
        Some(match self.given? {
            Given::One(value) => Given::One(change(value)),
            Given::Several(values) => {
                Given::Several(values.iter().map(|value| change(value)).collect())
            }
        })
    }

    /// The values of the policy, each changed.
    #[must_use]
    pub fn values_with(&self, change: impl Fn(&str) -> String) -> Change {
        let values: Vec<String> = self.values.iter().map(|value| change(value)).collect();
        if values == self.values { Change::Keep } else { Change::Values(values) }
    }

    /// Both sides, each changed.
    #[must_use]
    pub fn both_with(
        &self,
        policy: impl Fn(&str) -> String,
        request: impl Fn(&str) -> String,
    ) -> Change {
        let values: Vec<String> = self.values.iter().map(|value| policy(value)).collect();
        if self.is_null_set() {
            return Change::Keep;
        }
        match self.given_with(request) {
            Some(given) if Some(&given) != self.given => Change::Compare(values, given),
            _ if values == self.values => Change::Keep,
            _ => Change::Values(values),
        }
    }
}

/// What the request has for a key, in any case of letters.
#[must_use]
pub fn lookup<'a>(context: &'a BTreeMap<String, Given>, key: &str) -> Option<&'a Given> {
    let found = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    found.map(|(_, given)| given)
}

/// Every document of the question.
pub fn documents(case: &mut Case) -> impl Iterator<Item = &mut Value> {
    case.identity
        .iter_mut()
        .chain(&mut case.boundary)
        .chain(&mut case.session)
        .chain(&mut case.resource_policy)
        .chain(case.service_control.iter_mut().flatten())
        .chain(&mut case.resource_control)
}

/// Whether `${...}` means something in a document.
#[must_use]
pub fn has_variables(document: &Value) -> bool {
    document["Version"] == "2012-10-17"
}

/// The statements of a document.
pub fn statements(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let found: Vec<&mut Value> = match document.get_mut("Statement") {
        Some(Value::Array(list)) => list.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    found.into_iter().filter_map(Value::as_object_mut)
}

/// The texts of an element that holds one or several.
#[must_use]
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The question with its conditions changed, unless none is.
pub fn conditions(case: &Case, rule: impl Fn(&Condition<'_>) -> Change) -> Option<Case> {
    let mut changed = case.clone();
    let mut added = BTreeMap::new();
    let mut any = false;
    for document in documents(&mut changed) {
        let variables = has_variables(document);
        for statement in statements(document) {
            any |= block(statement, variables, case, &rule, &mut added);
        }
    }
    changed.context.append(&mut added);
    any.then_some(changed)
}

fn block(
    statement: &mut Map<String, Value>,
    variables: bool,
    case: &Case,
    rule: &impl Fn(&Condition<'_>) -> Change,
    added: &mut BTreeMap<String, Given>,
) -> bool {
    let Some(Value::Object(operators)) = statement.get("Condition") else { return false };
    let mut rebuilt = Map::new();
    let mut any = false;
    for (operator, keys) in operators {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let condition = condition(operator, key, values, variables, case);
            let change = rule(&condition);
            any |= !matches!(change, Change::Keep);
            let (operator, key, values) = match change {
                Change::Keep => (operator.as_str(), key.clone(), values.clone()),
                Change::Values(values) => (operator.as_str(), key.clone(), json!(values)),
                Change::Compare(values, given) => {
                    // Contexts only grow, so that the name is new.
                    let place = case.context.len() + added.len();
                    let key = format!("aws:PrincipalTag/other{place}");
                    added.insert(key.clone(), given);
                    (operator.as_str(), key, json!(values))
                }
                Change::Always => continue,
                Change::Never => ("Null", ABSENT_KEY.to_owned(), json!("false")),
            };
            if let Value::Object(keys) = rebuilt.entry(operator).or_insert_with(|| json!({})) {
                keys.insert(key, values);
            }
        }
    }
    if rebuilt.is_empty() {
        statement.remove("Condition");
    } else {
        statement.insert("Condition".to_owned(), Value::Object(rebuilt));
    }
    any
}

fn condition<'a>(
    operator: &str,
    key: &'a str,
    values: &Value,
    variables: bool,
    case: &'a Case,
) -> Condition<'a> {
    let operator = operator.to_ascii_lowercase();
    let (quantifier, base) = match operator.split_once(':') {
        Some((quantifier, base)) => (Some(quantifier.to_owned()), base),
        None => (None, operator.as_str()),
    };
    let (base, if_exists) = match base.strip_suffix("ifexists") {
        Some(base) => (base.to_owned(), true),
        None => (base.to_owned(), false),
    };
    let given = lookup(&case.context, key);
    Condition { quantifier, base, if_exists, key, values: texts(values), variables, given }
}

/// The question with the patterns of Resource and NotResource changed, unless none is.
pub fn resources(case: &Case, rule: impl Fn(&Pattern<'_>) -> Option<String>) -> Option<Case> {
    let mut changed = case.clone();
    let mut any = false;
    for document in documents(&mut changed) {
        let variables = has_variables(document);
        for statement in statements(document) {
            for element in ["Resource", "NotResource"] {
                let Some(value) = statement.get_mut(element) else { continue };
                let not = element == "NotResource";
                let replaced = texts(value).into_iter().map(|text| {
                    let pattern = Pattern { text: &text, not, variables };
                    let other = rule(&pattern);
                    any |= other.is_some();
                    other.unwrap_or(text)
                });
                *value = replaced.collect::<Vec<String>>().into();
            }
        }
    }
    any.then_some(changed)
}

/// One pattern of a Resource or NotResource element, as a rule sees it.
#[derive(Debug)]
pub struct Pattern<'a> {
    /// The pattern.
    pub text: &'a str,
    /// Whether it stands in NotResource.
    pub not: bool,
    /// Whether `${...}` means something.
    pub variables: bool,
}
