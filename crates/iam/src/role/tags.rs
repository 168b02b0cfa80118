//! The tags of roles.

use stead_api::ApiError;
use stead_api::iam::{
    ListRoleTags, ListRoleTagsRequest, ListRoleTagsResponse, TagRole, TagRoleRequest,
    TagRoleResponse, UntagRole, UntagRoleRequest, UntagRoleResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::tags::{self, Taggable};
use stead_service::{Call, Handle, Work};

use crate::error::for_principal;
use crate::pagination::PageRequest;
use crate::role::{existing, find};
use crate::{Iam, input, view};

impl Handle<TagRole> for Iam {
    fn execute(
        _permit: Authorized<TagRole>,
        input: TagRoleRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagRoleResponse, ApiError> {
        let name = existing(&input.role_name)?;
        let given = input::tags(&input.tags)?;
        tags::tag(work.draft, Taggable::Role(&name), given).map_err(for_principal)?;
        Ok(TagRoleResponse {})
    }
}

impl Handle<UntagRole> for Iam {
    fn execute(
        _permit: Authorized<UntagRole>,
        input: UntagRoleRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagRoleResponse, ApiError> {
        let name = existing(&input.role_name)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        tags::untag(work.draft, Taggable::Role(&name), &keys).map_err(for_principal)?;
        Ok(UntagRoleResponse {})
    }
}

impl Handle<ListRoleTags> for Iam {
    fn execute(
        _permit: Authorized<ListRoleTags>,
        input: ListRoleTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListRoleTagsResponse, ApiError> {
        let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let role = find(&input.role_name, call.account)?;
        let page = request.cut(view::tag_set(&role.tags), view::tag_set_key);
        Ok(ListRoleTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
