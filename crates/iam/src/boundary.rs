//! Permissions boundaries of users and roles.

use stead_api::iam::{
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryRequest,
    DeleteRolePermissionsBoundaryResponse, DeleteUserPermissionsBoundary,
    DeleteUserPermissionsBoundaryRequest, DeleteUserPermissionsBoundaryResponse,
    PutRolePermissionsBoundary, PutRolePermissionsBoundaryRequest,
    PutRolePermissionsBoundaryResponse, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryRequest, PutUserPermissionsBoundaryResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::boundary::{self, BoundaryHolder};
use stead_service::{Asks, Call, Handle, Work};
use stead_types::{RoleName, UserName};

use crate::error::for_bounded;
use crate::holder::Holder;
use crate::{Iam, ask, input, policy_arn};

// Spec: Service Authorization Reference, IAM: `iam:PermissionsBoundary` is the
// boundary that a request sets, and for the other operations the one that is set.

impl Handle<PutUserPermissionsBoundary> for Iam {
    fn asks(input: &PutUserPermissionsBoundaryRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let boundary = policy_arn::parse(&input.permissions_boundary)?;
        let ask = ask::user(PutUserPermissionsBoundary::ACTION, &input.user_name, call);
        Ok(ask::with_new_boundary(ask, Some(boundary.as_str())).into())
    }

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
    fn asks(
        input: &DeleteUserPermissionsBoundaryRequest,
        call: &Call<'_>,
    ) -> Result<Asks, ApiError> {
        let holder = Holder::User(&input.user_name);
        Ok(holder.ask_change(DeleteUserPermissionsBoundary::ACTION, call).into())
    }

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
    fn asks(input: &PutRolePermissionsBoundaryRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let boundary = policy_arn::parse(&input.permissions_boundary)?;
        let ask = ask::role(PutRolePermissionsBoundary::ACTION, &input.role_name, call);
        Ok(ask::with_new_boundary(ask, Some(boundary.as_str())).into())
    }

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
    fn asks(
        input: &DeleteRolePermissionsBoundaryRequest,
        call: &Call<'_>,
    ) -> Result<Asks, ApiError> {
        let holder = Holder::Role(&input.role_name);
        Ok(holder.ask_change(DeleteRolePermissionsBoundary::ACTION, call).into())
    }

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
