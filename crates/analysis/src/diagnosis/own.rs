//! The caller's own policies: identity, boundary, session.

use stead_policy::{Decision, Effect, PolicySource, PolicyTrace, PolicyType};

use super::condition::{self, deciding};
use super::statement::{StatementPlace, failing, names_action, passes};
use super::{Finding, Scene, Where};
use crate::matching::likeness;
use crate::replay::Denial;
use crate::{Cause, Layer};

pub(super) fn finding(
    scene: &Scene,
    denial: &Denial,
    policy_type: PolicyType,
    decision: Decision,
) -> Option<Finding> {
    let (silent, layer) = match policy_type {
        PolicyType::Boundary => (Cause::BoundaryNoAllow, Layer::Boundary),
        PolicyType::Session => (Cause::SessionPolicyNoAllow, Layer::Session),
        _ => (Cause::IdentityNoAllow, Layer::Identity),
    };
    if decision == Decision::ExplicitDeny {
        let cause = if layer == Layer::Identity { Cause::IdentityExplicitDeny } else { silent };
        let mut place = deciding(scene, denial, policy_type)?;
        place.principal_arn = scene.caller_arn().map(|arn| arn.to_string());
        return Some(Finding { cause, layer, place });
    }
    let found = nearest(scene, denial, policy_type);
    let (wrong_resource, mut place) = found.unwrap_or_default();
    let cause = if wrong_resource && layer == Layer::Identity {
        Cause::IdentityWrongResource
    } else {
        silent
    };
    place.principal_arn = if layer == Layer::Session {
        scene.replay.caller.as_ref().map(|caller| caller.arn().to_string())
    } else {
        scene.caller_arn().map(|arn| arn.to_string())
    };
    place.expected.get_or_insert_with(|| format!("Allow {}", denial.ask.action));
    place.actual.get_or_insert_with(|| "no statement".to_owned());
    Some(Finding { cause, layer, place })
}

/// The statement that comes nearest to allowing: it is about the action, and either of
/// another resource, or under a condition that does not hold. Without one, the first
/// policy of the layer.
fn nearest(scene: &Scene, denial: &Denial, policy_type: PolicyType) -> Option<(bool, Where)> {
    let trace = &denial.judgement.trace;
    let policies: Vec<PolicyTrace<'_>> =
        trace.policies().filter(|policy| policy.policy_type == policy_type).collect();
    let wanted = denial.ask.resource.arn();
    let mut best: Option<(usize, Where, bool)> = None;
    for policy in &policies {
        for statement in policy.statements().filter(|it| it.effect == Effect::Allow) {
            let Some(at) = StatementPlace::of(scene, policy, statement.index) else { continue };
            if !names_action(&statement) {
                continue;
            }
            let mut place = named(&policy.source.clone(), at.place());
            let other_resource = !passes(&statement, &["Resource", "NotResource"]);
            let near = if other_resource {
                let elements = statement.elements().filter(|it| it.name.ends_with("Resource"));
                let values = elements.flat_map(|element| element.values);
                let nearest = values.max_by_key(|value| likeness(&value.text, wanted));
                place.expected = Some(wanted.to_owned());
                place.actual = nearest.map(|value| value.text.to_string());
                place.element = Some(at.member("Resource"));
                nearest.map_or(0, |value| likeness(&value.text, wanted))
            } else {
                let Some(first) = failing(&statement).into_iter().next() else { continue };
                condition::describe(scene, &at, &first, &mut place);
                101
            };
            if best.as_ref().is_none_or(|(nearness, ..)| near > *nearness) {
                best = Some((near, place, other_resource));
            }
        }
    }
    if let Some((_, place, other_resource)) = best {
        return Some((other_resource, place));
    }
    let first = policies.first()?;
    let document = scene.world.place_of(first.source);
    Some((false, named(first.source, Where { document, ..Where::default() })))
}

/// The place with the name of the policy.
pub(super) fn named(source: &PolicySource, place: Where) -> Where {
    let policy_name = match source {
        PolicySource::Inline { name, .. } | PolicySource::Restriction { name } => {
            Some(name.to_string())
        }
        PolicySource::Managed { arn, .. } | PolicySource::Boundary { arn } => {
            arn.resource().rsplit('/').next().map(str::to_owned)
        }
        PolicySource::Trust { .. } => Some("AssumeRolePolicyDocument".to_owned()),
        _ => None,
    };
    let policy_arn = match source {
        PolicySource::ServiceControl { .. } | PolicySource::ResourceControl { .. } => None,
        source => source.policy_arn().map(|arn| arn.to_string()),
    };
    Where { policy_name, policy_arn, ..place }
}
