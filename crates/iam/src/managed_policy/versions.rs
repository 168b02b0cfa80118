//! Versions of managed policies.

use stead_api::ApiError;
use stead_api::iam::{
    CreatePolicyVersion, CreatePolicyVersionRequest, CreatePolicyVersionResponse,
    DeletePolicyVersion, DeletePolicyVersionRequest, DeletePolicyVersionResponse, GetPolicyVersion,
    GetPolicyVersionRequest, GetPolicyVersionResponse, ListPolicyVersions,
    ListPolicyVersionsRequest, ListPolicyVersionsResponse, SetDefaultPolicyVersion,
    SetDefaultPolicyVersionRequest, SetDefaultPolicyVersionResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::managed_policy::{self, NewVersion};
use stead_directory::entity::VersionId;
use stead_service::{Call, Handle, Work};
use stead_types::Arn;

use crate::managed_policy::{find, refused, view};
use crate::pagination::PageRequest;
use crate::{Iam, policy_arn, target};

impl Handle<CreatePolicyVersion> for Iam {
    fn execute(
        _permit: Authorized<CreatePolicyVersion>,
        input: CreatePolicyVersionRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreatePolicyVersionResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let new = match input.set_as_default {
            Some(true) => NewVersion::Default,
            Some(false) | None => NewVersion::Kept,
        };
        let text = input.policy_document.into();
        let id = managed_policy::create_version(work.draft, &arn, text, new, call.facts.now)
            .map_err(|error| refused("update policies", error))?;
        let policy = work.draft.snapshot().policy(&arn);
        let created = policy
            .and_then(|policy| Some(view::listed_version(policy, id, policy.versions.get(&id)?)));
        Ok(CreatePolicyVersionResponse { policy_version: created })
    }
}

impl Handle<GetPolicyVersion> for Iam {
    fn execute(
        _permit: Authorized<GetPolicyVersion>,
        input: GetPolicyVersionRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetPolicyVersionResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let id = version(&arn, &input.version_id)?;
        let policy = call.account.policy(&arn);
        let shown = policy
            .and_then(|policy| Some(view::whole_version(policy, id, policy.versions.get(&id)?)));
        let shown = shown.ok_or_else(|| missing(&arn, &input.version_id))?;
        Ok(GetPolicyVersionResponse { policy_version: Some(shown) })
    }
}

impl Handle<ListPolicyVersions> for Iam {
    fn execute(
        _permit: Authorized<ListPolicyVersions>,
        input: ListPolicyVersionsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPolicyVersionsResponse, ApiError> {
        let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let policy = find(EntityKind::Policy, &input.policy_arn, call.account)?;
        // Observed: the newest first (2026-02).
        let page = request.cut(policy.versions.iter().rev(), |(id, _)| newest_first(**id));
        let shown = page.items.iter();
        let shown = shown.map(|(id, version)| view::listed_version(policy, **id, version));
        Ok(ListPolicyVersionsResponse {
            versions: Some(shown.collect()),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<DeletePolicyVersion> for Iam {
    fn execute(
        _permit: Authorized<DeletePolicyVersion>,
        input: DeletePolicyVersionRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeletePolicyVersionResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let id = version(&arn, &input.version_id)?;
        managed_policy::delete_version(work.draft, &arn, id)
            .map_err(|error| refused("delete policy versions for policies", error))?;
        Ok(DeletePolicyVersionResponse {})
    }
}

impl Handle<SetDefaultPolicyVersion> for Iam {
    fn execute(
        _permit: Authorized<SetDefaultPolicyVersion>,
        input: SetDefaultPolicyVersionRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<SetDefaultPolicyVersionResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let id = version(&arn, &input.version_id)?;
        managed_policy::set_default_version(work.draft, &arn, id)
            .map_err(|error| refused("update policies", error))?;
        Ok(SetDefaultPolicyVersionResponse {})
    }
}

/// Reads a version id. One that no policy here can have, such as `v1.x`, is one that
/// does not exist.
fn version(arn: &Arn, id: &str) -> Result<VersionId, ApiError> {
    id.parse().map_err(|_| missing(arn, id))
}

/// Observed: the same for a policy and for a version that does not exist (2026-02).
fn missing(arn: &Arn, id: &str) -> ApiError {
    target::missing(EntityKind::PolicyVersion, &format!("{arn} version {id}"))
}

/// A text that orders versions so.
fn newest_first(id: VersionId) -> String {
    format!("{:010}", u32::MAX - id.number())
}
