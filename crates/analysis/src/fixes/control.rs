//! Fixes against a Deny, and in the policies of an organization.

use serde_json::{Value, json};

use super::Candidate;
use super::request;
use crate::diagnosis::{Finding, Scene, texts};
use crate::patch::Change;
use crate::{Cause, Layer};

/// What makes a Deny not apply: a request that it excepts, or a statement that excepts
/// this action.
pub(super) fn deny(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let place = &finding.place;
    let mut found = Vec::new();
    if let (Some(key), Some(element)) = (&place.condition_key, &place.element) {
        let operator = place.condition_operator.as_deref().unwrap_or_default();
        found.extend(request::for_key(scene, operator, key, &texts(scene.at(element))));
        found.extend(excepted_value(scene, finding, key, element));
    }
    let Some(statement) = &place.statement else { return found };
    found.extend(excepted_caller(scene, finding, statement));
    found.extend(other_actions(scene, finding, statement));
    if let Some(document) = &place.document
        && finding.cause != Cause::TrustExplicitDeny
    {
        let statements = scene.at(&format!("{document}/Statement")).and_then(Value::as_array);
        let only = statements.is_none_or(|statements| statements.len() == 1);
        let of_organization = matches!(finding.layer, Layer::Scp | Layer::Rcp);
        // A policy must have a statement; those of an organization go with their last.
        let gone = if only && of_organization { document } else { statement };
        let title = "drop the statement that denies";
        let change = Change::remove(gone.as_str());
        found.push(Candidate::new(title, finding.layer, vec![change]).widening());
    }
    found
}

/// The statement for everybody but the caller, who is named by ARN.
fn excepted_caller(scene: &Scene, finding: &Finding, statement: &str) -> Option<Candidate> {
    let arn = scene.caller_arn()?;
    let excepted = json!({"aws:PrincipalArn": arn.as_str()});
    let change = match scene.at(&format!("{statement}/Condition")) {
        Some(Value::Object(operators)) if operators.contains_key(EXCEPT) => return None,
        Some(_) => Change::add(format!("{statement}/Condition/{EXCEPT}"), excepted),
        None => Change::add(format!("{statement}/Condition"), json!({ EXCEPT: excepted })),
    };
    let title = format!("except {arn} from the Deny");
    Some(Candidate::new(title, finding.layer, vec![change]).alone())
}

const EXCEPT: &str = "ArnNotEqualsIfExists";

/// The value of the request among those that a negated operator excepts.
fn excepted_value(scene: &Scene, finding: &Finding, key: &str, element: &str) -> Option<Candidate> {
    let operator = finding.place.condition_operator.as_ref()?;
    let actual = scene.denial()?.judgement.context.single(key)?.to_owned();
    if !operator.contains("Not") {
        return None;
    }
    let title = format!("except `{actual}`, the {key} of the call");
    let change = super::alternatives::added(scene, element, &actual);
    Some(Candidate::new(title, finding.layer, vec![change]).widening())
}

/// The statement for all its actions but those of this call.
fn other_actions(scene: &Scene, finding: &Finding, statement: &str) -> Option<Candidate> {
    let own = &scene.replay.actions;
    let is_own = |text: &str| own.iter().any(|action| action.eq_ignore_ascii_case(text));
    let title = "let the Deny be about other actions";
    let candidate = |changes| Some(Candidate::new(title, finding.layer, changes).widening());
    let not_action = format!("{statement}/NotAction");
    if scene.at(&not_action).is_some() {
        let mut excepted = texts(scene.at(&not_action));
        excepted.extend(own.iter().map(|&action| action.to_owned()));
        return candidate(vec![Change::replace(not_action, excepted)]);
    }
    let action = format!("{statement}/Action");
    let listed = texts(scene.at(&action));
    let remaining: Vec<String> = listed.iter().filter(|text| !is_own(text)).cloned().collect();
    if remaining.is_empty() || listed.iter().any(|text| text.contains('*')) {
        let all = listed.iter().any(|text| text == "*");
        if !all {
            return None;
        }
        return candidate(vec![Change::remove(action), Change::add(not_action, json!(own))]);
    }
    candidate(vec![Change::replace(action, remaining)])
}

/// A statement of the organization's policy that allows this call.
///
/// Spec: Organizations User Guide, orgs_manage_policies_scps_syntax, "Elements summary": an
/// Allow can name resources and have conditions, since 19 September 2025.
pub(super) fn allow(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let Some(document) = &finding.place.document else { return Vec::new() };
    let role = scene.attempt.role_arn();
    let actions = json!(scene.replay.actions);
    let with = |resource: &str| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
        super::own::statement_added(scene, document, statement)
    };
    let own = scene.caller_arn().map(|arn| {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": role,
            "Condition": {"ArnEquals": {"aws:PrincipalArn": arn.as_str()}}});
        let change = super::own::statement_added(scene, document, statement);
        let title = format!("allow the call to {role} by {arn}");
        Candidate::new(title, Layer::Scp, vec![change]).alone()
    });
    // Both are for everybody of the account.
    let others = [
        Candidate::new(format!("allow the call to {role}"), Layer::Scp, vec![with(role)]),
        Candidate::new("allow the call to every role", Layer::Scp, vec![with("*")]),
    ];
    own.into_iter().chain(others.map(Candidate::widening)).collect()
}
