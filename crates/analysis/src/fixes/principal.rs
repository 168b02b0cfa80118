//! Fixes of who is trusted.

use serde_json::{Map, Value, json};
use stead_policy::Caller;

use super::Candidate;
use super::alternatives::{added, provider_name, renamed_provider, trust_place};
use crate::diagnosis::{Finding, Scene, StatementPlace, texts};
use crate::node::escaped;
use crate::patch::Change;
use crate::{Cause, Layer};

fn trust(title: String, changes: Vec<Change>) -> Candidate {
    Candidate::new(title, Layer::Trust, changes)
}

/// The caller as a Principal element names it: the tightest first.
fn names(scene: &Scene) -> Vec<(&'static str, String)> {
    let Some(caller) = scene.replay.caller.as_ref() else { return Vec::new() };
    match caller.principal() {
        Caller::RoleSession { role_arn, account, .. } => {
            vec![("AWS", role_arn.to_string()), ("AWS", format!("arn:aws:iam::{account}:root"))]
        }
        Caller::User { arn, account, .. } => {
            vec![("AWS", arn.to_string()), ("AWS", format!("arn:aws:iam::{account}:root"))]
        }
        Caller::WebIdentity { provider } | Caller::Saml { provider } => {
            vec![("Federated", provider.to_string())]
        }
        Caller::Service { name } => vec![("Service", name.to_string())],
        _ => Vec::new(),
    }
}

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let mut found = Vec::new();
    found.extend(in_place(scene, finding));
    for (kind, name) in names(scene) {
        let both = [beside(scene, finding, kind, &name), statement(scene, kind, &name)];
        if name.ends_with(":root") {
            found.extend(both.into_iter().flatten().map(Candidate::widening));
        } else {
            let [beside, statement] = both;
            found.extend(beside.into_iter().chain(statement.map(Candidate::alone)));
        }
    }
    found
}

/// The entry that was meant for the caller, put right: a stale id, another session.
fn in_place(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    if !matches!(finding.cause, Cause::TrustStalePrincipalId | Cause::AssumedRoleSessionArnMismatch)
    {
        return Vec::new();
    }
    let Some(pointer) = &finding.place.element else { return Vec::new() };
    let old = match finding.cause {
        Cause::TrustStalePrincipalId => finding.place.actual.clone(),
        _ => finding.place.expected.clone(),
    };
    let session = scene.replay.caller.as_ref().map(|caller| caller.arn().to_string());
    let role = names(scene).into_iter().next().map(|(_, name)| name);
    let (exact, wider) = match finding.cause {
        Cause::TrustStalePrincipalId => (role, None),
        _ => (session, role),
    };
    let change = |new: String| match scene.at(pointer) {
        Some(Value::Array(values)) => {
            let index = values.iter().position(|value| value.as_str() == old.as_deref())?;
            Some(Change::replace(format!("{pointer}/{index}"), new))
        }
        _ => Some(Change::replace(pointer.as_str(), new)),
    };
    let title = |name: &str| format!("name {name} in place of `{}`", old.as_deref().unwrap_or(""));
    let exact = exact.and_then(|name| Some(trust(title(&name), vec![change(name)?])));
    let wider = wider.and_then(|name| Some(trust(title(&name), vec![change(name)?]).widening()));
    exact.into_iter().chain(wider).collect()
}

/// The caller beside those that the statement names already, under its conditions.
fn beside(scene: &Scene, finding: &Finding, kind: &str, name: &str) -> Option<Candidate> {
    let statement = finding.place.statement.as_ref()?;
    let principal = format!("{statement}/Principal");
    let kinds = scene.at(&principal)?.as_object()?;
    if !kinds.contains_key(kind) {
        return None;
    }
    let change = added(scene, &format!("{principal}/{}", escaped(kind)), name);
    Some(trust(format!("trust {name} too"), vec![change]))
}

/// A statement for the caller alone, beside one that does not let it in.
pub(super) fn alone(scene: &Scene) -> Option<Candidate> {
    let (kind, name) = names(scene).into_iter().next()?;
    Some(statement(scene, kind, &name)?.alone().detour())
}

/// A statement for the caller alone. For a token it asks for what tells it from others.
fn statement(scene: &Scene, kind: &str, name: &str) -> Option<Candidate> {
    let document = trust_place(scene)?;
    let statement = own_statement(scene, kind, name);
    let change = match scene.at(&document)?.get("Statement") {
        Some(Value::Array(_)) => Change::add(format!("{document}/Statement/-"), statement),
        Some(one) => Change::replace(format!("{document}/Statement"), json!([one, statement])),
        None => Change::add(format!("{document}/Statement"), json!([statement])),
    };
    Some(trust(format!("add a statement that trusts {name}"), vec![change]))
}

/// A statement that allows the actions of this call to this caller.
pub(super) fn own_statement(scene: &Scene, kind: &str, name: &str) -> Value {
    let action = match scene.replay.actions.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    let mut statement = json!({"Effect": "Allow", "Principal": {kind: name}, "Action": action});
    let condition = subject_condition(scene, name).or_else(|| external_id(scene));
    if let (Some(condition), Some(members)) = (condition, statement.as_object_mut()) {
        members.insert("Condition".to_owned(), condition);
    }
    statement
}

/// The external id that the caller sends: without it another customer of theirs could have
/// them make the call.
fn external_id(scene: &Scene) -> Option<Value> {
    let sent = scene.attempt.parameter("ExternalId")?;
    Some(json!({"StringEquals": {"sts:ExternalId": sent}}))
}

/// Audience and subject of the token, compared exactly.
fn subject_condition(scene: &Scene, provider: &str) -> Option<Value> {
    let caller = scene.replay.caller.as_ref()?;
    let prefix = match caller.principal() {
        Caller::WebIdentity { .. } => provider_name(provider).to_owned(),
        Caller::Saml { .. } => "saml".to_owned(),
        _ => return None,
    };
    let context = &scene.denial()?.judgement.context;
    let mut equal = Map::new();
    for claim in ["aud", "sub"] {
        let key = format!("{prefix}:{claim}");
        if let Some(value) = context.single(&key) {
            equal.insert(key, value.into());
        }
    }
    Some(json!({"StringEquals": equal}))
}

/// The provider of the token in place of the one that is named.
pub(super) fn provider(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let place = &finding.place;
    let (Some(document), Some(pointer), Some(index)) =
        (&place.document, &place.statement, place.statement_index)
    else {
        return candidates(scene, finding);
    };
    let at = StatementPlace { document: document.clone(), pointer: pointer.clone(), index };
    let mut found = Vec::new();
    for (_, name) in names(scene) {
        let federated = format!("{pointer}/Principal/Federated");
        let old = place.actual.clone().unwrap_or_default();
        let listed = texts(scene.at(&federated));
        let change = match listed.len() {
            0 | 1 => Change::replace(federated, name.as_str()),
            _ => added(scene, &federated, &name),
        };
        found.push(trust(format!("name the provider {name}"), vec![change]));
        if let Some(patch) = renamed_provider(scene, &at, &old, &name) {
            let title = format!("name the provider {name}, also in the keys of the conditions");
            found.push(trust(title, patch.0));
        }
    }
    found.extend(candidates(scene, finding));
    found
}
