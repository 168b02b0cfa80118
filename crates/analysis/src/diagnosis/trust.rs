//! The trust policy: which of its statements comes nearest, and what it lacks.

use serde_json::Value;
use stead_policy::{Decision, Effect, PolicyTrace, PolicyType, StatementTrace};

use super::condition::{self, deciding};
use super::own::named;
use super::statement::{StatementPlace, failing, names_action};
use super::{Finding, Scene, Where, principal, texts};
use crate::replay::Denial;
use crate::{Cause, Layer};

pub(super) fn findings(scene: &Scene, denial: &Denial, decision: Decision) -> Vec<Finding> {
    match decision {
        Decision::ExplicitDeny => denied(scene, denial).into_iter().collect(),
        Decision::ImplicitDeny | Decision::Allow => silent(scene, denial),
    }
}

/// A finding in the trust policy, with the role's ARN.
pub(super) fn finding(scene: &Scene, cause: Cause, layer: Layer, place: Where) -> Finding {
    let role_arn = Some(scene.attempt.role_arn().to_owned());
    Finding { cause, layer, place: Where { role_arn, ..place } }
}

fn denied(scene: &Scene, denial: &Denial) -> Option<Finding> {
    let mut place = deciding(scene, denial, PolicyType::Trust)?;
    place.expected.get_or_insert_with(|| "no statement that denies the call".to_owned());
    place.actual.get_or_insert_with(|| "Deny".to_owned());
    Some(finding(scene, Cause::TrustExplicitDeny, Layer::Trust, place))
}

/// A statement of the trust policy, in trace and document.
#[derive(Clone)]
pub(super) struct TrustStatement<'t> {
    pub(super) trace: StatementTrace<'t>,
    pub(super) at: StatementPlace,
    /// The place with the names of the policy filled in.
    pub(super) place: Where,
}

/// The statements that allow something, in order.
pub(super) fn allowing<'t>(scene: &Scene, denial: &'t Denial) -> Vec<TrustStatement<'t>> {
    let of_trust = |policy: &PolicyTrace<'_>| policy.policy_type == PolicyType::Trust;
    let Some(policy) = denial.judgement.trace.policies().find(of_trust) else {
        return Vec::new();
    };
    let statements = policy.statements().filter(|statement| statement.effect == Effect::Allow);
    statements
        .filter_map(|trace| {
            let at = StatementPlace::of(scene, &policy, trace.index)?;
            let place = named(policy.source, at.place());
            Some(TrustStatement { trace, at, place })
        })
        .collect()
}

/// Nothing in the trust policy allows. What is missing is told of the statement that has
/// the most: the caller, then the action, then the conditions.
fn silent(scene: &Scene, denial: &Denial) -> Vec<Finding> {
    let statements = allowing(scene, denial);
    let names_caller = |one: &&TrustStatement<'_>| one.trace.names.is_some();
    let about: Vec<_> = statements.iter().filter(names_caller).collect();
    if about.is_empty() {
        return principal::findings(scene, denial, &statements);
    }
    let mut under_conditions: Vec<_> =
        about.iter().filter(|one| names_action(&one.trace)).collect();
    under_conditions.sort_by_key(|one| failing(&one.trace).len());
    match under_conditions.first() {
        Some(nearest) => conditions(scene, nearest),
        None => about.first().map(|first| action(scene, denial, first)).into_iter().collect(),
    }
}

/// The conditions that do not hold, in the order of the document.
fn conditions(scene: &Scene, statement: &TrustStatement<'_>) -> Vec<Finding> {
    let found = failing(&statement.trace).into_iter().map(|failed| {
        let mut place = statement.place.clone();
        condition::describe(scene, &statement.at, &failed, &mut place);
        finding(scene, condition::cause(scene, &failed), Layer::Trust, place)
    });
    found.collect()
}

/// The caller is named, for another action.
fn action(scene: &Scene, denial: &Denial, statement: &TrustStatement<'_>) -> Finding {
    let wanted = denial.ask.action;
    let cause = match wanted {
        "sts:TagSession" => Cause::TrustMissingTagSession,
        "sts:SetSourceIdentity" => Cause::TrustMissingSetSourceIdentity,
        _ => Cause::TrustWrongAction,
    };
    let written = scene.at(&statement.at.pointer);
    let place = Where {
        expected: Some(wanted.to_owned()),
        actual: Some(texts(written.and_then(|it| it.get("Action"))).join(", ")),
        element: Some(statement.at.member("Action")),
        ..statement.place.clone()
    };
    finding(scene, cause, Layer::Trust, place)
}

/// The principals of a statement as the document has them: kind and text.
pub(super) fn principals(statement: Option<&Value>) -> Vec<(String, String)> {
    match statement.and_then(|statement| statement.get("Principal")) {
        Some(Value::Object(kinds)) => kinds
            .iter()
            .flat_map(|(kind, values)| {
                texts(Some(values)).into_iter().map(|text| (kind.clone(), text))
            })
            .collect(),
        Some(Value::String(everyone)) => vec![("AWS".to_owned(), everyone.clone())],
        _ => Vec::new(),
    }
}
