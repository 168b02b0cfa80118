//! The policy that would have been enough for what a role did.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};
use stead_policy::{ContextBuilder, DocumentKind, parse};
use stead_types::{Arn, Timestamp};
use thiserror::Error;

use super::events::{Activity, RecordedCall};
use super::used::{self, StatementUse, texts};
use crate::access::{Access, AccessError, Person};
use crate::audit::asker::{ANY, may};
use crate::audit::supposed::with_only;
use crate::{FORMAT_VERSION, World};

/// A policy for a role in the place of all that it has.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Of the form of this object: 1.
    pub version: u32,
    /// The ARN of the role.
    pub role: String,
    /// How many calls were recorded.
    pub recorded: usize,
    /// The document. Every recorded call that the role's own policies allow today is allowed
    /// by it, and nothing that they do not allow: the evaluator was asked about both.
    pub policy: Value,
    /// Recorded calls that none of the role's own policies allows by itself today.
    pub left_out: Vec<String>,
    /// What limits the answer, in words.
    pub notes: Vec<String>,
}

/// Why nothing is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProposalError {
    /// No such role.
    #[error(transparent)]
    Role(#[from] AccessError),
    /// Nothing was recorded of it.
    #[error("no call of `{0}` is in the events")]
    Nothing(String),
    /// None of the calls is allowed by its own policies today.
    #[error("none of the recorded calls of `{0}` is allowed by a policy of its own")]
    NotByPolicies(String),
    /// A check by the evaluator failed, and so nothing is proposed.
    #[error("the proposal would not do what it should: {0}")]
    Wrong(String),
}

/// Proposes a policy of the actions that were used, on the resources they were used on.
///
/// Every statement of it is one of today's with fewer actions and resources, and every Deny
/// of today's is kept.
///
/// # Errors
/// A role that is not in view or of which nothing was recorded, and a proposal that fails one
/// of its checks.
pub fn least_privilege(
    world: &World,
    now: Timestamp,
    role: &str,
    activity: &Activity,
) -> Result<Proposal, ProposalError> {
    let access = Access::new(world, now);
    let arn: Arn = access.role(role)?;
    let people = access.people();
    let who = people.place_of(&arn).and_then(|place| people.get(place));
    let who = who.ok_or_else(|| ProposalError::Nothing(arn.to_string()))?;
    if let Some(policy) = used::has_older(&access, who) {
        let why = "is no policy of version 2012-10-17, and its text means something else in one";
        return Err(ProposalError::Wrong(format!("`{policy}` {why}")));
    }
    let calls = activity.calls_of(&arn);
    if calls.is_empty() {
        return Err(ProposalError::Nothing(arn.to_string()));
    }
    let uses = used::statements(&access, who, &calls);
    let mut statements: Vec<Value> = uses.iter().flat_map(narrowed).collect();
    statements.dedup();
    if statements.is_empty() {
        return Err(ProposalError::NotByPolicies(arn.to_string()));
    }
    statements.extend(used::denies(&access, who));
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    let is_used = |call: &&RecordedCall| uses.iter().any(|it| it.used.contains_key(&call.action));
    let (kept, left_out): (Vec<&RecordedCall>, Vec<&RecordedCall>) =
        calls.iter().partition(|call| is_used(call) && is_allowed_today(&access, who, call));
    check(&access, who, &policy, &kept)?;
    Ok(Proposal {
        version: FORMAT_VERSION,
        role: arn.to_string(),
        recorded: calls.iter().map(|call| call.count).sum(),
        policy,
        left_out: left_out.into_iter().map(shown).collect(),
        notes: notes(activity, &calls),
    })
}

/// A statement with the actions that were used: one for each set of resources.
fn narrowed(used: &StatementUse) -> Vec<Value> {
    let mut by_resources: BTreeMap<&BTreeSet<String>, Vec<&String>> = BTreeMap::new();
    for (action, resources) in &used.used {
        by_resources.entry(resources).or_default().push(action);
    }
    let has_rest = used.written.get("NotResource").is_some();
    let statements = by_resources.into_iter().map(|(resources, actions)| {
        let mut statement: Map<String, Value> = Map::new();
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Action".to_owned(), json!(actions));
        match used.written.get("NotResource").filter(|_| has_rest && resources.contains("*")) {
            Some(rest) => drop(statement.insert("NotResource".to_owned(), rest.clone())),
            None => drop(statement.insert("Resource".to_owned(), json!(resources))),
        }
        if let Some(condition) = used.written.get("Condition") {
            statement.insert("Condition".to_owned(), condition.clone());
        }
        Value::Object(statement)
    });
    statements.collect()
}

/// Whether a call whose resource was recorded is allowed. Of others the statement was asked.
fn is_allowed_today(access: &Access<'_>, who: &Person, call: &RecordedCall) -> bool {
    call.resource.as_ref().is_none_or(|resource| {
        may(access, who, &call.action, resource, ContextBuilder::new()).is_some()
    })
}

/// Asks the evaluator whether the policy allows what was used and nothing that is not
/// allowed today.
fn check(
    access: &Access<'_>,
    who: &Person,
    policy: &Value,
    calls: &[&RecordedCall],
) -> Result<(), ProposalError> {
    let wrong = |what: String| Err(ProposalError::Wrong(what));
    let text = policy.to_string();
    if parse(&text, DocumentKind::Identity).policy.is_none() {
        return wrong("the document is no policy".to_owned());
    }
    let Some(world) = with_only(access.world(), who, &text) else {
        return wrong("the role is gone".to_owned());
    };
    let proposed = access.over(&world);
    for call in calls {
        if let Some(resource) = &call.resource
            && may(&proposed, who, &call.action, resource, ContextBuilder::new()).is_none()
        {
            return wrong(format!("it does not allow {}", shown(call)));
        }
    }
    let allowing = policy.get("Statement").and_then(Value::as_array).into_iter().flatten();
    for statement in allowing.filter(|it| it.get("Effect") == Some(&json!("Allow"))) {
        for action in texts(statement.get("Action")) {
            for resource in texts(statement.get("Resource")) {
                let asked = resource.replace('*', ANY).replace('?', "x");
                let new = may(&proposed, who, &action, &asked, ContextBuilder::new());
                let is_old = || may(access, who, &action, &asked, ContextBuilder::new()).is_some();
                if new.is_some() && !is_old() {
                    return wrong(format!(
                        "it allows {action} on {resource}, and today nothing does"
                    ));
                }
            }
        }
    }
    Ok(())
}

fn shown(call: &RecordedCall) -> String {
    match &call.resource {
        Some(resource) => format!("{} on {resource}", call.action),
        None => call.action.clone(),
    }
}

fn notes(activity: &Activity, calls: &[RecordedCall]) -> Vec<String> {
    let mut notes = Vec::new();
    let without: BTreeSet<&str> = calls
        .iter()
        .filter(|call| call.resource.is_none())
        .map(|call| call.action.as_str())
        .collect();
    if !without.is_empty() {
        let without: Vec<&str> = without.into_iter().collect();
        notes.push(format!(
            "the events do not say what these were done to, and the resources are today's: {}",
            without.join(", ")
        ));
    }
    for (name, count) in activity.unknown() {
        notes.push(format!("{count} events `{name}` stand for no known action and were left out"));
    }
    notes.push(
        "only what was recorded counts: calls of other times, data events that no trail records \
         and iam:PassRole, which is no call, are not in the proposal"
            .to_owned(),
    );
    notes
}
