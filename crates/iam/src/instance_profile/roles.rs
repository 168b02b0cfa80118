//! The role in an instance profile.

use stead_api::ApiError;
use stead_api::iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileRequest, AddRoleToInstanceProfileResponse,
    RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileRequest,
    RemoveRoleFromInstanceProfileResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::instance_profile as command;
use stead_service::{Call, Handle, Work};
use stead_types::{InstanceProfileName, RoleName};

use super::existing;
use crate::error::api_error;
use crate::{Iam, input};

impl Handle<AddRoleToInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<AddRoleToInstanceProfile>,
        input: AddRoleToInstanceProfileRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AddRoleToInstanceProfileResponse, ApiError> {
        let (profile, role) = names(&input.instance_profile_name, &input.role_name)?;
        command::add_role(work.draft, &profile, &role).map_err(api_error)?;
        Ok(AddRoleToInstanceProfileResponse {})
    }
}

impl Handle<RemoveRoleFromInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<RemoveRoleFromInstanceProfile>,
        input: RemoveRoleFromInstanceProfileRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RemoveRoleFromInstanceProfileResponse, ApiError> {
        let (profile, role) = names(&input.instance_profile_name, &input.role_name)?;
        command::remove_role(work.draft, &profile, &role).map_err(api_error)?;
        Ok(RemoveRoleFromInstanceProfileResponse {})
    }
}

fn names(profile: &str, role: &str) -> Result<(InstanceProfileName, RoleName), ApiError> {
    Ok((existing(profile)?, input::existing_name(EntityKind::Role, role)?))
}
