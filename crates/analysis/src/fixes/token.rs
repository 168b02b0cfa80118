//! Fixes of the token.

use serde_json::{Value, json};

use super::Candidate;
use super::alternatives::{
    owner_place, provider_name, provider_place, trust_place, without_scheme,
};
use crate::diagnosis::{Finding, Scene, texts};
use crate::patch::Change;
use crate::{Cause, Layer};

/// How long a fresh token is good for, in the fixes that need one.
const FRESH_SECONDS: i64 = 3_600;

fn token(title: impl Into<String>, changes: Vec<Change>) -> Candidate {
    Candidate::new(title, Layer::Token, changes)
}

fn claim(name: &str, value: impl Into<Value>) -> Change {
    Change::add(format!("/attempt/token/claims/{}", crate::node::escaped(name)), value)
}

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let name = finding.place.claim.as_deref().unwrap_or_default();
    let now = scene.attempt.time.epoch_seconds();
    match finding.cause {
        Cause::TokenExpired => {
            let changes = vec![claim("iat", now - 60), claim("exp", now + FRESH_SECONDS)];
            vec![token("send a fresh token", changes)]
        }
        Cause::TokenNotYetValid => {
            let mut changes = vec![claim("iat", now)];
            if scene.at("/attempt/token/claims/nbf").is_some() {
                changes.push(claim("nbf", now));
            }
            vec![token("set the clock of the issuer", changes)]
        }
        Cause::TokenSignatureInvalid => {
            let change = Change::add("/attempt/token/signature", "valid");
            vec![token("send the token exactly as it was issued", vec![change])]
        }
        Cause::TokenWrongAudience => audience(scene, name),
        Cause::TokenMissingClaim => missing(scene, name, now),
        _ => Vec::new(),
    }
}

fn registered(scene: &Scene) -> Vec<String> {
    provider_place(scene).map(|(_, ids)| ids).unwrap_or_default()
}

fn audience(scene: &Scene, name: &str) -> Vec<Candidate> {
    let name = if name.is_empty() { "aud" } else { name };
    let ids = registered(scene).into_iter();
    ids.map(|id| token(format!("request the token for `{id}`"), vec![claim(name, id)])).collect()
}

fn missing(scene: &Scene, name: &str, now: i64) -> Vec<Candidate> {
    let title = format!("issue the token with the claim {name}");
    match name {
        "aud" => audience(scene, name),
        "sub" => wanted_subject(scene)
            .map(|subject| token(title, vec![claim(name, subject)]))
            .into_iter()
            .collect(),
        "iat" => vec![token(title, vec![claim(name, now - 60)])],
        "exp" => vec![token(title, vec![claim(name, now + FRESH_SECONDS)])],
        _ => Vec::new(),
    }
}

/// A subject that the trust policy would take.
fn wanted_subject(scene: &Scene) -> Option<String> {
    let trust = scene.at(&trust_place(scene)?)?;
    let found = values_of(trust, ":sub").into_iter().next();
    Some(found.map_or_else(|| "subject".to_owned(), |pattern| example(&pattern)))
}

fn example(pattern: &str) -> String {
    pattern.replace('*', "example").replace('?', "x")
}

/// The values of every condition on a key that ends so, anywhere in a document.
fn values_of(document: &Value, ending: &str) -> Vec<String> {
    match document {
        Value::Array(values) => values.iter().flat_map(|it| values_of(it, ending)).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                if key.to_ascii_lowercase().ends_with(ending) && !value.is_object() {
                    texts(Some(value))
                } else {
                    values_of(value, ending)
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A token of the provider that the role trusts, as its trust policy wants it.
pub(super) fn of_trusted_provider(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let Some(issuer) = &finding.place.expected else { return Vec::new() };
    let change = Change::replace("/attempt/token", wanted_token(scene, issuer));
    vec![token(format!("send a token of {issuer}"), vec![change])]
}

/// The call with a token in place of keys.
pub(super) fn instead_of_keys(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let expected = finding.place.expected.as_deref().unwrap_or_default();
    let provider = provider_name(expected.strip_prefix("a token of ").unwrap_or_default());
    if provider.contains(":saml-provider/") {
        return Vec::new();
    }
    let issuer = format!("https://{provider}");
    let changes = vec![
        Change::replace("/attempt/operation", "sts:AssumeRoleWithWebIdentity"),
        Change::add("/attempt/caller", Value::Null),
        Change::add("/attempt/token", wanted_token(scene, &issuer)),
    ];
    vec![token(format!("call AssumeRoleWithWebIdentity with a token of {issuer}"), changes)]
}

/// A token as the trust policy and the provider want it.
fn wanted_token(scene: &Scene, issuer: &str) -> Value {
    let url = without_scheme(issuer);
    let list = owner_place(scene).map(|account| format!("{account}/OpenIDConnectProviders"));
    let providers = list.and_then(|list| scene.at(&list)).and_then(Value::as_array);
    let provider = providers.into_iter().flatten().find(|provider| {
        provider.get("Url").and_then(Value::as_str).map(without_scheme) == Some(url)
    });
    let ids = texts(provider.and_then(|provider| provider.get("ClientIDList")));
    let trust = trust_place(scene).and_then(|pointer| scene.at(&pointer));
    let wanted = |claim: &str| {
        let key = format!("{url}:{claim}").to_ascii_lowercase();
        trust.map(|trust| values_of(trust, &key)).unwrap_or_default().into_iter().next()
    };
    let now = scene.attempt.time.epoch_seconds();
    let audience = wanted("aud").or_else(|| ids.first().cloned()).unwrap_or_default();
    let subject = wanted("sub").map_or_else(|| "subject".to_owned(), |it| example(&it));
    json!({
        "header": scene.at("/attempt/token/header").cloned().unwrap_or_else(|| json!({})),
        "claims": {
            "iss": issuer, "aud": audience, "sub": subject,
            "iat": now - 60, "exp": now + FRESH_SECONDS,
        },
        "signature": "valid",
    })
}
