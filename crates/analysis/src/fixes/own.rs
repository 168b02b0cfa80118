//! Fixes of the caller's own policies.

use serde_json::{Value, json};
use stead_directory::aws_managed_policy;
use stead_types::Arn;

use super::Candidate;
use super::alternatives::added;
use crate::diagnosis::{Finding, Scene};
use crate::patch::Change;
use crate::{Cause, Layer};

pub(super) fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let effect = finding.place.statement.as_deref().and_then(|it| scene.at(it)?.get("Effect"));
    if effect.is_some_and(|effect| effect == "Deny") {
        return super::control::deny(scene, finding);
    }
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
            let change = statement_added(scene, document, statement.clone());
            let candidate = own(title, vec![change]);
            let rest = entity(scene).and_then(|place| document.strip_prefix(place));
            let is_embedded = rest.is_some_and(|rest| rest.starts_with('/'));
            found.push(if is_embedded { candidate.alone() } else { candidate });
        }
        _ => {}
    }
    if finding.layer == Layer::Boundary && !is_own {
        found.extend(bounded(scene, finding, &statement));
    }
    if finding.layer == Layer::Identity {
        found.extend(embedded(scene, &statement));
    }
    found
}

/// Where the user or role that called stands.
fn entity(scene: &Scene) -> Option<&str> {
    scene.world.place_of_entity(&scene.caller_arn()?)
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
    let change = listed(scene, &format!("{entity}/{list}"), policy);
    let title = format!("give {arn} a policy that allows it");
    Some(Candidate::new(title, Layer::Identity, vec![change]).alone())
}

/// A boundary that says what AWS's policy says and allows the call: that of AWS cannot be
/// changed.
fn bounded(scene: &Scene, finding: &Finding, statement: &Value) -> Option<Candidate> {
    let arn = scene.caller_arn()?;
    let entity = scene.world.place_of_entity(&arn)?;
    let (account, _) = entity.split_once("/Authorization/")?;
    let of_aws = aws_managed_policy(&finding.place.policy_arn.as_deref()?.parse().ok()?)?;
    let text = &of_aws.versions.get(&of_aws.default_version)?.text;
    let mut document: Value = serde_json::from_str(text.as_str()).ok()?;
    let statements = document.get_mut("Statement")?;
    if let Value::Array(all) = statements {
        all.push(statement.clone());
    } else {
        *statements = json!([statements.clone(), statement]);
    }
    let name = format!("{}-and-assume-role", of_aws.name);
    let copy = Arn::iam(arn.account()?, &format!("policy/{name}"));
    let policy = json!({
        "PolicyName": name,
        "Arn": copy.as_str(),
        "PolicyVersionList": [{"Document": document, "IsDefaultVersion": true}],
    });
    let place = format!("{entity}/PermissionsBoundary/PermissionsBoundaryArn");
    let changes = vec![
        listed(scene, &format!("{account}/Authorization/Policies"), policy),
        Change::replace(place, copy.as_str()),
    ];
    let title = format!("bound {arn} by a copy of {} that allows it", of_aws.name);
    Some(Candidate::new(title, Layer::Boundary, changes))
}

/// An element more in a list that may not be there.
fn listed(scene: &Scene, list: &str, value: Value) -> Change {
    match scene.at(list) {
        Some(Value::Array(_)) => Change::add(format!("{list}/-"), value),
        _ => Change::add(list, json!([value])),
    }
}

/// A statement more in a document.
pub(super) fn statement_added(scene: &Scene, document: &str, statement: Value) -> Change {
    match scene.at(document).and_then(|it| it.get("Statement")) {
        Some(Value::Array(_)) => Change::add(format!("{document}/Statement/-"), statement),
        Some(one) => Change::replace(format!("{document}/Statement"), json!([one, statement])),
        None => Change::add(format!("{document}/Statement"), json!([statement])),
    }
}
