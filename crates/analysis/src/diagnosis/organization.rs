//! Policies of an organization that stand in the way.

use stead_policy::{Decision, PolicyType};

use super::condition::deciding;
use super::statement::StatementPlace;
use super::{Finding, Scene, Where};
use crate::replay::Denial;
use crate::{Cause, Layer};

pub(super) fn finding(
    scene: &Scene,
    denial: &Denial,
    policy_type: PolicyType,
    decision: Decision,
) -> Option<Finding> {
    let service = policy_type == PolicyType::ServiceControl;
    let layer = if service { Layer::Scp } else { Layer::Rcp };
    if decision == Decision::ExplicitDeny {
        let cause = if service { Cause::ScpDeny } else { Cause::RcpDeny };
        let place = deciding(scene, denial, policy_type)?;
        return Some(Finding { cause, layer, place });
    }
    // Only service control policies must allow.
    let mut policies = denial.judgement.trace.policies();
    let policy = policies.find(|policy| policy.policy_type == policy_type)?;
    let document = StatementPlace::of(scene, &policy, 0).map(|place| place.document);
    let place = Where {
        policy_name: policy.statements().find_map(|statement| statement.sid.map(str::to_owned)),
        expected: Some(format!("{} allowed", denial.ask.action)),
        actual: Some("no statement of it does".to_owned()),
        document,
        ..Where::default()
    };
    Some(Finding { cause: Cause::ScpNoAllow, layer, place })
}
