//! Instance profiles: created, shown, deleted.

mod list;
mod roles;
mod tags;
pub(crate) mod view;

use std::sync::Arc;

use stead_api::iam::{
    CreateInstanceProfile, CreateInstanceProfileRequest, CreateInstanceProfileResponse,
    DeleteInstanceProfile, DeleteInstanceProfileRequest, DeleteInstanceProfileResponse,
    GetInstanceProfile, GetInstanceProfileRequest, GetInstanceProfileResponse,
    InstanceProfile as InstanceProfileView, TagInstanceProfile,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::commands::instance_profile::{self as command, NewInstanceProfile};
use stead_directory::entity::InstanceProfile;
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Asks, Call, Handle, Work};
use stead_types::{AccountId, InstanceProfileName};

use crate::ask::Kind;
use crate::error::api_error;
use crate::target::missing;
use crate::{Iam, ask, input};

impl Handle<CreateInstanceProfile> for Iam {
    /// A tagged profile asks for its tag action too, as `CreateUser` does.
    fn asks(input: &CreateInstanceProfileRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let question = |action| {
            let (path, name) = (input.path.as_deref(), &input.instance_profile_name);
            let ask = ask::creation(action, Kind::InstanceProfile, path, name, call);
            ask::with_request_tags(ask, &input.tags)
        };
        let mut asks = vec![question(CreateInstanceProfile::ACTION)];
        if !input.tags.is_empty() {
            asks.push(question(TagInstanceProfile::ACTION));
        }
        Ok(Asks::Permissions(asks))
    }

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

    fn asks(input: &GetInstanceProfileRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let name = &input.instance_profile_name;
        Ok(ask::instance_profile(GetInstanceProfile::ACTION, name, call).into())
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
    fn asks(input: &DeleteInstanceProfileRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let name = &input.instance_profile_name;
        Ok(ask::instance_profile(DeleteInstanceProfile::ACTION, name, call).into())
    }

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
