//! The results of a simulation, action by action.

use std::collections::BTreeMap;

use stead_api::iam::{
    EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail,
    PolicyEvaluationDecisionType as DecisionType, ResourceSpecificResult, Statement,
};
use stead_authorizer::{
    AppliedStatement, Ask, Background, Resource, ResourceSide, Scene, Simulated, simulate,
};
use stead_policy::{
    Context, ContextBuilder, Decision, Effect, PolicyRef, PolicySource, PolicyType, context_keys,
};
use stead_service::{Call, Simulator};
use stead_types::AccountId;

use super::caller::Principals;
use super::given::GivenPolicies;
use super::request::{Request, Resources};
use super::resource;
use super::sources::Sources;

/// Everything that the evaluations of a request share.
pub(super) struct Simulation<'a> {
    pub(super) request: &'a Request,
    pub(super) call: &'a Call<'a>,
    pub(super) principals: &'a Principals,
    pub(super) given: &'a GivenPolicies,
    /// Identity policies besides those that the holder's are gathered as.
    pub(super) identity: &'a [PolicyRef<'a>],
    /// The keys of `ContextEntries`.
    pub(super) entries: &'a Context,
    /// The same over those of the caller.
    pub(super) context: &'a ContextBuilder,
    pub(super) owner: Option<AccountId>,
    /// Which keys the caller's policies ask for.
    pub(super) mentioned: Vec<String>,
    pub(super) sources: Sources<'a>,
}

/// What is found for one resource.
struct Found {
    decision: Decision,
    matched: Vec<Statement>,
    missing: Vec<String>,
    boundary: Option<Decision>,
    organizations: Option<Decision>,
    details: Option<BTreeMap<String, Decision>>,
}

impl Simulation<'_> {
    /// The result of one action for all resources.
    ///
    /// Spec: API EvaluationResult: one result per action; what it says as a whole is the
    /// most restrictive of what is said of each resource. Observed: radkawar/stackd,
    /// recorded in 2026: which members there are. Choice: of several resources AWS shows a
    /// form of ARN that belongs to the action; here they are `*`.
    pub(super) fn result(&mut self, action: &str) -> EvaluationResult {
        let arns = self.request.resources.arns();
        let found: Vec<Found> = match &self.request.resources {
            Resources::Any => vec![self.found(action, None)],
            Resources::Named(arns) => {
                arns.iter().map(|arn| self.found(action, Some(arn))).collect()
            }
        };
        let shown = match arns {
            [arn] => arn.clone(),
            _ => "*".to_owned(),
        };
        let specific = arns.iter().zip(&found).map(|(arn, found)| found.specific(arn));
        let specific: Vec<_> = specific.collect();
        let named = !arns.is_empty();
        let whole = Found::whole(found);
        EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_resource_name: Some(shown),
            eval_decision: wire(whole.decision),
            permissions_boundary_decision_detail: whole.boundary.map(boundary_detail),
            eval_decision_details: named.then(|| wire_details(whole.details.as_ref())),
            matched_statements: Some(whole.matched),
            missing_context_values: Some(whole.missing),
            // Spec: API EvaluationResult: only of an account that is in an organization, and
            // so limited.
            organizations_decision_detail: whole.organizations.map(organizations_detail),
            resource_specific_results: named.then_some(specific),
        }
    }

    fn found(&mut self, action: &str, arn: Option<&str>) -> Found {
        let simulator = self.call.simulator;
        let side = resource::side(action, self.given.resource.as_ref(), simulator);
        let callers = self.principals.caller.account();
        let ask = resource::question(action, arn, self.owner, callers, &side, self.call);
        let scene = Scene {
            caller: &self.principals.caller,
            holder: self.principals.holder.as_ref(),
            identity: self.identity,
            boundary: self.given.boundary.as_ref().map(|given| given.reference()),
            resource: side,
            background: match simulator {
                Simulator::AsCalls => Background::Known,
                Simulator::AsAws => Background::Empty,
            },
            memberships: self.call.memberships,
            given: self.context,
        };
        let simulated = simulate(&scene, self.call.account, &ask, self.call.facts);
        Found {
            decision: simulated.decision,
            matched: self.matched(&simulated),
            missing: self.missing(&simulated, &ask, &side),
            boundary: simulated.boundary,
            organizations: simulated.organizations,
            details: simulated.cross_account.then(|| details(&simulated)),
        }
    }

    /// The statements that decide.
    ///
    /// Spec: API EvaluationResult, MatchedStatements. Observed: radkawar/stackd, recorded in
    /// 2026: those that allow, without the boundary's, or those that deny; none where
    /// nothing allows.
    fn matched(&mut self, simulated: &Simulated) -> Vec<Statement> {
        let decides = |statement: &&AppliedStatement| match simulated.decision {
            Decision::Allow => {
                statement.effect == Effect::Allow && statement.policy_type != PolicyType::Boundary
            }
            Decision::ExplicitDeny => statement.effect == Effect::Deny,
            Decision::ImplicitDeny => false,
        };
        // Spec: API EvaluationResult, OrganizationsDecisionDetail: of policies of organizations
        // only what they come to is told.
        let is_own = |statement: &&AppliedStatement| {
            let controls = [PolicyType::ServiceControl, PolicyType::ResourceControl];
            !controls.contains(&statement.policy_type)
        };
        let mut matched = Vec::new();
        for statement in simulated.statements.iter().filter(decides).filter(is_own) {
            push_new(&mut matched, self.sources.shown(statement));
        }
        matched
    }

    /// The keys that policies ask for and the simulation does not have.
    ///
    /// Observed: radkawar/stackd, recorded in 2026: where nothing allows, those of every
    /// statement, whatever its action; where something denies or all allow, none. AWS lists
    /// the keys that it fills in by itself too.
    fn missing(
        &self,
        simulated: &Simulated,
        ask: &Ask<String>,
        side: &ResourceSide<'_>,
    ) -> Vec<String> {
        if simulated.decision != Decision::ImplicitDeny {
            return Vec::new();
        }
        let has = |key: &str| match self.call.simulator {
            Simulator::AsCalls => simulated.context.get(key).is_some(),
            Simulator::AsAws => self.entries.get(key).is_some(),
        };
        let mut missing = Vec::new();
        for key in self.mentioned.iter().cloned().chain(self.keys_of_trust(ask, side)) {
            if !has(&key) {
                push_new(&mut missing, key);
            }
        }
        missing
    }

    fn keys_of_trust(&self, ask: &Ask<String>, side: &ResourceSide<'_>) -> Vec<String> {
        let (Resource::Role { role: Some(role), .. }, ResourceSide::Found) = (&ask.resource, side)
        else {
            return Vec::new();
        };
        let source = PolicySource::Trust { role: role.arn(ask.resource.account()) };
        let text = self.sources.text(&source);
        text.and_then(|(text, _)| context_keys(&text)).unwrap_or_default()
    }
}

impl Found {
    fn specific(&self, arn: &str) -> ResourceSpecificResult {
        let some = |it: bool| it.then_some(());
        ResourceSpecificResult {
            eval_resource_name: arn.to_owned(),
            eval_resource_decision: wire(self.decision),
            matched_statements: some(!self.matched.is_empty()).map(|()| self.matched.clone()),
            missing_context_values: some(!self.missing.is_empty()).map(|()| self.missing.clone()),
            eval_decision_details: self.details.as_ref().map(|it| wire_details(Some(it))),
            permissions_boundary_decision_detail: self.boundary.map(boundary_detail),
        }
    }

    /// What is said of all resources together.
    fn whole(all: Vec<Self>) -> Self {
        let mut whole = Self {
            decision: Decision::Allow,
            matched: Vec::new(),
            missing: Vec::new(),
            boundary: None,
            organizations: None,
            details: None,
        };
        let decision = all.iter().map(|found| found.decision).fold(Decision::Allow, stricter);
        for found in all {
            // Spec: API EvaluationResult: of a denial only what denies is told.
            let told = decision != Decision::ExplicitDeny || found.decision == decision;
            let matched = found.matched.into_iter().filter(|_| told);
            matched.for_each(|statement| push_new(&mut whole.matched, statement));
            found.missing.into_iter().for_each(|key| push_new(&mut whole.missing, key));
            if let Some(said) = found.boundary {
                whole.boundary = Some(whole.boundary.map_or(said, |other| stricter(other, said)));
            }
            if let Some(said) = found.organizations {
                let other = whole.organizations;
                whole.organizations = Some(other.map_or(said, |other| stricter(other, said)));
            }
            for (kind, said) in found.details.into_iter().flatten() {
                let details = whole.details.get_or_insert_default();
                let other = details.get(&kind).copied().unwrap_or(Decision::Allow);
                details.insert(kind, stricter(other, said));
            }
        }
        whole.decision = decision;
        whole
    }
}

/// Spec: API EvaluationResult, EvalDecisionDetails: what each kind of policy says, across
/// accounts. Observed: radkawar/stackd, recorded in 2026: how the kinds are called.
fn details(simulated: &Simulated) -> BTreeMap<String, Decision> {
    let identity = ("IAM Policy".to_owned(), simulated.identity);
    let resource = ("Resource Policy".to_owned(), simulated.resource);
    let boundary = simulated.boundary.map(|said| ("Permissions Boundary Policy".to_owned(), said));
    [identity, resource].into_iter().chain(boundary).collect()
}

const fn stricter(left: Decision, right: Decision) -> Decision {
    match (left, right) {
        (Decision::ExplicitDeny, _) | (_, Decision::ExplicitDeny) => Decision::ExplicitDeny,
        (Decision::ImplicitDeny, _) | (_, Decision::ImplicitDeny) => Decision::ImplicitDeny,
        (Decision::Allow, Decision::Allow) => Decision::Allow,
    }
}

const fn wire(decision: Decision) -> DecisionType {
    match decision {
        Decision::Allow => DecisionType::Allowed,
        Decision::ExplicitDeny => DecisionType::ExplicitDeny,
        Decision::ImplicitDeny => DecisionType::ImplicitDeny,
    }
}

fn wire_details(details: Option<&BTreeMap<String, Decision>>) -> BTreeMap<String, DecisionType> {
    let details = details.into_iter().flatten();
    details.map(|(kind, decision)| (kind.clone(), wire(*decision))).collect()
}

fn boundary_detail(said: Decision) -> PermissionsBoundaryDecisionDetail {
    let allowed = Some(said == Decision::Allow);
    PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: allowed }
}

fn organizations_detail(said: Decision) -> OrganizationsDecisionDetail {
    OrganizationsDecisionDetail { allowed_by_organizations: Some(said == Decision::Allow) }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
