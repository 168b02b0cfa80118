//! What was looked at and is not the cause, so that people stop looking there.

use stead_policy::PolicyType;

use crate::diagnosis::Scene;
use crate::replay::{Answer, Refusal};

pub(super) fn list(scene: &Scene) -> Vec<String> {
    let mut fine = Vec::new();
    let after = |step: Step| reached(scene).is_none_or(|reached| reached > step);
    if after(Step::Connection) && scene.attempt.environment.request_signed_at.is_some() {
        fine.push("the clock of the caller".to_owned());
    }
    if after(Step::Request) {
        fine.push("the form of the request".to_owned());
    }
    if after(Step::Proof) && scene.attempt.token.is_some() {
        fine.push("the provider is registered and its keys verify the token".to_owned());
        fine.push("the token's times and audience".to_owned());
    }
    let Some(denial) = scene.denial() else { return fine };
    let before = scene.replay.actions.iter().take_while(|action| **action != denial.ask.action);
    fine.extend(before.map(|action| format!("every policy allows {action}")));
    let blocks =
        |kind: PolicyType| denial.judgement.blockers.iter().any(|(blocker, _)| *blocker == kind);
    let asked: Vec<_> =
        denial.judgement.trace.policies().map(|policy| policy.policy_type).collect();
    for kind in [
        PolicyType::ServiceControl,
        PolicyType::ResourceControl,
        PolicyType::Trust,
        PolicyType::Identity,
        PolicyType::Boundary,
        PolicyType::Session,
    ] {
        if asked.contains(&kind) && !blocks(kind) {
            fine.push(format!("the {} does not stand in the way", kind.name()));
        }
    }
    fine.extend(conditions(denial));
    fine
}

/// How far the call came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Connection,
    Request,
    Proof,
    Policies,
    Later,
}

fn reached(scene: &Scene) -> Option<Step> {
    let Answer::Refused(refusal) = &scene.replay.answer else { return None };
    Some(match refusal.as_ref() {
        Refusal::Clock { .. } | Refusal::Region { .. } => Step::Connection,
        Refusal::Request(_) | Refusal::RoleArn | Refusal::Root => Step::Request,
        Refusal::NoProvider { .. }
        | Refusal::Thumbprint { .. }
        | Refusal::Keys { .. }
        | Refusal::Token(_)
        | Refusal::Assertion(_) => Step::Proof,
        Refusal::Denied(_) => Step::Policies,
        Refusal::Later(_) | Refusal::Packed { .. } => Step::Later,
    })
}

/// Conditions that hold, of the trust statements that name the caller.
fn conditions(denial: &crate::Denial) -> Vec<String> {
    let trust = denial.judgement.trace.policies();
    let trust = trust.filter(|policy| policy.policy_type == PolicyType::Trust);
    let statements = trust.flat_map(|policy| policy.statements());
    let naming = statements.filter(|it| it.names.is_some() && !it.applies);
    let conditions = naming.flat_map(|statement| statement.conditions());
    conditions
        .filter(|condition| condition.holds)
        .map(|condition| format!("{} on {} holds", condition.operator.name(), condition.key))
        .collect()
}
