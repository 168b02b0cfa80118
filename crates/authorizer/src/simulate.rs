//! The answer to a question about policies that need not be anybody's.

use stead_directory::Snapshot;
use stead_directory::organization::Memberships;
use stead_policy::{
    Context, ContextBuilder, Decision, Effect, FullTrace, LayerTrace, PolicyRef, PolicySource,
    PolicyType, ResourcePolicy,
};

use crate::context::known_context_of;
use crate::decide::Question;
use crate::layers::{CallerPolicies, Identity};
use crate::organization::{self, Limits};
use crate::{Ask, RequestFacts, SupposedCaller};

/// Which policies a simulated question is put to, and what it says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Who is supposed to call: whom principals and condition keys mean.
    pub caller: &'a SupposedCaller,
    /// Whose identity policies and boundary apply, gathered as for a call by them. Nobody's
    /// where policies are only given.
    pub holder: Option<&'a SupposedCaller>,
    /// Identity policies that apply besides.
    pub identity: &'a [PolicyRef<'a>],
    /// A boundary in place of the holder's.
    pub boundary: Option<PolicyRef<'a>>,
    /// The policy on the side of the resource.
    pub resource: ResourceSide<'a>,
    /// How much the question says by itself.
    pub background: Background,
    /// What organizations are to the accounts of holder and resource.
    pub memberships: &'a Memberships,
    /// Condition keys that are given, over those that are known.
    pub given: &'a ContextBuilder,
}

/// Where the policy on the side of the resource comes from.
#[derive(Clone, Copy, Debug)]
pub enum ResourceSide<'a> {
    /// The resource has it, as in a call.
    Found,
    /// It is given, or left out.
    Given(ResourcePolicy<'a>),
}

/// Which condition keys are in a simulated question without being given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// All that does not depend on a connection: of the caller, the resource and the moment.
    Known,
    /// None.
    Empty,
}

/// What the policies of a [`Scene`] say to a question.
#[derive(Clone, Debug)]
#[must_use]
pub struct Simulated {
    /// The decision, by the rules of a call.
    pub decision: Decision,
    /// What the identity policies say by themselves.
    pub identity: Decision,
    /// What the boundary says by itself, where there is one.
    pub boundary: Option<Decision>,
    /// What the policies of organizations say by themselves, where any apply.
    pub organizations: Option<Decision>,
    /// What the policy on the side of the resource says by itself.
    pub resource: Decision,
    /// Whether caller and resource are in different accounts.
    pub cross_account: bool,
    /// The condition keys of the question.
    pub context: Context,
    /// Every statement that applies, whatever it does.
    pub statements: Vec<AppliedStatement>,
}

/// A statement that applies to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedStatement {
    /// The kind of policy it stands in.
    pub policy_type: PolicyType,
    /// The policy.
    pub source: PolicySource,
    /// Its place in the policy, from 0.
    pub index: usize,
    /// What it does.
    pub effect: Effect,
}

/// Puts a question to the policies of a scene, and makes no permit.
///
/// Where `holder` and `caller` are one, nothing is given, and the keys of the connection are,
/// this is what a call by them is answered: the same policies are gathered by the same code
/// and put to the same evaluation. Costs one traced evaluation.
pub fn simulate<Action: AsRef<str>>(
    scene: &Scene<'_>,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
) -> Simulated {
    let known = match scene.background {
        Background::Known => {
            let mut keys = known_context_of(scene.caller, home, ask, facts);
            organization::keys(&mut keys, scene.memberships, scene.caller, ask);
            keys
        }
        Background::Empty => ContextBuilder::new(),
    };
    let context = known.overlaid(scene.given).build();
    let policies = policies_of(scene, home);
    let limits = match scene.holder {
        Some(holder) => Limits::of(scene.memberships, holder, home, ask),
        None => Limits::none(),
    };
    let mut question = Question::new(scene.caller, ask, &context, &policies, limits.controls());
    if let ResourceSide::Given(given) = scene.resource {
        question = question.with_resource_policy(given);
    }
    let mut trace = FullTrace::default();
    let decision = question.evaluate(&mut trace, |outcome| outcome.decision);
    let said = |layer: PolicyType| {
        trace.layers().find(|found| found.policy_type == layer).map(decision_of)
    };
    let resource = said(PolicyType::Trust).or_else(|| said(PolicyType::Resource));
    Simulated {
        decision,
        identity: said(PolicyType::Identity).unwrap_or(Decision::ImplicitDeny),
        boundary: policies.boundary.and_then(|_| said(PolicyType::Boundary)),
        resource: resource.unwrap_or(Decision::ImplicitDeny),
        organizations: limits.are_any().then(|| organizations(&trace)),
        cross_account: scene.caller.account() != ask.resource.account(),
        statements: trace.layers().flat_map(applied).collect(),
        context: context.clone(),
    }
}

fn policies_of<'a>(scene: &Scene<'a>, home: &'a Snapshot) -> CallerPolicies<'a> {
    let mut policies = match scene.holder {
        Some(holder) => CallerPolicies::collect(holder, home),
        None => {
            let identity = Identity::Listed(Vec::new());
            CallerPolicies { identity, boundary: None, session: None }
        }
    };
    if let Identity::Listed(listed) = &mut policies.identity {
        listed.extend(scene.identity);
    }
    policies.boundary = scene.boundary.or(policies.boundary);
    policies
}

/// What the policies of organizations say by themselves: every level must allow, and nothing
/// may deny.
fn organizations(trace: &FullTrace<'_>) -> Decision {
    let applying = trace.layers().filter(|layer| match layer.policy_type {
        PolicyType::ServiceControl => true,
        // Where no policy is, there is no limit.
        PolicyType::ResourceControl => layer.policies().next().is_some(),
        _ => false,
    });
    applying.map(decision_of).fold(Decision::Allow, |said, level| match (said, level) {
        (Decision::ExplicitDeny, _) | (_, Decision::ExplicitDeny) => Decision::ExplicitDeny,
        (Decision::ImplicitDeny, _) | (_, Decision::ImplicitDeny) => Decision::ImplicitDeny,
        (Decision::Allow, Decision::Allow) => Decision::Allow,
    })
}

/// What one layer says by itself.
fn decision_of(layer: LayerTrace<'_>) -> Decision {
    let effects = applied(layer).map(|statement| statement.effect);
    effects.fold(Decision::ImplicitDeny, |said, effect| match (said, effect) {
        (Decision::ExplicitDeny, _) | (_, Effect::Deny) => Decision::ExplicitDeny,
        (_, Effect::Allow) => Decision::Allow,
    })
}

fn applied(layer: LayerTrace<'_>) -> impl Iterator<Item = AppliedStatement> {
    layer.policies().flat_map(move |policy| {
        policy.statements().filter(|statement| statement.applies).map(move |statement| {
            AppliedStatement {
                policy_type: policy.policy_type,
                source: policy.source.clone(),
                index: statement.index,
                effect: statement.effect,
            }
        })
    })
}
