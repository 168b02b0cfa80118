//! Fixes of the caller's own policies.

use serde_json::{Value, json};

use super::Candidate;
use super::alternatives::added;
use crate::diagnosis::{Finding, Scene};
use crate::patch::Change;
use crate::{Cause, Layer};

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let role = scene.attempt.role_arn();
    let own = |title: String, changes| Candidate::new(title, finding.layer, changes);
    let mut found = Vec::new();
    if let (Cause::IdentityWrongResource, Some(resource)) = (finding.cause, &finding.place.element)
    {
        found.push(own(format!("name {role} too"), vec![added(scene, resource, role)]));
    }
    let actions = match scene.replay.actions.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": role});
    let title = format!("allow it on {role}");
    let is_own = finding.place.policy_arn.as_deref().is_none_or(|arn| !arn.contains("::aws:"));
    match &finding.place.document {
        Some(document) if is_own => {
            found.push(own(title, vec![statement_added(scene, document, statement.clone())]));
        }
        _ => {}
    }
    if finding.layer == Layer::Identity {
        found.extend(embedded(scene, &statement));
    }
    found
}

/// A policy of its own, embedded in the caller.
fn embedded(scene: &Scene, statement: &Value) -> Option<Candidate> {
    let arn = scene.caller_arn()?;
    let entity = scene.world.place_of_entity(&arn)?;
    let list = if arn.resource_of("user").is_some() { "UserPolicyList" } else { "RolePolicyList" };
    let policy = json!({
        "PolicyName": "assume-role",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    });
    let pointer = format!("{entity}/{list}");
    let change = match scene.at(&pointer) {
        Some(Value::Array(_)) => Change::add(format!("{pointer}/-"), policy),
        _ => Change::add(pointer, json!([policy])),
    };
    let title = format!("give {arn} a policy that allows it");
    Some(Candidate::new(title, Layer::Identity, vec![change]))
}

/// A statement more in a document.
pub(super) fn statement_added(scene: &Scene, document: &str, statement: Value) -> Change {
    match scene.at(document).and_then(|it| it.get("Statement")) {
        Some(Value::Array(_)) => Change::add(format!("{document}/Statement/-"), statement),
        Some(one) => Change::replace(format!("{document}/Statement"), json!([one, statement])),
        None => Change::add(format!("{document}/Statement"), json!([statement])),
    }
}
