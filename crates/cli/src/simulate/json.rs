//! Answers as lines of JSON; docs/simulate.md describes them.

use serde_json::{Map, Value, json};
use stead_analysis::{Deciding, SIMULATION_VERSION};
use stead_policy::{Effect, PolicyType};

use super::places::{Place, policy_name};
use super::{Answered, expected_name};
use crate::excerpt::printable_json;

pub(super) fn lines(answered: &[Answered]) -> String {
    answered.iter().map(|it| printable_json(&format!("{}\n", line(it)))).collect()
}

fn line(answered: &Answered) -> Value {
    let Answered { asked, simulated, places } = answered;
    let statements = simulated.statements.iter().zip(places).map(|(it, at)| statement(it, at));
    let blockers = simulated.blockers.iter().zip(simulated.blocker_names()).map(
        |((layer, _), (_, decision))| json!({"layer": self::layer(*layer), "decision": decision}),
    );
    let mut object = json!({
        "version": SIMULATION_VERSION,
        "request": request(answered),
        "decision": simulated.decision_name(),
        "statements": statements.collect::<Vec<_>>(),
        "blockedBy": blockers.collect::<Vec<_>>(),
        "missingContextKeys": simulated.missing_keys,
        "notInView": simulated.not_in_view,
    });
    if let Some(members) = object.as_object_mut() {
        if let Some(reason) = &simulated.reason {
            members.insert("reason".to_owned(), json!(reason));
        }
        if let Some(expected) = asked.expected {
            members.insert("expected".to_owned(), json!(expected_name(expected)));
            members.insert("asExpected".to_owned(), json!(!answered.is_different()));
        }
    }
    object
}

fn request(answered: &Answered) -> Value {
    let inquiry = &answered.asked.inquiry;
    let mut context: Map<String, Value> = Map::new();
    for (key, value) in &inquiry.context {
        let values = context.entry(key.clone()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(value));
        }
    }
    let mut request = json!({
        "caller": inquiry.caller,
        "action": inquiry.action,
        "resource": inquiry.resource,
        "context": context,
        "at": inquiry.at.to_string(),
    });
    let Some(members) = request.as_object_mut() else { return request };
    let given = &answered.asked.given;
    if !given.session.is_empty() {
        let told = given.session.iter().map(|policy| policy.told.as_ref());
        members.insert("sessionPolicies".to_owned(), told.collect());
    }
    if let Some(policy) = &given.resource {
        members.insert("resourcePolicy".to_owned(), json!(policy.told.as_ref()));
    }
    if let Some(origin) = &answered.asked.origin {
        members.insert("file".to_owned(), json!(origin.file));
        members.insert("line".to_owned(), json!(origin.line));
    }
    request
}

fn statement(deciding: &Deciding, place: &Place) -> Value {
    let (policy, of) = policy_name(&deciding.source);
    let mut statement = json!({
        "layer": layer(deciding.policy_type),
        "policy": policy,
        "of": of,
        "index": deciding.index,
        "effect": match deciding.effect { Effect::Allow => "Allow", Effect::Deny => "Deny" },
    });
    let Some(members) = statement.as_object_mut() else { return statement };
    if let Some(sid) = &deciding.sid {
        members.insert("sid".to_owned(), json!(sid));
    }
    if let Some(at) = &place.file {
        members.insert("file".to_owned(), json!(at.name));
        members.insert("line".to_owned(), json!(at.line));
        members.insert("column".to_owned(), json!(at.column));
    }
    statement
}

/// As `stead explain` names them.
const fn layer(layer: PolicyType) -> &'static str {
    match layer {
        PolicyType::ServiceControl => "scp",
        PolicyType::ResourceControl => "rcp",
        PolicyType::Trust => "trust",
        PolicyType::Resource => "resource",
        PolicyType::Identity => "identity",
        PolicyType::Boundary => "boundary",
        PolicyType::Session => "session",
    }
}
