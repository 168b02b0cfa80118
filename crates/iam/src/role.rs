//! Roles and who may assume them.

mod list;
pub(crate) mod principals;
mod tags;
pub(crate) mod view;

use stead_api::iam::{
    CreateRole, CreateRoleRequest, CreateRoleResponse, DeleteRole, DeleteRoleRequest,
    DeleteRoleResponse, GetRole, GetRoleRequest, GetRoleResponse, UpdateAssumeRolePolicy,
    UpdateAssumeRolePolicyRequest, UpdateAssumeRolePolicyResponse, UpdateRole,
    UpdateRoleDescription, UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse,
    UpdateRoleRequest, UpdateRoleResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::commands::role;
use stead_directory::entity::{MaxSessionDuration, Role};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_types::{AccountId, Path, RoleName};

use crate::error::{api_error, for_bounded};
use crate::role::principals::{Principals, accounts_named};
use crate::{Iam, input, policy_arn, target};

impl Handle<CreateRole> for Iam {
    fn accounts(input: &CreateRoleRequest, account: &Snapshot) -> Vec<AccountId> {
        accounts_named(&input.assume_role_policy_document, account.account()).into_iter().collect()
    }

    fn execute(
        _permit: Authorized<CreateRole>,
        input: CreateRoleRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateRoleResponse, ApiError> {
        let boundary = input.permissions_boundary.as_deref().map(policy_arn::parse).transpose()?;
        let duration = max_session_duration(input.max_session_duration)?;
        let path = input::new_path(input.path.as_deref())?;
        if Role::is_service_path(&path) {
            return Err(service_path(&path));
        }
        let new = role::NewRole {
            name: input::new_name(&input.role_name)?,
            path,
            trust: input.assume_role_policy_document.as_str().into(),
            description: input.description,
            max_session_duration: duration.unwrap_or(MaxSessionDuration::DEFAULT),
            boundary,
            tags: input::tags(&input.tags)?,
        };
        let principals = Principals::new(call, work.draft);
        let now = call.facts.now;
        let role =
            role::create(work.draft, new, &principals, now, work.entropy).map_err(for_bounded)?;
        let document = input.assume_role_policy_document;
        let role = view::created(&role, call.account.account(), document, input.tags);
        Ok(CreateRoleResponse { role })
    }
}

impl Handle<GetRole> for Iam {
    fn accounts(input: &GetRoleRequest, account: &Snapshot) -> Vec<AccountId> {
        accounts_shown(&input.role_name, account)
    }

    fn execute(
        _permit: Authorized<GetRole>,
        input: GetRoleRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetRoleResponse, ApiError> {
        let role = find(&input.role_name, call.account)?;
        let last = work.usage.role_last_used(&role.id);
        Ok(GetRoleResponse { role: view::whole(role, call.account.account(), call, last) })
    }
}

/// Choice: what is not given stays as it is. The API reference says that a session
/// duration that is not given becomes one hour, in the words of CreateRole.
impl Handle<UpdateRole> for Iam {
    fn execute(
        _permit: Authorized<UpdateRole>,
        input: UpdateRoleRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateRoleResponse, ApiError> {
        let name = existing(&input.role_name)?;
        let duration = max_session_duration(input.max_session_duration)?;
        role::update(work.draft, &name, input.description, duration).map_err(api_error)?;
        Ok(UpdateRoleResponse {})
    }
}

impl Handle<UpdateRoleDescription> for Iam {
    fn accounts(input: &UpdateRoleDescriptionRequest, account: &Snapshot) -> Vec<AccountId> {
        accounts_shown(&input.role_name, account)
    }

    fn execute(
        _permit: Authorized<UpdateRoleDescription>,
        input: UpdateRoleDescriptionRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateRoleDescriptionResponse, ApiError> {
        let name = existing(&input.role_name)?;
        let role =
            role::update(work.draft, &name, Some(input.description), None).map_err(api_error)?;
        let principals = Principals::new(call, work.draft);
        let role = view::updated(&role, call.account.account(), &principals);
        Ok(UpdateRoleDescriptionResponse { role: Some(role) })
    }
}

impl Handle<UpdateAssumeRolePolicy> for Iam {
    /// Besides those the document names, those that the present one does: an author
    /// who keeps a principal's unique id as it was must be understood.
    fn accounts(input: &UpdateAssumeRolePolicyRequest, account: &Snapshot) -> Vec<AccountId> {
        let mut accounts = accounts_named(&input.policy_document, account.account());
        accounts.extend(accounts_shown(&input.role_name, account));
        accounts.into_iter().collect()
    }

    fn execute(
        _permit: Authorized<UpdateAssumeRolePolicy>,
        input: UpdateAssumeRolePolicyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateAssumeRolePolicyResponse, ApiError> {
        let name = existing(&input.role_name)?;
        let document = input.policy_document.into();
        let principals = Principals::new(call, work.draft);
        role::update_trust(work.draft, &name, &document, &principals).map_err(api_error)?;
        Ok(UpdateAssumeRolePolicyResponse {})
    }
}

impl Handle<DeleteRole> for Iam {
    fn execute(
        _permit: Authorized<DeleteRole>,
        input: DeleteRoleRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteRoleResponse, ApiError> {
        role::delete(work.draft, &existing(&input.role_name)?).map_err(api_error)?;
        Ok(DeleteRoleResponse {})
    }
}

/// Choice: the text. What lies under this path is protected as its service's, so only
/// CreateServiceLinkedRole puts roles there.
fn service_path(path: &Path) -> ApiError {
    let text = format!("The path {path} is reserved for service-linked roles.");
    ApiError::new(ErrorCode::InvalidInput, text)
}

fn existing(name: &str) -> Result<RoleName, ApiError> {
    input::existing_name(EntityKind::Role, name)
}

fn find<'a>(name: &str, account: &'a Snapshot) -> Result<&'a Role, ApiError> {
    let found = account.role_by_name(name).map(AsRef::as_ref);
    found.ok_or_else(|| target::missing(EntityKind::Role, name))
}

/// The accounts that must be known to show the trust policy of a role.
fn accounts_shown(role_name: &str, account: &Snapshot) -> Vec<AccountId> {
    let role = account.role_by_name(role_name);
    role.map(|role| role.trust.foreign_accounts().collect()).unwrap_or_default()
}

fn max_session_duration(seconds: Option<i32>) -> Result<Option<MaxSessionDuration>, ApiError> {
    let duration = |seconds: i32| {
        let seconds = u32::try_from(seconds).ok();
        // The decoder has checked the same bounds.
        seconds
            .and_then(MaxSessionDuration::from_seconds)
            .ok_or_else(|| ApiError::internal("a decoded duration is out of its bounds"))
    };
    seconds.map(duration).transpose()
}
