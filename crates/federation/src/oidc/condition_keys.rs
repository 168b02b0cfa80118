//! The condition keys that AWS makes of a token.

use serde_json::Value;

use super::claims::Claims;
use super::issuers::PROVIDER_CLAIMS;
use super::verified::Parties;

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
/// Spec: UG:reference_policies_iam-condition-keys, the tab "Default" as of 2026-10, which
/// is that of every provider (older versions of the page had `oaud` for Google alone):
/// `aud` is `azp` where the token has it, else `aud`; `oaud` is always `aud`; `amr` is
/// multivalued; `sub` and `email` are the claims of these names.
///
/// Claims of the wrong kind give no key, so that this can be asked of any token.
pub(crate) fn of_claims(claims: Claims<'_>) -> Vec<ConditionKey> {
    let text = |claim| claims.get(claim).and_then(Value::as_str);
    let Some(provider) = text("iss").map(without_scheme) else { return Vec::new() };
    let key = |claim: &str, values| {
        let name = [provider, ":", claim].concat();
        ConditionKey { name, values }
    };
    let mut keys = Vec::new();
    if let (Ok(audiences), Ok(authorized_party)) = (claims.audiences(), claims.authorized_party()) {
        let parties = Parties { audiences, authorized_party };
        let application = parties.application().map(|(application, _)| application.to_owned());
        keys.extend(application.map(|application| key("aud", KeyValues::One(application))));
        keys.push(key("oaud", one_or_many(parties.audiences)));
    }
    keys.extend(text("sub").map(|subject| key("sub", KeyValues::One(subject.to_owned()))));
    let methods: Vec<_> = texts(claims.get("amr")).into_iter().map(str::to_owned).collect();
    if !methods.is_empty() {
        keys.push(key("amr", KeyValues::Many(methods)));
    }
    keys.extend(text("email").map(|email| key("email", KeyValues::One(email.to_owned()))));
    let tables = PROVIDER_CLAIMS.iter().filter(|table| table.is_of(provider));
    for claim in tables.flat_map(|table| table.claims) {
        let value = find(claims, claim).and_then(scalar);
        keys.extend(value.map(|value| key(claim, KeyValues::One(value))));
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

/// One value, or several.
pub(crate) fn one_or_many(mut values: Vec<String>) -> KeyValues {
    match values.pop() {
        Some(value) if values.is_empty() => KeyValues::One(value),
        last => {
            values.extend(last);
            KeyValues::Many(values)
        }
    }
}

/// A claim of the table: its name as it stands, or the member of a claim behind a slash.
fn find<'a>(claims: Claims<'a>, claim: &str) -> Option<&'a Value> {
    claims.get(claim).or_else(|| {
        let (outer, inner) = claim.split_once('/')?;
        claims.get(outer)?.get(inner)
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
