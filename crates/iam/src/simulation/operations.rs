//! SimulateCustomPolicy and SimulatePrincipalPolicy.

use stead_api::ApiError;
use stead_api::iam::{
    SimulateCustomPolicy, SimulateCustomPolicyRequest, SimulatePolicyResponse,
    SimulatePrincipalPolicy, SimulatePrincipalPolicyRequest,
};
use stead_authorizer::Authorized;
use stead_policy::{PolicyRef, context_keys};
use stead_service::{Call, Handle, Work};

use super::caller;
use super::evaluate::Simulation;
use super::given::GivenPolicies;
use super::page::Page;
use super::request::{Request, Resources};
use super::source::{Source, SourceArn, unclear};
use super::sources::Sources;
use super::{entries, resource};
use crate::Iam;

impl Handle<SimulateCustomPolicy> for Iam {
    fn execute(
        _permit: Authorized<SimulateCustomPolicy>,
        input: SimulateCustomPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<SimulatePolicyResponse, ApiError> {
        run(&input.into(), None, call)
    }
}

impl Handle<SimulatePrincipalPolicy> for Iam {
    fn execute(
        _permit: Authorized<SimulatePrincipalPolicy>,
        input: SimulatePrincipalPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<SimulatePolicyResponse, ApiError> {
        let source = SourceArn::read(&input.policy_source_arn)?.find(call.account)?;
        run(&input.into(), Some(source), call)
    }
}

/// One page of a simulation: of somebody's policies, or of given ones alone.
fn run(
    request: &Request,
    source: Option<Source<'_>>,
    call: &Call<'_>,
) -> Result<SimulatePolicyResponse, ApiError> {
    request.check()?;
    let given_keys = entries::read(&request.entries)?;
    let given_context = given_keys.clone().build();
    let policies = GivenPolicies::read(request, resource::policy_kind(request))?;
    let principals = match source {
        Some(source) => caller::of_principal(source, request, &given_context, call)?,
        None => caller::of_custom(request, &given_context, call)?,
    };
    if request.resource_policy.is_some() && request.resources == Resources::Any {
        // Observed: radkawar/stackd, recorded in 2026: a policy belongs to a resource.
        return Err(unclear("*"));
    }
    let owner = request.owner()?;
    let page = Page::of(request)?;

    let identity = besides(source, &policies, call);
    let sources = Sources::new(&policies, call);
    let mentioned = mentioned(source, &policies, &sources, call);
    let context = principals.keys.clone().overlaid(&given_keys);
    let mut simulation = Simulation {
        request,
        call,
        principals: &principals,
        given: &policies,
        identity: &identity,
        entries: &given_context,
        context: &context,
        owner,
        mentioned,
        sources,
    };
    let actions = request.actions.get(page.actions).unwrap_or_default();
    let results = actions.iter().map(|action| simulation.result(action)).collect();
    Ok(SimulatePolicyResponse {
        evaluation_results: Some(results),
        is_truncated: page.marker.is_some(),
        marker: page.marker,
    })
}

/// Identity policies that are not gathered as a call's: given ones, and a group's.
fn besides<'a>(
    source: Option<Source<'a>>,
    policies: &'a GivenPolicies,
    call: &Call<'a>,
) -> Vec<PolicyRef<'a>> {
    let mut identity = match source {
        Some(group @ Source::Group(_)) => group.identity_policies(call.account),
        _ => Vec::new(),
    };
    identity.extend(policies.identity.iter().map(|given| given.reference()));
    identity
}

/// The keys that all these policies ask for.
fn mentioned(
    source: Option<Source<'_>>,
    policies: &GivenPolicies,
    sources: &Sources<'_>,
    call: &Call<'_>,
) -> Vec<String> {
    let held = source.map(|source| source.identity_policies(call.account)).unwrap_or_default();
    let boundary = source
        .and_then(Source::boundary)
        .filter(|_| policies.boundary.is_none())
        .map(|boundary| call.account.boundary_policy(boundary));
    // What can't be read denies, whatever keys it asks for.
    let held = held.iter().chain(&boundary).filter_map(|policy| sources.text(policy.source));
    let held = held.filter_map(|(text, _)| context_keys(&text));
    let given = policies.all().filter_map(|given| context_keys(&given.text));
    held.chain(given).flatten().collect()
}
