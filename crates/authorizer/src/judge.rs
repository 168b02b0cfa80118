//! The answer to a question that nobody has asked by a call.

use std::sync::Arc;

use stead_directory::Snapshot;
use stead_policy::{
    BlockReason, CompiledPolicy, Context, ContextBuilder, Decision, FullTrace, Policies, PolicyRef,
    PolicySet, PolicySource, PolicyType, ResourcePolicy,
};

use crate::context::context_of;
use crate::decide::{Controls, Question};
use crate::layers::CallerPolicies;
use crate::{Ask, CallerFacts, RequestFacts};

/// What surrounds a call besides the accounts themselves.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Service control policies of the caller's organization, one set per level, the root
    /// first. None where the caller's account is in no organization.
    pub service_control: Vec<PolicySet>,
    /// Resource control policies of the resource's organization.
    pub resource_control: PolicySet,
    /// The policy of a resource that is no role, which nothing here keeps.
    pub resource_policy: Option<GivenPolicy>,
    /// Condition keys that are set, or unset, over those of the call.
    pub context: ContextBuilder,
}

/// A policy that is given with a question, and what it is called.
#[derive(Clone, Debug)]
pub struct GivenPolicy {
    /// What it is called.
    pub source: PolicySource,
    /// What it says.
    pub policy: Arc<CompiledPolicy>,
}

/// What the policies say to a question, with all that stands in the way.
#[derive(Clone, Debug)]
#[must_use]
pub struct Judgement {
    /// The decision.
    pub decision: Decision,
    /// Every layer that stands in the way, and whether by a Deny; in AWS's order.
    pub blockers: Vec<(PolicyType, Decision)>,
    /// The condition keys of the request.
    pub context: Context,
    /// Every policy with each of its statements, those included that are about other
    /// actions.
    pub trace: FullTrace<'static>,
}

/// Answers a question as [`decide`](crate::decide) does, and makes no permit.
///
/// The same policies are gathered and the same evaluation asked, so that what is said
/// here is what a call would meet; only an organization and further condition keys can
/// be given besides. Costs one traced evaluation and a walk over every statement.
pub fn judge<Action: AsRef<str>>(
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
    surroundings: &Surroundings,
) -> Judgement {
    suppose(caller, home, ask, facts, surroundings, |question, context| {
        let mut trace = FullTrace::default();
        let (decision, blockers) = question.evaluate(&mut trace, |outcome| {
            let blockers = outcome.blockers.iter().map(|blocker| {
                let decision = match blocker.reason {
                    BlockReason::Denies(_) => Decision::ExplicitDeny,
                    BlockReason::DoesNotAllow { .. } => Decision::ImplicitDeny,
                };
                (blocker.policy_type, decision)
            });
            (outcome.decision, blockers.collect())
        });
        let trace = trace.expanded().into_owned();
        Judgement { decision, blockers, context: context.clone(), trace }
    })
}

/// Puts together a question whose answer is only told: the policies that a call would meet,
/// and an organization and condition keys besides.
pub(crate) fn suppose<Action: AsRef<str>, R>(
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
    surroundings: &Surroundings,
    answer: impl FnOnce(&Question<'_>, &Context) -> R,
) -> R {
    let policies = CallerPolicies::collect(caller, home);
    let context = context_of(caller, home, ask, facts).overlaid(&surroundings.context).build();
    let levels: Vec<Policies<'_>> =
        surroundings.service_control.iter().map(Policies::Indexed).collect();
    let resource = Policies::Indexed(&surroundings.resource_control);
    let controls = Controls { service: &levels, resource };
    let mut question = Question::new(caller, ask, &context, &policies, controls);
    if let Some(given) = &surroundings.resource_policy {
        let reference = PolicyRef { source: &given.source, policy: &given.policy };
        question = question.with_resource_policy(ResourcePolicy::Resource(reference));
    }
    answer(&question, &context)
}
