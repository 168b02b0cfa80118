//! Who is in which group.

use stead_api::ApiError;
use stead_api::iam::{
    AddUserToGroup, AddUserToGroupRequest, AddUserToGroupResponse, ListGroupsForUser,
    ListGroupsForUserRequest, ListGroupsForUserResponse, RemoveUserFromGroup,
    RemoveUserFromGroupRequest, RemoveUserFromGroupResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::group as command;
use stead_service::{Call, Handle, Work};
use stead_types::{GroupName, UserName};

use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::target::find_user;
use crate::{Iam, input, view};

impl Handle<AddUserToGroup> for Iam {
    fn execute(
        _permit: Authorized<AddUserToGroup>,
        input: AddUserToGroupRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AddUserToGroupResponse, ApiError> {
        let (group, user) = names(&input.group_name, &input.user_name)?;
        command::add_user(work.draft, &group, &user).map_err(api_error)?;
        Ok(AddUserToGroupResponse {})
    }
}

impl Handle<RemoveUserFromGroup> for Iam {
    fn execute(
        _permit: Authorized<RemoveUserFromGroup>,
        input: RemoveUserFromGroupRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RemoveUserFromGroupResponse, ApiError> {
        let (group, user) = names(&input.group_name, &input.user_name)?;
        command::remove_user(work.draft, &group, &user).map_err(api_error)?;
        Ok(RemoveUserFromGroupResponse {})
    }
}

impl Handle<ListGroupsForUser> for Iam {
    fn execute(
        _permit: Authorized<ListGroupsForUser>,
        input: ListGroupsForUserRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListGroupsForUserResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let user = find_user(&input.user_name, call.account)?;
        let page = page.cut(call.account.groups_of(user), |group| group.name.fold());
        let account = call.account.account();
        Ok(ListGroupsForUserResponse {
            groups: page.items.into_iter().map(|group| view::group(group, account)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

// Observed: of a user and a group that are both missing, the user is named (2026-02).
fn names(group: &str, user: &str) -> Result<(GroupName, UserName), ApiError> {
    let user = input::existing_name(EntityKind::User, user)?;
    Ok((input::existing_name(EntityKind::Group, group)?, user))
}
