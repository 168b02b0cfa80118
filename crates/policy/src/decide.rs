//! The decision: which layers must allow, and what each says.
//!
//! Spec: UG:reference_policies_evaluation-logic and the pages below it.

mod bypass;
mod partial;
mod survey;

use stead_types::AccountId;

use bypass::Bypass;
pub use partial::evaluate_partial;
use survey::{Survey, survey};

use crate::arn_pattern::components;
use crate::request::{Boundary, FoldedAction, Target};
use crate::{
    BlockReason, Blocker, Blockers, Caller, Cause, Decision, FederatedIssuer, Layers, Outcome,
    Policies, PolicyRef, PolicyType, Request, ResourcePolicy, Trace, TraceNote,
};

/// Decides a request by the policies that apply to it.
///
/// Costs a look into the index of each policy, or of each set, and asks the statements
/// it finds, each in time linear in its size. It allocates nothing, but for the
/// lower-case copy of an action longer than any of AWS's.
/// Being traced changes nothing about the outcome; the trace borrows what the
/// request and the layers borrow.
pub fn evaluate<'a: 't, 't, T: Trace<'t>>(
    request: &Request<'t>,
    layers: &Layers<'a>,
    trace: &mut T,
) -> Outcome<'a> {
    let action = FoldedAction::new(request.action);
    let target = Target::new(request, &action, Boundary::of(layers));
    trace.begin(request, &target);
    let findings = Findings::collect(request, &target, layers, trace);
    findings.conclude(request, layers, trace)
}

/// What each layer says to the request.
struct Findings<'a> {
    service_control: Survey<'a>,
    // The first level that does not allow.
    silent_level: Option<usize>,
    resource_control: Survey<'a>,
    resource_type: PolicyType,
    resource: Survey<'a>,
    identity: Survey<'a>,
    boundary: Survey<'a>,
    session: Survey<'a>,
}

impl<'a> Findings<'a> {
    fn collect<'t, T: Trace<'t>>(
        request: &Request<'t>,
        target: &Target<'_>,
        layers: &Layers<'a>,
        trace: &mut T,
    ) -> Self
    where
        'a: 't,
    {
        let mut ask = |policy_type, level, policies: Policies<'a>| {
            survey(policy_type, level, policies, request, target, trace)
        };
        let mut service_control = Survey::default();
        let mut silent_level = None;
        for (level, policies) in binding_levels(request, layers).iter().enumerate() {
            let found = ask(PolicyType::ServiceControl, Some(level), *policies);
            if !found.allows() && silent_level.is_none() {
                silent_level = Some(level);
            }
            service_control.add_deny(found);
        }
        let (resource_type, resource) = resource_side(layers);
        Self {
            service_control,
            silent_level,
            resource_control: ask(PolicyType::ResourceControl, None, layers.resource_control),
            resource_type,
            resource: ask(resource_type, None, resource.into()),
            identity: ask(PolicyType::Identity, None, layers.identity),
            boundary: ask(PolicyType::Boundary, None, layers.boundary.into()),
            session: ask(PolicyType::Session, None, layers.session.unwrap_or_default()),
        }
    }

    /// Every layer silent.
    fn silent(layers: &Layers<'_>) -> Self {
        let (resource_type, _) = resource_side(layers);
        let silent = Survey::default();
        Self {
            service_control: silent,
            silent_level: None,
            resource_control: silent,
            resource_type,
            resource: silent,
            identity: silent,
            boundary: silent,
            session: silent,
        }
    }

    /// What one layer says; levels are told from the root on.
    fn set(&mut self, policy_type: PolicyType, level: Option<usize>, found: Survey<'a>) {
        match policy_type {
            PolicyType::ServiceControl => {
                if !found.allows() && self.silent_level.is_none() {
                    self.silent_level = level;
                }
                self.service_control.add_deny(found);
            }
            PolicyType::ResourceControl => self.resource_control = found,
            PolicyType::Trust | PolicyType::Resource => self.resource = found,
            PolicyType::Identity => self.identity = found,
            PolicyType::Boundary => self.boundary = found,
            PolicyType::Session => self.session = found,
        }
    }

    /// The decision: a Deny anywhere, else a layer that must allow and does not.
    fn conclude<'t, T: Trace<'t>>(
        &self,
        request: &Request<'_>,
        layers: &Layers<'_>,
        trace: &mut T,
    ) -> Outcome<'a> {
        let demands = Demands::of(request, self, layers, trace);
        let blockers = self.blockers(&demands);
        let Some(cause) = self.blocking_cause(&blockers) else {
            let cause = self.allowing_cause(&demands);
            return Outcome { decision: Decision::Allow, cause, blockers };
        };
        let decision = match cause {
            Cause::Statement { .. } => Decision::ExplicitDeny,
            Cause::NothingAllows { .. } | Cause::RootUser => Decision::ImplicitDeny,
        };
        Outcome { decision, cause, blockers }
    }

    /// Every layer in the way: those that deny, then those that must allow and do not,
    /// each in AWS's order, save that a silent trust policy comes last.
    fn blockers(&self, demands: &Demands) -> Blockers<'a> {
        let mut blockers = Blockers::default();
        let layers = [
            (PolicyType::ServiceControl, &self.service_control, false),
            // Spec: ORG:orgs_manage_policies_rcps: the policy that allows all cannot
            // be detached, so that only what denies matters.
            (PolicyType::ResourceControl, &self.resource_control, false),
            (self.resource_type, &self.resource, demands.resource == Demand::Allow),
            (PolicyType::Identity, &self.identity, demands.identity == Demand::Allow),
            (PolicyType::Boundary, &self.boundary, demands.boundary == Demand::Allow),
            (PolicyType::Session, &self.session, demands.session == Demand::Allow),
        ];
        for (policy_type, found, _) in &layers {
            if let Some(statement) = found.deny() {
                let reason = BlockReason::Denies(statement);
                blockers.push(Blocker { policy_type: *policy_type, reason });
            }
        }
        if let Some(level) = self.silent_level {
            let reason = BlockReason::DoesNotAllow { level: Some(level) };
            blockers.push(Blocker { policy_type: PolicyType::ServiceControl, reason });
        }
        // Choice: AWS names one silent kind of policy and does not say which. A trust
        // policy comes last: a role that does not exist has a silent one, and must not
        // be told from a role whose caller is held back by policies of its own.
        let is_trust = |policy_type| policy_type == PolicyType::Trust;
        for last in [false, true] {
            for (policy_type, found, demanded) in &layers {
                if *demanded && !found.allows() && is_trust(*policy_type) == last {
                    let reason = BlockReason::DoesNotAllow { level: None };
                    blockers.push(Blocker { policy_type: *policy_type, reason });
                }
            }
        }
        blockers
    }

    /// The first blocker decides: a Deny anywhere before silence anywhere.
    fn blocking_cause(&self, blockers: &Blockers<'a>) -> Option<Cause<'a>> {
        let Blocker { policy_type, reason } = *blockers.iter().next()?;
        Some(match reason {
            BlockReason::Denies(statement) => Cause::Statement { policy_type, statement },
            BlockReason::DoesNotAllow { .. } => Cause::NothingAllows { policy_type },
        })
    }

    /// What allowed: the statement on the resource's side where that side had to
    /// allow or was enough, else the one among the caller's own policies.
    fn allowing_cause(&self, demands: &Demands) -> Cause<'a> {
        let by_resource = self.resource.allow().map(|statement| (self.resource_type, statement));
        let by_identity = self.identity.allow().map(|statement| (PolicyType::Identity, statement));
        let by_session = self.session.allow().map(|statement| (PolicyType::Session, statement));
        let resource_first =
            demands.resource == Demand::Allow || demands.identity == Demand::Nothing;
        let (first, second) =
            if resource_first { (by_resource, by_identity) } else { (by_identity, by_resource) };
        // A federated user whose session the root user asked for has only session policies.
        match first.or(second).or(by_session) {
            Some((policy_type, statement)) => Cause::Statement { policy_type, statement },
            // Only the root user's own right lets a request pass without a statement.
            None => Cause::RootUser,
        }
    }
}

/// Spec: ORG:orgs_manage_policies_scps: service control policies bind the users, roles
/// and root users of an organization's accounts, nobody else.
fn binding_levels<'a>(request: &Request<'_>, layers: &Layers<'a>) -> &'a [Policies<'a>] {
    if request.caller.account().is_some() { layers.service_control } else { &[] }
}

/// The policy on the side of the resource, and its kind.
const fn resource_side<'a>(layers: &Layers<'a>) -> (PolicyType, Option<PolicyRef<'a>>) {
    match layers.resource {
        ResourcePolicy::None => (PolicyType::Resource, None),
        ResourcePolicy::Trust(policy) => (PolicyType::Trust, Some(policy)),
        ResourcePolicy::Resource(policy) => (PolicyType::Resource, Some(policy)),
    }
}

/// Whether a layer must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Demand {
    /// It must.
    Allow,
    /// Its silence does not count.
    Nothing,
}

/// Which layers must allow. Service control policies always must, level by level.
struct Demands {
    resource: Demand,
    identity: Demand,
    boundary: Demand,
    session: Demand,
}

impl Demands {
    fn of<'t, T: Trace<'t>>(
        request: &Request<'_>,
        findings: &Findings<'_>,
        layers: &Layers<'_>,
        trace: &mut T,
    ) -> Self {
        let Some(account) = request.caller.account() else {
            // Spec: services, bearers of foreign tokens and anonymous callers have no
            // identity policies: the resource's side decides alone.
            trace.note(TraceNote::NoIdentitySide);
            let (resource, own) = (Demand::Allow, Demand::Nothing);
            return Self { resource, identity: own, boundary: own, session: own };
        };
        let own_side = Self::own_side(request.caller, layers, trace);
        let owner = owner(request);
        if owner.is_none() {
            trace.note(TraceNote::OwnerUnknown);
        }
        if owner.is_some_and(|owner| owner != account) {
            // Spec: UG:reference_policies_evaluation-logic-cross-account: both must allow.
            trace.note(TraceNote::CrossAccount);
            return Self { resource: Demand::Allow, ..own_side };
        }
        // Spec: UG:reference_policies_evaluation-logic_policy-eval-denyallow: the trust
        // policies of roles and the policies of KMS keys must allow explicitly.
        let resource = if matches!(layers.resource, ResourcePolicy::Trust(_)) {
            trace.note(TraceNote::TrustMustAllow);
            Demand::Allow
        } else if is_kms_key(request) {
            trace.note(TraceNote::KeyMustAllow);
            Demand::Allow
        } else {
            Demand::Nothing
        };
        let bypass = findings.resource.bypass();
        let lifted = own_side.lifted_by(bypass, request, layers, trace);
        if findings.resource.names_everyone() {
            lifted.note_limits(trace);
        }
        Self { resource, ..lifted }
    }

    /// Whether this layer, on every level, must allow.
    const fn of_layer(&self, policy_type: PolicyType) -> Demand {
        match policy_type {
            PolicyType::ServiceControl => Demand::Allow,
            PolicyType::ResourceControl => Demand::Nothing,
            PolicyType::Trust | PolicyType::Resource => self.resource,
            PolicyType::Identity => self.identity,
            PolicyType::Boundary => self.boundary,
            PolicyType::Session => self.session,
        }
    }

    /// What the caller's own side must allow before anything lifts it.
    fn own_side<'t, T: Trace<'t>>(caller: &Caller, layers: &Layers<'_>, trace: &mut T) -> Self {
        let is_root = matches!(
            caller,
            Caller::Root { .. } | Caller::FederatedUser { issuer: FederatedIssuer::Root, .. }
        );
        let identity = if is_root {
            trace.note(TraceNote::RootUser);
            Demand::Nothing
        } else {
            Demand::Allow
        };
        let federated = matches!(caller, Caller::FederatedUser { .. });
        if federated && layers.session.is_none() {
            // Spec: UG:id_credentials_temp_control-access_getfederationtoken.
            trace.note(TraceNote::FederatedUserWithoutSessionPolicies);
        }
        let demanded = |demanded| if demanded { Demand::Allow } else { Demand::Nothing };
        Self {
            resource: Demand::Nothing,
            identity,
            boundary: demanded(layers.boundary.is_some()),
            session: demanded(federated || layers.session.is_some()),
        }
    }

    /// Says which layers go on limiting a caller who is named with everybody.
    fn note_limits<'t, T: Trace<'t>>(&self, trace: &mut T) {
        for (demand, policy_type) in
            [(self.boundary, PolicyType::Boundary), (self.session, PolicyType::Session)]
        {
            if demand == Demand::Allow {
                trace.note(TraceNote::EveryoneLimitedBy(policy_type));
            }
        }
    }

    /// The silence of which layers does not count, since the resource's policy names
    /// the caller.
    fn lifted_by<'t, T: Trace<'t>>(
        self,
        bypass: Bypass,
        request: &Request<'_>,
        layers: &Layers<'_>,
        trace: &mut T,
    ) -> Self {
        let mut lift = |demand, threshold, policy_type| {
            if bypass < threshold || demand == Demand::Nothing {
                return demand;
            }
            if policy_type == PolicyType::Boundary && boundary_stays(request, layers) {
                trace.note(TraceNote::BoundaryMustAllowAssumeRole);
                return demand;
            }
            trace.note(TraceNote::NotLimitedBy(policy_type));
            Demand::Nothing
        };
        Self {
            resource: self.resource,
            identity: lift(self.identity, Bypass::Identity, PolicyType::Identity),
            boundary: lift(self.boundary, Bypass::IdentityAndBoundary, PolicyType::Boundary),
            session: lift(self.session, Bypass::Everything, PolicyType::Session),
        }
    }
}

/// The account that owns the resource. Where the request does not say, the
/// resource's ARN may: a caller must not count as at home because nobody asked.
fn owner(request: &Request<'_>) -> Option<AccountId> {
    let named = || components(request.resource).and_then(|[.., account, _]| account.parse().ok());
    request.resource_account.or_else(named)
}

/// Whether the resource is a KMS key. The aliases and stores of KMS have no policies.
fn is_kms_key(request: &Request<'_>) -> bool {
    components(request.resource)
        .is_some_and(|[_, _, service, _, _, name]| service == "kms" && name.starts_with("key/"))
}

/// Spec: UG:roles-managingrole-editing-console: "If a permissions boundary is set for
/// the user, then it must allow sts:AssumeRole". The page on evaluation says that a
/// resource policy naming a user is not limited by the boundary.
/// Choice: the more specific page, which is also the stricter.
fn boundary_stays(request: &Request<'_>, layers: &Layers<'_>) -> bool {
    let assumes = request
        .action
        .get(.."sts:AssumeRole".len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:AssumeRole"));
    let trust = matches!(layers.resource, ResourcePolicy::Trust(_));
    trust && assumes && matches!(request.caller, Caller::User { .. })
}
