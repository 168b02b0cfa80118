use std::sync::LazyLock;

use stead_directory::Snapshot;
use stead_directory::organization::Memberships;
use stead_policy::{
    CompiledPolicy, Context, Decision, DocumentKind, FullTrace, Layers, NoTrace, Outcome, Policies,
    PolicyRef, PolicySource, Request, ResourcePolicy, Trace, evaluate,
};

use crate::context::context_of;
use crate::layers::CallerPolicies;
use crate::organization::{self, Limits};
use crate::{Ask, Authorized, CallerFacts, Denied, RequestFacts, Resource, VerifiedCaller};

/// Answers one question, and makes the permit for the operation that asked it.
///
/// `home` is the snapshot of the caller's own account; `memberships` tells of organizations.
/// Costs one untraced evaluation, whose work grows with the statements that name the action;
/// a denial costs a second, traced one.
///
/// # Errors
/// A denial, with everything that stood in the way.
pub fn decide<Op>(
    caller: &VerifiedCaller,
    home: &Snapshot,
    memberships: &Memberships,
    ask: &Ask,
    facts: &RequestFacts,
) -> Result<Authorized<Op>, Box<Denied>> {
    let mut keys = context_of(caller, home, ask, facts);
    organization::keys(&mut keys, memberships, caller, ask);
    let context = keys.build();
    let limits = Limits::of(memberships, caller, home, ask);
    let prepared = CallerPolicies::prepared(caller, home);
    let question = Question::new(caller, ask, &context, &prepared, limits.controls());
    let allowed = question.evaluate(&mut NoTrace, |outcome| outcome.decision == Decision::Allow);
    if allowed {
        return Ok(Authorized::granted());
    }
    // A trace says what each policy says.
    let policies = CallerPolicies::collect(caller, home);
    let question = Question::new(caller, ask, &context, &policies, limits.controls());
    let mut trace = FullTrace::default();
    let mut denied =
        question.evaluate(&mut trace, |outcome| Denied::new(caller, ask, outcome, &context));
    denied.trace = trace.into_owned();
    denied.one_organization = organization::is_one(memberships, caller, ask);
    Err(Box::new(denied))
}

/// What an organization adds to the policies.
#[derive(Clone, Copy)]
pub(crate) struct Controls<'a> {
    /// Of the caller's account, a list per level.
    pub(crate) service: &'a [Policies<'a>],
    /// Of the resource's account.
    pub(crate) resource: Policies<'a>,
}

/// Everything an evaluation reads.
pub(crate) struct Question<'a> {
    caller: &'a CallerFacts,
    action: &'a str,
    resource: &'a Resource,
    context: &'a Context,
    policies: &'a CallerPolicies<'a>,
    trust_source: Option<PolicySource>,
    // In place of what the resource has.
    given_resource_policy: Option<ResourcePolicy<'a>>,
    controls: Controls<'a>,
}

impl<'a> Question<'a> {
    pub(crate) fn new<Action: AsRef<str>>(
        caller: &'a CallerFacts,
        ask: &'a Ask<Action>,
        context: &'a Context,
        policies: &'a CallerPolicies<'a>,
        controls: Controls<'a>,
    ) -> Self {
        let (action, resource) = (ask.action.as_ref(), &ask.resource);
        let trust_source = trust_source(resource);
        let given_resource_policy = None;
        Self {
            caller,
            action,
            resource,
            context,
            policies,
            trust_source,
            given_resource_policy,
            controls,
        }
    }

    /// The same question with this policy on the side of the resource.
    pub(crate) const fn with_resource_policy(mut self, given: ResourcePolicy<'a>) -> Self {
        self.given_resource_policy = Some(given);
        self
    }

    pub(crate) fn evaluate<'t, T: Trace<'t>, R>(
        &'t self,
        trace: &mut T,
        read: impl FnOnce(Outcome<'_>) -> R,
    ) -> R {
        self.put(|request, layers| read(evaluate(request, layers, trace)))
    }

    /// Asks something about the request and the policies that apply to it.
    pub(crate) fn put<'t, R>(&'t self, ask: impl FnOnce(&Request<'t>, &Layers<'t>) -> R) -> R {
        let layers = Layers {
            identity: self.policies.identity.policies(),
            boundary: self.policies.boundary,
            session: self.policies.session.as_ref().map(Into::into),
            resource: self.resource_policy(),
            service_control: self.controls.service,
            resource_control: self.controls.resource,
        };
        let request = Request {
            action: self.action,
            resource: self.resource.arn(),
            resource_account: Some(self.resource.deciding_account(self.caller)),
            caller: self.caller.principal(),
            context: self.context,
        };
        ask(&request, &layers)
    }

    fn resource_policy(&self) -> ResourcePolicy<'_> {
        if let Some(given) = self.given_resource_policy {
            return given;
        }
        let Resource::Role { role, .. } = self.resource else { return ResourcePolicy::None };
        match (role, &self.trust_source) {
            (Some(role), _) => ResourcePolicy::Trust(role.trust.reference()),
            (None, Some(source)) => {
                ResourcePolicy::Trust(PolicyRef { source, policy: &TRUSTS_NOBODY })
            }
            (None, None) => ResourcePolicy::None,
        }
    }
}

/// What a role that does not exist is evaluated with: nobody is trusted, nothing is
/// denied, so that it looks like a role that does not trust the caller.
static TRUSTS_NOBODY: LazyLock<CompiledPolicy> = LazyLock::new(|| {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Principal":{"AWS":"AROAAAAAAAAAAAAAAAAAA"},"Action":"sts:AssumeRole"}]}"#;
    CompiledPolicy::compile_stored(text, DocumentKind::Trust).0
});

/// The source of the trust policy that a missing role is evaluated with.
fn trust_source(resource: &Resource) -> Option<PolicySource> {
    match resource {
        Resource::Role { arn, role: None, .. } => {
            Some(PolicySource::Trust { role: arn.parse().ok()? })
        }
        Resource::Any { .. }
        | Resource::Plain { .. }
        | Resource::Role { .. }
        | Resource::ManagedRoot { .. } => None,
    }
}
