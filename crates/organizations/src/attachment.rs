//! What policies are attached to.

use stead_api::ApiError;
use stead_api::organizations::{
    AttachPolicy, AttachPolicyRequest, AttachPolicyResponse, DetachPolicy, DetachPolicyRequest,
    DetachPolicyResponse, ListPoliciesForTarget, ListPoliciesForTargetRequest,
    ListPoliciesForTargetResponse, ListTargetsForPolicy, ListTargetsForPolicyRequest,
    ListTargetsForPolicyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::Missing;
use stead_directory::organization::commands::policy;
use stead_directory::organization::entity::{AttachedControls, ControlKind};
use stead_service::{Call, Handle, Work};

use crate::policy::{id, summary};
use crate::{Organizations, error, pagination, scope, view};

impl Handle<AttachPolicy> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<AttachPolicy>,
        input: AttachPolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AttachPolicyResponse, ApiError> {
        let id = id(&input.policy_id)?;
        let target = scope::target(scope::managed(call)?, &input.target_id);
        let target = target.ok_or_else(|| error::missing(Missing::Target))?;
        policy::attach(scope::draft(call, work)?, &id, &target).map_err(error::refused)?;
        Ok(AttachPolicyResponse {})
    }
}

impl Handle<DetachPolicy> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DetachPolicy>,
        input: DetachPolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DetachPolicyResponse, ApiError> {
        let id = id(&input.policy_id)?;
        let target = scope::target(scope::managed(call)?, &input.target_id);
        let target = target.ok_or_else(|| error::missing(Missing::Target))?;
        policy::detach(scope::draft(call, work)?, &id, &target).map_err(error::refused)?;
        Ok(DetachPolicyResponse {})
    }
}

impl Handle<ListPoliciesForTarget> for Organizations {
    fn execute(
        _permit: Authorized<ListPoliciesForTarget>,
        input: ListPoliciesForTargetRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPoliciesForTargetResponse, ApiError> {
        let organization = scope::readable(call)?;
        let target = scope::target(organization, &input.target_id);
        let target = target.ok_or_else(|| error::missing(Missing::Target))?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let wanted = ControlKind::from_wire(input.filter.as_str());
        let is_wanted = |id: &_| policy::kind_of(organization, id).ok() == wanted;
        let attached = organization.attached(&target).into_iter().flat_map(AttachedControls::iter);
        let attached = attached.filter(|id| wanted.is_some() && is_wanted(id));
        let (ids, next_token) = pagination::page(asked, attached, ToString::to_string)?;
        let policies = Some(ids.into_iter().filter_map(|id| summary(organization, id)).collect());
        Ok(ListPoliciesForTargetResponse { policies, next_token })
    }
}

impl Handle<ListTargetsForPolicy> for Organizations {
    fn execute(
        _permit: Authorized<ListTargetsForPolicy>,
        input: ListTargetsForPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListTargetsForPolicyResponse, ApiError> {
        let organization = scope::readable(call)?;
        let id = id(&input.policy_id)?;
        policy::kind_of(organization, &id).map_err(error::refused)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let targets = organization.targets_of(&id);
        let mut targets: Vec<_> =
            targets.filter_map(|target| view::policy_target(organization, &target)).collect();
        targets.sort_by(|one, other| one.target_id.cmp(&other.target_id));
        let (targets, next_token) =
            pagination::page(asked, targets, |it| it.target_id.clone().unwrap_or_default())?;
        Ok(ListTargetsForPolicyResponse { targets: Some(targets), next_token })
    }
}
