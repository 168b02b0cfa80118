//! Managed policies.

mod entities;
mod list;
mod tags;
mod versions;
pub(crate) mod view;

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyResponse, DeletePolicy, DeletePolicyRequest,
    DeletePolicyResponse, GetPolicy, GetPolicyRequest, GetPolicyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::managed_policy;
use stead_directory::entity::ManagedPolicy;
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};

use crate::error::{api_error, outside_account};
use crate::{Iam, input, policy_arn, target};

impl Handle<CreatePolicy> for Iam {
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
