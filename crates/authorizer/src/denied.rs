use std::collections::BTreeMap;

use stead_policy::{
    BlockReason, Caller, Cause, Context, Decision, FullTrace, Outcome, PolicySource, PolicyType,
};
use stead_types::{AccountId, Arn, UniqueId};

use crate::{Ask, CallerFacts};

/// A question that was answered with no: all there is to say about it.
///
/// How much of it a caller may read depends on whose policies decided, see
/// [`Disclosure`]; this value holds everything.
#[derive(Clone, Debug)]
pub struct Denied {
    /// The action asked for.
    pub action: &'static str,
    /// The ARN of the resource, `*` where the action knows none.
    pub resource: String,
    /// How the error message names the resource: the ARN, or what stands for it.
    pub shown: String,
    /// The account that owns the resource.
    pub resource_account: AccountId,
    /// The caller's ARN, as GetCallerIdentity shows it.
    pub caller_arn: Arn,
    /// The caller's unique id, as GetCallerIdentity shows it.
    pub caller_id: String,
    /// The caller's account.
    pub caller_account: AccountId,
    /// The name of the service that called for itself, for such callers.
    pub service_name: Option<String>,
    /// The one action that is open to the bearer of a foreign token, for such callers.
    pub federated_action: Option<&'static str>,
    /// Whether the accounts of caller and resource belong to one organization.
    pub one_organization: bool,
    /// Explicitly or implicitly denied.
    pub decision: Decision,
    /// The kind of policy that decided, which AWS's message names.
    pub policy_type: Option<PolicyType>,
    /// The policy whose statement denied, where one did.
    pub denying_policy: Option<PolicySource>,
    /// Every layer that stood in the way, and whether by a Deny.
    pub blockers: Vec<(PolicyType, Decision)>,
    /// Whom the unique ids in the trace mean at present: trust policies hold ids,
    /// people know ARNs. Filled by whoever can see the accounts concerned.
    pub meanings: BTreeMap<UniqueId, Arn>,
    /// The condition keys of the request.
    pub context: Context,
    /// Every policy with each of its statements.
    pub trace: FullTrace<'static>,
}

/// How much of a denial an error message may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// Caller and resource are in one account or organization: the kind of policy is named.
    SameAccount,
    /// They are not: only that it was denied.
    OtherAccount,
}

impl Denied {
    pub(crate) fn new(
        caller: &CallerFacts,
        ask: &Ask,
        outcome: Outcome<'_>,
        context: &Context,
    ) -> Self {
        let denying_policy = match outcome.cause {
            Cause::Statement { statement, .. } => Some(statement.source.clone()),
            Cause::NothingAllows { .. } | Cause::RootUser => None,
        };
        let blockers = outcome.blockers.iter().map(|blocker| {
            let decision = match blocker.reason {
                BlockReason::Denies(_) => Decision::ExplicitDeny,
                BlockReason::DoesNotAllow { .. } => Decision::ImplicitDeny,
            };
            (blocker.policy_type, decision)
        });
        Self {
            action: ask.action,
            resource: ask.resource.arn().to_owned(),
            shown: ask.shown.clone().unwrap_or_else(|| ask.resource.arn().to_owned()),
            resource_account: ask.resource.account(),
            caller_arn: caller.arn().into_owned(),
            caller_id: caller.user_id().into_owned(),
            caller_account: caller.account(),
            service_name: caller.service_name().map(str::to_owned),
            federated_action: match caller.principal() {
                Caller::WebIdentity { .. } => Some("sts:AssumeRoleWithWebIdentity"),
                Caller::Saml { .. } => Some("sts:AssumeRoleWithSAML"),
                _ => None,
            },
            one_organization: false,
            decision: outcome.decision,
            policy_type: outcome.cause.policy_type(),
            denying_policy,
            blockers: blockers.collect(),
            meanings: BTreeMap::new(),
            context: context.clone(),
            trace: FullTrace::default(),
        }
    }

    /// How much the caller may be told in the error message.
    ///
    /// Spec: UG:troubleshoot_access-denied: the kind of policy is named within one
    /// account or organization only. Choice: a service belongs to neither.
    #[must_use]
    pub fn disclosure(&self) -> Disclosure {
        if self.service_name.is_some() {
            return Disclosure::OtherAccount;
        }
        if self.caller_account == self.resource_account || self.one_organization {
            Disclosure::SameAccount
        } else {
            Disclosure::OtherAccount
        }
    }
}
