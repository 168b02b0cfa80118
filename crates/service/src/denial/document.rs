use std::borrow::Cow;
use std::fmt::Debug;

use serde_json::{Value, json};
use stead_authorizer::Denied;
use stead_policy::{
    ConditionTrace, Context, Decision, Effect, ElementTrace, PolicySource, PolicyTrace, PolicyType,
    RequestValue, StatementTrace, ValueTrace,
};
use stead_types::{Timestamp, UniqueId};

use crate::Viewer;

/// The JSON text DecodeAuthorizationMessage returns.
///
/// Spec: API_DecodeAuthorizationMessage: `allowed`, `explicitDeny`,
/// `matchedStatements`, `failures` and `context` are AWS's; `stead` is ours, with the
/// whole trace: per policy, statement, element, key and value whether it matched and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialDocument(String);

impl DenialDocument {
    pub(crate) fn new(denied: &Denied, id: &str, occurred_at: Timestamp, viewer: Viewer) -> Self {
        let visible: Vec<PolicyTrace<'_>> =
            denied.trace.policies().filter(|policy| sees(viewer, policy.policy_type)).collect();
        let outcome = decision_seen(denied, viewer);
        let document = json!({
            "allowed": false,
            "explicitDeny": outcome == Decision::ExplicitDeny,
            "matchedStatements": items(matched_statements(&visible)),
            "failures": items(Vec::new()),
            "context": {
                "principal": principal(denied),
                "action": denied.action,
                "resource": denied.resource,
                "conditions": items(conditions(&denied.context, viewer)),
            },
            "stead": {
                "version": 1,
                "denial": id,
                "time": occurred_at.to_string(),
                "decision": decision(outcome),
                "blockers": blockers(denied, viewer),
                "notes": denied.trace.notes().iter().map(|note| format!("{note:?}")).collect::<Vec<_>>(),
                "policies": visible.iter().copied().map(policy_trace).collect::<Vec<_>>(),
                // Whom the unique ids in trust policies mean.
                "principals": meanings(denied, &visible),
            },
        });
        Self(document.to_string())
    }

    pub(crate) fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The document as JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An account sees its own policies, and of another's only the outcome.
const fn sees(viewer: Viewer, policy_type: PolicyType) -> bool {
    match (viewer, policy_type) {
        (Viewer::Both, _)
        | (
            Viewer::CallerAccount,
            PolicyType::Identity
            | PolicyType::Boundary
            | PolicyType::Session
            | PolicyType::ServiceControl,
        )
        | (
            Viewer::ResourceAccount,
            PolicyType::Trust | PolicyType::Resource | PolicyType::ResourceControl,
        ) => true,
        (Viewer::CallerAccount | Viewer::ResourceAccount, _) => false,
    }
}

/// Choice: of a service its name stands for all three: it has neither id nor ARN.
fn principal(denied: &Denied) -> Value {
    match &denied.service_name {
        Some(service) => json!({ "id": service, "name": service, "arn": service }),
        None => json!({
            "id": denied.caller_id,
            "name": denied.caller_arn.resource().rsplit('/').next(),
            "arn": denied.caller_arn.as_str(),
        }),
    }
}

fn items(values: Vec<Value>) -> Value {
    json!({ "items": values })
}

const fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::ExplicitDeny => "explicitDeny",
        Decision::ImplicitDeny => "implicitDeny",
    }
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "ALLOW",
        Effect::Deny => "DENY",
    }
}

/// The keys of the request. What the resource's account has put on its resource is
/// for that account, what the caller's tags say for the caller's.
fn conditions(context: &Context, viewer: Viewer) -> Vec<Value> {
    let hidden = |key: &str| match viewer {
        Viewer::Both => false,
        // The role's tags stand there under both names.
        Viewer::CallerAccount => {
            let prefixes = ["aws:resourcetag/", "iam:resourcetag/", "aws:resourceorg"];
            prefixes.iter().any(|prefix| key.starts_with(prefix))
        }
        Viewer::ResourceAccount => key.starts_with("aws:principaltag/"),
    };
    let shown = context.iter().filter(|(key, _)| !hidden(key));
    let entry = |(key, value): (Cow<'_, str>, stead_policy::ContextValue<'_>)| {
        let values = value.texts().map(|text| json!({ "value": text })).collect();
        json!({ "key": key, "values": items(values) })
    };
    shown.map(entry).collect()
}

fn matched_statements(policies: &[PolicyTrace<'_>]) -> Vec<Value> {
    let statements = policies.iter().flat_map(|policy| {
        let applying = policy.statements().filter(|statement| statement.applies);
        applying.map(|statement| matched_statement(policy.source, statement))
    });
    statements.collect()
}

fn matched_statement(policy: &PolicySource, statement: StatementTrace<'_>) -> Value {
    let values = |names: [&str; 2]| {
        let elements = statement.elements().filter(|element| names.contains(&element.name));
        items(elements.flat_map(|element| element.values).map(value_only).collect())
    };
    let condition = |condition: ConditionTrace<'_>| {
        let values = condition.values.iter().map(value_only).collect();
        json!({ "key": condition.key, "values": items(values) })
    };
    json!({
        "statementId": statement.sid.unwrap_or_default(),
        "effect": effect(statement.effect),
        "principals": values(["Principal", "NotPrincipal"]),
        "principalGroups": items(Vec::new()),
        "actions": values(["Action", "NotAction"]),
        "resources": values(["Resource", "NotResource"]),
        "conditions": items(statement.conditions().map(condition).collect()),
        "stead": { "policy": source(policy) },
    })
}

fn value_only(value: &ValueTrace<'_>) -> Value {
    json!({ "value": value.text })
}

/// Whether a Deny that this account sees stood in the way. Another account's Deny
/// looks like its silence: a role that is missing denies nobody explicitly, and an
/// account that could tell the two apart could find out which roles another one has.
fn decision_seen(denied: &Denied, viewer: Viewer) -> Decision {
    let seen = |(policy_type, reason): &(PolicyType, Decision)| {
        sees(viewer, *policy_type) && *reason == Decision::ExplicitDeny
    };
    match denied.blockers.iter().any(seen) {
        true => Decision::ExplicitDeny,
        false => Decision::ImplicitDeny,
    }
}

/// Every layer in the way. Of another account it is only said that something there
/// is: once and last, since number and place would tell a Deny from silence.
fn blockers(denied: &Denied, viewer: Viewer) -> Vec<Value> {
    let (seen, hidden): (Vec<&_>, Vec<&_>) =
        denied.blockers.iter().partition(|(policy_type, _)| sees(viewer, *policy_type));
    let seen = seen.into_iter().map(|(policy_type, reason)| {
        json!({ "policyType": policy_type.name(), "decision": decision(*reason) })
    });
    let other = hidden
        .first()
        .map(|_| json!({ "policyType": "a policy of the other account", "decision": "denied" }));
    seen.chain(other).collect()
}

fn meanings(denied: &Denied, visible: &[PolicyTrace<'_>]) -> Value {
    let statements = visible.iter().copied().flat_map(PolicyTrace::statements);
    let values = statements.flat_map(StatementTrace::elements).flat_map(|element| element.values);
    let meant = values.filter_map(|value| {
        let (id, arn) = denied.meanings.get_key_value(&value.text.parse::<UniqueId>().ok()?)?;
        Some((id.to_string(), Value::from(arn.as_str())))
    });
    Value::Object(meant.collect())
}

fn policy_trace(policy: PolicyTrace<'_>) -> Value {
    json!({
        "policyType": policy.policy_type.name(),
        "policy": source(policy.source),
        "statements": policy.statements().map(statement_trace).collect::<Vec<_>>(),
    })
}

fn statement_trace(statement: StatementTrace<'_>) -> Value {
    let value = json!({
        "index": statement.index,
        "sid": statement.sid,
        "effect": effect(statement.effect),
        "applies": statement.applies,
        "unreadable": statement.unreadable,
        "span": [statement.span.start, statement.span.end],
        "elements": statement.elements().map(element_trace).collect::<Vec<_>>(),
        "conditions": statement.conditions().map(condition_trace).collect::<Vec<_>>(),
    });
    // As what its Principal names the caller.
    with_name_of(value, "names", statement.names)
}

fn element_trace(element: ElementTrace<'_>) -> Value {
    json!({
        "element": element.name,
        "matched": element.matched,
        "values": element.values.iter().map(value_trace).collect::<Vec<_>>(),
    })
}

fn condition_trace(condition: ConditionTrace<'_>) -> Value {
    let texts = |values: &[RequestValue<'_>]| -> Vec<Value> {
        values.iter().map(|value| Value::from(value.text.as_ref())).collect()
    };
    let value = json!({
        "operator": condition.operator.name(),
        "key": condition.key,
        "holds": condition.holds,
        "reason": format!("{:?}", condition.reason),
        "requestValues": condition.request_values.map(texts),
        "values": condition.values.iter().map(value_trace).collect::<Vec<_>>(),
    });
    with_name_of(value, "choice", condition.choice)
}

fn value_trace(value: &ValueTrace<'_>) -> Value {
    let shown = json!({
        "text": value.text,
        "matched": value.matched,
        "unresolvedVariable": value.unresolved_variable,
        "span": [value.span.start, value.span.end],
    });
    with_name_of(shown, "choice", value.choice)
}

/// The object and what there seldom is, where there is: a sealed document has to be short.
fn with_name_of(mut object: Value, key: &str, variant: Option<impl Debug>) -> Value {
    if let (Value::Object(members), Some(variant)) = (&mut object, variant) {
        members.insert(key.to_owned(), format!("{variant:?}").into());
    }
    object
}

fn source(source: &PolicySource) -> Value {
    match source {
        PolicySource::Inline { owner, name } => {
            json!({ "kind": "inline", "owner": owner.as_str(), "name": name })
        }
        PolicySource::Managed { arn, attached_to } => {
            json!({ "kind": "managed", "arn": arn.as_str(), "attachedTo": attached_to.as_str() })
        }
        PolicySource::Boundary { arn } => json!({ "kind": "boundary", "arn": arn.as_str() }),
        PolicySource::SessionInline => json!({ "kind": "sessionInline" }),
        PolicySource::SessionManaged { arn } => {
            json!({ "kind": "sessionManaged", "arn": arn.as_str() })
        }
        PolicySource::Trust { role } => json!({ "kind": "trust", "role": role.as_str() }),
        PolicySource::Resource { resource } => json!({ "kind": "resource", "resource": resource }),
        PolicySource::ServiceControl { arn, target } => {
            json!({ "kind": "serviceControl", "arn": arn.as_str(), "target": target })
        }
        PolicySource::ResourceControl { arn, target } => {
            json!({ "kind": "resourceControl", "arn": arn.as_str(), "target": target })
        }
        PolicySource::Restriction { name } => json!({ "kind": "restriction", "name": name }),
    }
}
