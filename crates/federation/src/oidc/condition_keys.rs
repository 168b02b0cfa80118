//! The condition keys that AWS makes of a token.

use serde_json::Value;

use super::issuers::PROVIDER_CLAIMS;
use super::verified::VerifiedToken;

/// A condition key with what the token gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// The whole name, such as `token.actions.githubusercontent.com:sub`.
    pub name: String,
    /// The values.
    pub values: KeyValues,
}

/// Whether a key has one value, or is multivalued and needs a set operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyValues {
    /// A single value.
    One(String),
    /// Any number of values.
    Many(Vec<String>),
}

/// The keys of every issuer, then those that [`PROVIDER_CLAIMS`] adds.
///
/// Spec: UG:reference_policies_iam-condition-keys, the keys that every provider has:
/// `aud` is `azp` where the token has it, else `aud`; `oaud` is always `aud`; `amr` is
/// multivalued; `sub` and `email` are the claims of these names.
pub(crate) fn of_token(token: &VerifiedToken) -> Vec<ConditionKey> {
    let provider = token.provider();
    let key = |claim: &str, values| ConditionKey { name: format!("{provider}:{claim}"), values };
    let mut keys = vec![
        key("aud", KeyValues::One(token.application_id().to_owned())),
        key("oaud", one_or_many(token.audiences())),
        key("sub", KeyValues::One(token.subject().to_owned())),
    ];
    let methods = token.authentication_methods();
    if !methods.is_empty() {
        keys.push(key("amr", KeyValues::Many(methods.into_iter().map(str::to_owned).collect())));
    }
    if let Some(Value::String(email)) = token.claim("email") {
        keys.push(key("email", KeyValues::One(email.clone())));
    }
    let tables = PROVIDER_CLAIMS.iter().filter(|table| table.is_of(provider));
    for claim in tables.flat_map(|table| table.claims) {
        if let Some(text) = find(token, claim).and_then(scalar) {
            keys.push(key(claim, KeyValues::One(text)));
        }
    }
    keys
}

/// An issuer without its scheme.
pub(crate) fn without_scheme(issuer: &str) -> &str {
    issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or(issuer)
}

/// The texts of a claim that is a text or a list.
pub(crate) fn texts(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn one_or_many(values: &[String]) -> KeyValues {
    match values {
        [value] => KeyValues::One(value.clone()),
        values => KeyValues::Many(values.to_vec()),
    }
}

/// A claim of the table: its name as it stands, or the member of a claim behind a slash.
fn find<'a>(token: &'a VerifiedToken, claim: &str) -> Option<&'a Value> {
    token.claim(claim).or_else(|| {
        let (outer, inner) = claim.split_once('/')?;
        token.claim(outer)?.get(inner)
    })
}

/// The text of a single value. Choice: lists and objects, of which AWS says nothing for
/// these claims, become no key.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
