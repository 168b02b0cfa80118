//! User groups.

use stead_api::ApiError;
use stead_api::iam::{
    CreateGroup, CreateGroupRequest, CreateGroupResponse, DeleteGroup, DeleteGroupRequest,
    DeleteGroupResponse, GetGroup, GetGroupRequest, GetGroupResponse, ListGroups,
    ListGroupsRequest, ListGroupsResponse, UpdateGroup, UpdateGroupRequest, UpdateGroupResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::group as command;
use stead_service::{Call, Handle, Work};

use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::target::missing;
use crate::{Iam, input, view};

impl Handle<CreateGroup> for Iam {
    fn execute(
        _permit: Authorized<CreateGroup>,
        input: CreateGroupRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateGroupResponse, ApiError> {
        let name = input::new_name(&input.group_name)?;
        let path = input::new_path(input.path.as_deref())?;
        let made = command::create(work.draft, name, path, call.facts.now, work.entropy)
            .map_err(api_error)?;
        Ok(CreateGroupResponse { group: view::group(&made, call.account.account()) })
    }
}

impl Handle<GetGroup> for Iam {
    fn execute(
        _permit: Authorized<GetGroup>,
        input: GetGroupRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetGroupResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let group = call.account.group_by_name(&input.group_name);
        let group = group.ok_or_else(|| missing(EntityKind::Group, &input.group_name))?;
        let after = page.after().map(str::to_owned);
        let members = call.account.members_of(&group.id, after.as_deref());
        let page = page.cut(members, |user| user.name.fold());
        let account = call.account.account();
        Ok(GetGroupResponse {
            group: view::group(group, account),
            users: page.items.into_iter().map(|user| view::listed_user(user, account)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<ListGroups> for Iam {
    fn execute(
        _permit: Authorized<ListGroups>,
        input: ListGroupsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListGroupsResponse, ApiError> {
        let prefix = input::path_prefix(input.path_prefix.as_deref())?;
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let after = page.after().map(str::to_owned);
        let listed = call.account.groups(prefix, after.as_deref());
        let page = page.cut(listed, |group| group.name.fold());
        let account = call.account.account();
        Ok(ListGroupsResponse {
            groups: page.items.into_iter().map(|group| view::group(group, account)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateGroup> for Iam {
    fn execute(
        _permit: Authorized<UpdateGroup>,
        input: UpdateGroupRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateGroupResponse, ApiError> {
        let name = input::existing_name(EntityKind::Group, &input.group_name)?;
        let new_name = input.new_group_name.as_deref().map(input::new_name).transpose()?;
        let new_path = input::changed_path(input.new_path.as_deref())?;
        command::update(work.draft, &name, new_name, new_path).map_err(api_error)?;
        Ok(UpdateGroupResponse {})
    }
}

impl Handle<DeleteGroup> for Iam {
    fn execute(
        _permit: Authorized<DeleteGroup>,
        input: DeleteGroupRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteGroupResponse, ApiError> {
        let name = input::existing_name(EntityKind::Group, &input.group_name)?;
        command::delete(work.draft, &name).map_err(api_error)?;
        Ok(DeleteGroupResponse {})
    }
}
