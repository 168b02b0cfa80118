//! Managed policies.

mod entities;
mod list;
mod tags;
mod versions;
pub(crate) mod view;

use std::sync::Arc;

use stead_api::iam::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, DeletePolicy, DeletePolicyRequest,
    DeletePolicyResponse, GetPolicy, GetPolicyRequest, GetPolicyResponse, TagPolicy,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::commands::managed_policy;
use stead_directory::entity::ManagedPolicy;
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_service::{Asks, Call, Handle, Work};
use stead_types::Arn;

use crate::ask::Kind;
use crate::error::{api_error, outside_account};
use crate::{Iam, ask, input, policy_arn, target};

impl Handle<CreatePolicy> for Iam {
    fn asks(input: &CreatePolicyRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let path = input.path.as_deref();
        let ask = |action| {
            let ask = ask::creation(action, Kind::Policy, path, &input.policy_name, call);
            // Observed: kubernetes-sigs/aws-load-balancer-controller users are refused
            // iam:CreatePolicy "on resource: policy AWSLoadBalancerControllerIAMPolicy".
            let ask = ask.shown_as(format!("policy {}", input.policy_name));
            ask::with_request_tags(ask, &input.tags)
        };
        let mut asks = vec![ask(CreatePolicy::ACTION)];
        // As for roles: who creates with tags must be allowed to tag as well.
        if !input.tags.is_empty() {
            asks.push(ask(TagPolicy::ACTION));
        }
        Ok(Asks::Permissions(asks))
    }

    fn execute(
        _permit: Authorized<CreatePolicy>,
        input: CreatePolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreatePolicyResponse, ApiError> {
        let new = managed_policy::NewPolicy {
            name: input::new_name(&input.policy_name)?,
            path: input::new_path(input.path.as_deref())?,
            text: input.policy_document.into(),
            description: input.description,
            tags: input::tags(&input.tags)?,
        };
        let policy = managed_policy::create(work.draft, new, call.facts.now, work.entropy)
            .map_err(api_error)?;
        let policy = view::created(&policy, work.draft.snapshot(), input.tags);
        Ok(CreatePolicyResponse { policy: Some(policy) })
    }
}

impl Handle<GetPolicy> for Iam {
    fn asks(input: &GetPolicyRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(about(GetPolicy::ACTION, &input.policy_arn, call)?.into())
    }

    fn execute(
        _permit: Authorized<GetPolicy>,
        input: GetPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetPolicyResponse, ApiError> {
        let policy = find(EntityKind::Policy, &input.policy_arn, call.account)?;
        Ok(GetPolicyResponse { policy: Some(view::whole(policy, call.account)) })
    }
}

impl Handle<DeletePolicy> for Iam {
    fn asks(input: &DeletePolicyRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(about(DeletePolicy::ACTION, &input.policy_arn, call)?.into())
    }

    fn execute(
        _permit: Authorized<DeletePolicy>,
        input: DeletePolicyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeletePolicyResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        managed_policy::delete(work.draft, &arn)
            .map_err(|error| refused("delete policies", error))?;
        Ok(DeletePolicyResponse {})
    }
}

/// A question about a managed policy.
///
/// # Errors
/// What is not the ARN of a policy.
fn about(action: &'static str, arn: &str, call: &Call<'_>) -> Result<Ask, ApiError> {
    let arn: Arn = policy_arn::parse(arn)?;
    Ok(ask::policy(action, arn.as_str(), call))
}

/// The managed policy with this ARN. The kind chooses the text when there is none.
///
/// Choice: a policy of another account is not found, as if there were none.
fn find<'a>(
    kind: EntityKind,
    arn: &str,
    account: &'a Snapshot,
) -> Result<&'a Arc<ManagedPolicy>, ApiError> {
    let found = account.policy(&policy_arn::parse(arn)?);
    found.ok_or_else(|| target::missing(kind, arn))
}

/// The error for a refused change of a policy; `doing` says what can't be done to a
/// policy of AWS or of another account.
fn refused(doing: &str, error: DirectoryError) -> ApiError {
    match error {
        DirectoryError::PolicyOutsideAccount { .. } => outside_account(doing),
        error => api_error(error),
    }
}
