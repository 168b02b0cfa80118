//! Fixes of the identity provider.

use serde_json::{Value, json};
use stead_types::Arn;

use super::Candidate;
use super::alternatives::{issuer, provider_place, without_scheme};
use super::request::owner;
use crate::diagnosis::{Finding, Scene, texts};
use crate::patch::Change;
use crate::{Cause, Layer};

fn provider(title: impl Into<String>, changes: Vec<Change>) -> Candidate {
    Candidate::new(title, Layer::Provider, changes)
}

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    match finding.cause {
        Cause::ProviderAudienceNotRegistered => {
            let audiences = audiences(scene);
            let place = provider_place(scene);
            let fix = place.zip(audiences.first()).map(|((pointer, _), audience)| {
                let change = Change::add(format!("{pointer}/ClientIDList/-"), audience.as_str());
                provider(format!("register the audience `{audience}`"), vec![change])
            });
            fix.into_iter().collect()
        }
        Cause::ProviderThumbprintMismatch => {
            let found = finding.place.expected.clone().unwrap_or_default();
            let change = |pointer: String| {
                Change::add(format!("{pointer}/ThumbprintList/-"), found.as_str())
            };
            let title = format!("list the thumbprint {found}");
            provider_place(scene)
                .map(|(pointer, _)| provider(title, vec![change(pointer)]))
                .into_iter()
                .collect()
        }
        Cause::ProviderKeysUnreachable => reachable(scene),
        _ if scene.at("/attempt/parameters/PrincipalArn").is_some() => saml(scene),
        _ => registered(scene, finding),
    }
}

/// The audiences of the token; `azp` stands for them where it is there.
fn audiences(scene: &Scene) -> Vec<String> {
    let Some(token) = &scene.attempt.token else { return Vec::new() };
    let azp = texts(token.claims.get("azp"));
    if azp.is_empty() { texts(token.claims.get("aud")) } else { azp }
}

fn reachable(scene: &Scene) -> Vec<Candidate> {
    let environment = &scene.attempt.environment;
    let key_id = scene.attempt.token.as_ref().and_then(|token| token.header.get("kid"));
    let mut changes = Vec::new();
    if environment.jwks_reachable == Some(false) {
        changes.push(Change::replace("/attempt/environment/jwksReachable", true));
    }
    if let (Some(published), Some(key_id)) =
        (&environment.jwks_kids, key_id.and_then(Value::as_str))
        && !published.iter().any(|id| id == key_id)
    {
        changes.push(Change::add("/attempt/environment/jwksKids/-", key_id));
    }
    vec![provider("let everybody read the issuer's discovery document and keys", changes)]
}

/// The provider as it should be: made, or in place of the one that was meant.
fn registered(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let (Some(account), Some(issuer)) = (owner(scene), issuer(scene)) else { return Vec::new() };
    let url = without_scheme(issuer);
    let number = scene.at(&format!("{account}/AccountId")).and_then(Value::as_str);
    let Some(number) = number.and_then(|number| number.parse().ok()) else { return Vec::new() };
    let arn = Arn::iam(number, &format!("oidc-provider/{url}"));
    let entry = json!({
        "Arn": arn.as_str(), "Url": url, "ClientIDList": audiences(scene), "ThumbprintList": [],
    });
    let list = format!("{account}/OpenIDConnectProviders");
    let mut found = Vec::new();
    let meant = finding.place.actual.as_deref().and_then(|text| text.strip_prefix("provider "));
    let existing = scene.at(&list).and_then(Value::as_array);
    let index = existing.and_then(|providers| {
        providers
            .iter()
            .position(|it| it.get("Url").and_then(Value::as_str).map(without_scheme) == meant)
    });
    let add = match existing {
        Some(_) => Change::add(format!("{list}/-"), entry.clone()),
        None => Change::add(&list, json!([entry])),
    };
    found.push(provider(format!("create a provider for {issuer}"), vec![add]));
    if let (Some(index), Some(meant)) = (index, meant) {
        let change = Change::replace(format!("{list}/{index}"), entry);
        found.push(provider(format!("replace the provider {meant}"), vec![change]));
    }
    found
}

fn saml(scene: &Scene) -> Vec<Candidate> {
    let (Some(account), Some(arn)) = (owner(scene), scene.attempt.parameter("PrincipalArn")) else {
        return Vec::new();
    };
    let list = format!("{account}/SAMLProviders");
    let mut found = Vec::new();
    for known in scene.at(&list).and_then(Value::as_array).into_iter().flatten() {
        let Some(known) = known.get("Arn").and_then(Value::as_str) else { continue };
        let change = Change::replace("/attempt/parameters/PrincipalArn", known);
        let title = format!("call with the provider {known}");
        found.push(Candidate::new(title, Layer::Request, vec![change]));
    }
    let entry = json!({"Arn": arn});
    let change = match scene.at(&list) {
        Some(Value::Array(_)) => Change::add(format!("{list}/-"), entry),
        _ => Change::add(list, json!([entry])),
    };
    found.push(provider(format!("create the provider {arn}"), vec![change]));
    found
}
