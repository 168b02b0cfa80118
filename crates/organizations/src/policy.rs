//! Policies of the organization.

use stead_api::ApiError;
use stead_api::organizations::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, DeletePolicy, DeletePolicyRequest,
    DeletePolicyResponse, DescribePolicy, DescribePolicyRequest, DescribePolicyResponse,
    ListPolicies, ListPoliciesRequest, ListPoliciesResponse, Policy as PolicyView, PolicySummary,
    UpdatePolicy, UpdatePolicyRequest, UpdatePolicyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::policy::{self, PolicyUpdate};
use stead_directory::organization::entity::ControlKind;
use stead_directory::organization::{Missing, Organization, full_access_document, full_access_id};
use stead_policy::PolicyText;
use stead_service::{Call, Handle, Work};
use stead_types::OrganizationPolicyId;

use crate::{Organizations, error, pagination, scope, tags, view};

impl Handle<CreatePolicy> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<CreatePolicy>,
        input: CreatePolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreatePolicyResponse, ApiError> {
        let kind = scope::kind(input.r#type.as_str())?;
        let given = tags::given(input.tags)?;
        scope::draft(call, work)?;
        // Apart, since the draft is part of the work.
        let Work { organization: Some(draft), entropy, .. } = work else {
            return Err(error::not_in_use());
        };
        let (names, text) = ((&*input.name, &*input.description), PolicyText::new(input.content));
        let id = policy::create(draft, kind, names, text, given, *entropy);
        let id = id.map_err(error::refused)?;
        Ok(CreatePolicyResponse { policy: Some(shown(draft.organization(), &id)?) })
    }
}

impl Handle<UpdatePolicy> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<UpdatePolicy>,
        input: UpdatePolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdatePolicyResponse, ApiError> {
        let id = id(&input.policy_id)?;
        let draft = scope::draft(call, work)?;
        // Observed: a name of blanks and an empty description change nothing, and of the
        // summary only what was sent is answered (radkawar/stackd, recorded in 2026).
        let sent = (input.name.clone(), input.description.clone());
        let update = PolicyUpdate {
            name: input.name.as_deref().filter(|name| !name.trim().is_empty()),
            description: input.description.as_deref().filter(|text| !text.is_empty()),
            text: input.content.map(PolicyText::new),
        };
        policy::update(draft, &id, update).map_err(error::refused)?;
        let mut policy = shown(draft.organization(), &id)?;
        if let Some(summary) = &mut policy.policy_summary {
            (summary.name, summary.description) = sent;
        }
        Ok(UpdatePolicyResponse { policy: Some(policy) })
    }
}

impl Handle<DeletePolicy> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DeletePolicy>,
        input: DeletePolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeletePolicyResponse, ApiError> {
        let id = id(&input.policy_id)?;
        policy::delete(scope::draft(call, work)?, &id).map_err(error::refused)?;
        Ok(DeletePolicyResponse {})
    }
}

impl Handle<DescribePolicy> for Organizations {
    fn execute(
        _permit: Authorized<DescribePolicy>,
        input: DescribePolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribePolicyResponse, ApiError> {
        let policy = shown(scope::readable(call)?, &id(&input.policy_id)?)?;
        Ok(DescribePolicyResponse { policy: Some(policy) })
    }
}

impl Handle<ListPolicies> for Organizations {
    fn execute(
        _permit: Authorized<ListPolicies>,
        input: ListPoliciesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPoliciesResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let policies = ControlKind::from_wire(input.filter.as_str());
        let policies = policies.map(|kind| of_kind(organization, kind)).unwrap_or_default();
        let key = |summary: &PolicySummary| summary.id.clone().unwrap_or_default();
        let (policies, next_token) = pagination::page(asked, policies, key)?;
        Ok(ListPoliciesResponse { policies: Some(policies), next_token })
    }
}

pub(crate) fn id(text: &str) -> Result<OrganizationPolicyId, ApiError> {
    scope::id(text, Missing::Policy)
}

/// Every policy of a kind, AWS's among them, by id.
fn of_kind(organization: &Organization, kind: ControlKind) -> Vec<PolicySummary> {
    let own = organization.policies().filter(|policy| policy.kind == kind);
    let mut policies: Vec<_> =
        own.map(|policy| view::policy_summary(organization, policy)).collect();
    policies.push(view::full_access_summary(kind));
    policies.sort_by(|one, other| one.id.cmp(&other.id));
    policies
}

/// The summary of a policy, one of AWS's included.
pub(crate) fn summary(
    organization: &Organization,
    id: &OrganizationPolicyId,
) -> Option<PolicySummary> {
    let managed = ControlKind::ALL.into_iter().find(|kind| full_access_id(*kind) == id);
    match managed {
        Some(kind) => Some(view::full_access_summary(kind)),
        None => organization.policy(id).map(|policy| view::policy_summary(organization, policy)),
    }
}

fn shown(organization: &Organization, id: &OrganizationPolicyId) -> Result<PolicyView, ApiError> {
    let missing = || error::missing(Missing::Policy);
    let managed = ControlKind::ALL.into_iter().find(|kind| full_access_id(*kind) == id);
    let content = match managed {
        Some(kind) => full_access_document(kind).to_owned(),
        None => organization.policy(id).ok_or_else(missing)?.text.as_str().to_owned(),
    };
    let policy_summary = summary(organization, id);
    Ok(PolicyView { policy_summary, content: Some(content) })
}
