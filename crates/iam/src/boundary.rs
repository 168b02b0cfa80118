//! Permissions boundaries of users and roles.

use stead_api::ApiError;
use stead_api::iam::{
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryRequest,
    DeleteRolePermissionsBoundaryResponse, DeleteUserPermissionsBoundary,
    DeleteUserPermissionsBoundaryRequest, DeleteUserPermissionsBoundaryResponse,
    PutRolePermissionsBoundary, PutRolePermissionsBoundaryRequest,
    PutRolePermissionsBoundaryResponse, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryRequest, PutUserPermissionsBoundaryResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::boundary::{self, BoundaryHolder};
use stead_service::{Call, Handle, Work};
use stead_types::{RoleName, UserName};

use crate::error::for_bounded;
use crate::{Iam, input, policy_arn};

impl Handle<PutUserPermissionsBoundary> for Iam {
    fn execute(
        _permit: Authorized<PutUserPermissionsBoundary>,
        input: PutUserPermissionsBoundaryRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<PutUserPermissionsBoundaryResponse, ApiError> {
        let policy = policy_arn::parse(&input.permissions_boundary)?;
        let name: UserName = input::existing_name(EntityKind::User, &input.user_name)?;
        boundary::put(work.draft, BoundaryHolder::User(&name), &policy).map_err(for_bounded)?;
        Ok(PutUserPermissionsBoundaryResponse {})
    }
}

impl Handle<DeleteUserPermissionsBoundary> for Iam {
    fn execute(
        _permit: Authorized<DeleteUserPermissionsBoundary>,
        input: DeleteUserPermissionsBoundaryRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteUserPermissionsBoundaryResponse, ApiError> {
        let name: UserName = input::existing_name(EntityKind::User, &input.user_name)?;
        boundary::delete(work.draft, BoundaryHolder::User(&name)).map_err(for_bounded)?;
        Ok(DeleteUserPermissionsBoundaryResponse {})
    }
}

impl Handle<PutRolePermissionsBoundary> for Iam {
    fn execute(
        _permit: Authorized<PutRolePermissionsBoundary>,
        input: PutRolePermissionsBoundaryRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<PutRolePermissionsBoundaryResponse, ApiError> {
        let policy = policy_arn::parse(&input.permissions_boundary)?;
        let name: RoleName = input::existing_name(EntityKind::Role, &input.role_name)?;
        boundary::put(work.draft, BoundaryHolder::Role(&name), &policy).map_err(for_bounded)?;
        Ok(PutRolePermissionsBoundaryResponse {})
    }
}

impl Handle<DeleteRolePermissionsBoundary> for Iam {
    fn execute(
        _permit: Authorized<DeleteRolePermissionsBoundary>,
        input: DeleteRolePermissionsBoundaryRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteRolePermissionsBoundaryResponse, ApiError> {
        let name: RoleName = input::existing_name(EntityKind::Role, &input.role_name)?;
        boundary::delete(work.draft, BoundaryHolder::Role(&name)).map_err(for_bounded)?;
        Ok(DeleteRolePermissionsBoundaryResponse {})
    }
}
