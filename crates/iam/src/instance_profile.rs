//! Instance profiles: created, shown, deleted.

mod list;
mod roles;
mod tags;
pub(crate) mod view;

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{
    CreateInstanceProfile, CreateInstanceProfileRequest, CreateInstanceProfileResponse,
    DeleteInstanceProfile, DeleteInstanceProfileRequest, DeleteInstanceProfileResponse,
    GetInstanceProfile, GetInstanceProfileRequest, GetInstanceProfileResponse,
    InstanceProfile as InstanceProfileView,
};
use stead_authorizer::Authorized;
use stead_directory::commands::instance_profile::{self as command, NewInstanceProfile};
use stead_directory::entity::InstanceProfile;
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_types::{AccountId, InstanceProfileName};

use crate::error::api_error;
use crate::target::missing;
use crate::{Iam, input};

impl Handle<CreateInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<CreateInstanceProfile>,
        input: CreateInstanceProfileRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateInstanceProfileResponse, ApiError> {
        let new = NewInstanceProfile {
            name: input::new_name(&input.instance_profile_name)?,
            path: input::new_path(input.path.as_deref())?,
            tags: input::tags(&input.tags)?,
        };
        let made =
            command::create(work.draft, new, call.facts.now, work.entropy).map_err(api_error)?;
        let instance_profile = InstanceProfileView {
            // Observed: left out when there are none, in the order they were given (2026-02).
            tags: crate::view::some(input.tags),
            ..view::listed(&made, call)
        };
        Ok(CreateInstanceProfileResponse { instance_profile })
    }
}

impl Handle<GetInstanceProfile> for Iam {
    fn accounts(input: &GetInstanceProfileRequest, account: &Snapshot) -> Vec<AccountId> {
        let profile = account.instance_profile_by_name(&input.instance_profile_name);
        profile.map(|profile| view::foreign_accounts(profile, account)).unwrap_or_default()
    }

    fn execute(
        _permit: Authorized<GetInstanceProfile>,
        input: GetInstanceProfileRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetInstanceProfileResponse, ApiError> {
        let profile = find(&input.instance_profile_name, call.account)?;
        Ok(GetInstanceProfileResponse { instance_profile: view::whole(profile, call) })
    }
}

impl Handle<DeleteInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<DeleteInstanceProfile>,
        input: DeleteInstanceProfileRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteInstanceProfileResponse, ApiError> {
        command::delete(work.draft, &existing(&input.instance_profile_name)?).map_err(api_error)?;
        Ok(DeleteInstanceProfileResponse {})
    }
}

fn existing(name: &str) -> Result<InstanceProfileName, ApiError> {
    input::existing_name(EntityKind::InstanceProfile, name)
}

fn find<'a>(name: &str, account: &'a Snapshot) -> Result<&'a Arc<InstanceProfile>, ApiError> {
    let found = account.instance_profile_by_name(name);
    found.ok_or_else(|| missing(EntityKind::InstanceProfile, name))
}
