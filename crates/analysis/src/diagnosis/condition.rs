//! Conditions that do not hold, or that hold where nobody wanted them to.

use stead_policy::{
    ConditionTrace, Decision, Effect, OperatorBase, PolicyTrace, PolicyType, StatementTrace,
};
use stead_types::{UniqueId, UniqueIdKind};

use super::own::named;
use super::refusal::provider_url;
use super::statement::StatementPlace;
use super::{Scene, Where};
use crate::Cause;
use crate::matching::holds;
use crate::replay::Denial;
use stead_directory::PrincipalLookup as _;

/// Why a condition of a trust policy does not hold.
pub(super) fn cause(scene: &Scene, condition: &ConditionTrace<'_>) -> Cause {
    let key = condition.key.to_ascii_lowercase();
    let absent = condition.request_values.is_none();
    match key.as_str() {
        "sts:externalid" if absent => return Cause::TrustExternalIdMissing,
        "sts:externalid" => return Cause::TrustExternalIdMismatch,
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => return Cause::TrustMfaRequired,
        _ => {}
    }
    if has_wrong_prefix(scene, condition.key) {
        return Cause::TrustConditionWrongIssuerPrefix;
    }
    if absent {
        return Cause::TrustConditionKeyAbsent;
    }
    if key == "aws:principalarn" && values(condition).iter().all(|it| it.contains(":assumed-role/"))
    {
        return Cause::AssumedRoleSessionArnMismatch;
    }
    if key == "aws:userid" && values(condition).iter().any(|value| is_stale(scene, value)) {
        return Cause::TrustStalePrincipalId;
    }
    spelling(condition).unwrap_or(Cause::TrustConditionValueMismatch)
}

/// Whether another reading of the same values would hold: letters in another case, or
/// wildcards that the operator takes literally.
fn spelling(condition: &ConditionTrace<'_>) -> Option<Cause> {
    let (wanted, actual) = (values(condition), actual(condition));
    let operator = condition.operator.name();
    let folded = |texts: &[String]| texts.iter().map(|it| it.to_lowercase()).collect::<Vec<_>>();
    let has_wildcards = wanted.iter().any(|value| value.contains(['*', '?']));
    let with_wildcards = match condition.operator.base {
        OperatorBase::StringEquals | OperatorBase::StringEqualsIgnoreCase if has_wildcards => {
            Some(operator.replace(condition.operator.base.name(), "StringLike"))
        }
        _ => None,
    };
    let compares_texts = matches!(
        condition.operator.base,
        OperatorBase::StringEquals
            | OperatorBase::StringLike
            | OperatorBase::ArnEquals
            | OperatorBase::ArnLike
    );
    if let Some(like) = &with_wildcards
        && (holds(like, &wanted, &actual) || holds(like, &folded(&wanted), &folded(&actual)))
    {
        return Some(Cause::TrustConditionOperatorNoWildcards);
    }
    let same = compares_texts && holds(&operator, &folded(&wanted), &folded(&actual));
    same.then_some(Cause::TrustConditionCaseMismatch)
}

/// Whether the key is one of an identity provider, and not of the one that vouches for
/// the caller.
fn has_wrong_prefix(scene: &Scene, key: &str) -> bool {
    let Some(url) = provider_url(scene) else { return false };
    let Some((prefix, _)) = key.rsplit_once(':') else { return false };
    let of_aws = ["aws", "sts", "iam"].iter().any(|known| prefix.eq_ignore_ascii_case(known));
    let of_aws = of_aws || key.to_ascii_lowercase().starts_with("aws:");
    !of_aws && !prefix.eq_ignore_ascii_case(&url)
}

/// Whether the text begins with the id of a user or role that nobody has.
pub(super) fn is_stale(scene: &Scene, text: &str) -> bool {
    let id = text.split(':').next().unwrap_or_default();
    let Ok(id) = id.parse::<UniqueId>() else { return false };
    let of_principal = matches!(id.kind(), UniqueIdKind::User | UniqueIdKind::Role);
    of_principal && scene.world.arn_of(&id).is_none()
}

/// The values of the policy.
pub(super) fn values(condition: &ConditionTrace<'_>) -> Vec<String> {
    condition.values.iter().map(|value| value.text.to_string()).collect()
}

/// The values of the request.
pub(super) fn actual(condition: &ConditionTrace<'_>) -> Vec<String> {
    let values = condition.request_values.unwrap_or_default();
    values.iter().map(|value| value.text.to_string()).collect()
}

/// Fills in operator, key and values.
pub(super) fn describe(
    scene: &Scene,
    at: &StatementPlace,
    condition: &ConditionTrace<'_>,
    place: &mut Where,
) {
    place.condition_operator = Some(condition.operator.name());
    place.condition_key = Some(condition.key.to_owned());
    place.expected = Some(values(condition).join(", "));
    place.actual = Some(match condition.request_values {
        None => match condition.key.to_ascii_lowercase().as_str() {
            "sts:externalid" => "(not sent)".to_owned(),
            _ => "(key absent from the request context)".to_owned(),
        },
        Some(_) => actual(condition).join(", "),
    });
    place.element = at.condition(scene, condition).map(|(_, key)| key);
}

/// The place of the statement of a layer that denies, with the one of its conditions
/// that says most.
pub(super) fn deciding(scene: &Scene, denial: &Denial, policy_type: PolicyType) -> Option<Where> {
    let trace = &denial.judgement.trace;
    let (policy, statement) =
        trace
            .policies()
            .filter(|policy| policy.policy_type == policy_type)
            .find_map(|policy| denying(&policy).map(|statement| (policy, statement)))?;
    let at = StatementPlace::of(scene, &policy, statement.index);
    let mut place = at.as_ref().map(StatementPlace::place).unwrap_or_default();
    place.statement_index = Some(statement.index);
    place = named(policy.source, place);
    if place.policy_name.is_none() {
        place.policy_name = statement.sid.map(str::to_owned);
    }
    if let (Some(at), Some(condition)) = (&at, telling(&statement)) {
        describe(scene, at, &condition, &mut place);
    }
    Some(place)
}

fn denying<'t>(policy: &PolicyTrace<'t>) -> Option<StatementTrace<'t>> {
    policy.statements().find(|statement| statement.effect == Effect::Deny && statement.applies)
}

/// Of the conditions of a Deny, all of which hold, the one that is about this call. Those
/// that only let services through say nothing of anybody else; what is excepted by a
/// negated operator says most.
fn telling<'t>(statement: &StatementTrace<'t>) -> Option<ConditionTrace<'t>> {
    let weight = |condition: &ConditionTrace<'_>| {
        let key = condition.key.to_ascii_lowercase();
        let guards = ["aws:principalisawsservice", "aws:viaawsservice", "aws:calledvia"];
        if guards.contains(&key.as_str()) {
            return 0;
        }
        match condition.operator.base {
            OperatorBase::Null => 1,
            OperatorBase::StringNotEquals
            | OperatorBase::StringNotEqualsIgnoreCase
            | OperatorBase::StringNotLike
            | OperatorBase::ArnNotEquals
            | OperatorBase::ArnNotLike
            | OperatorBase::NotIpAddress => 3,
            _ => 2,
        }
    };
    // The first of those that weigh the same.
    let mut best: Option<(u8, ConditionTrace<'t>)> = None;
    for condition in statement.conditions() {
        let weight = weight(&condition);
        if best.as_ref().is_none_or(|(most, _)| weight > *most) {
            best = Some((weight, condition));
        }
    }
    best.map(|(_, condition)| condition)
}

/// Whether a layer has a statement that denies.
pub(super) fn denies(denial: &Denial, policy_type: PolicyType) -> bool {
    let blockers = &denial.judgement.blockers;
    blockers.contains(&(policy_type, Decision::ExplicitDeny))
}
