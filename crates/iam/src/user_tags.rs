//! Tags of users.

use stead_api::ApiError;
use stead_api::iam::{
    ListUserTags, ListUserTagsRequest, ListUserTagsResponse, TagUser, TagUserRequest,
    TagUserResponse, UntagUser, UntagUserRequest, UntagUserResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Call, Handle, Work};

use crate::error::{api_error, for_principal};
use crate::pagination::PageRequest;
use crate::target::find_user;
use crate::{Iam, input, view};

impl Handle<TagUser> for Iam {
    fn execute(
        _permit: Authorized<TagUser>,
        input: TagUserRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagUserResponse, ApiError> {
        let name = input::existing_name(EntityKind::User, &input.user_name)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::User(&name), tags).map_err(for_principal)?;
        Ok(TagUserResponse {})
    }
}

impl Handle<UntagUser> for Iam {
    fn execute(
        _permit: Authorized<UntagUser>,
        input: UntagUserRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagUserResponse, ApiError> {
        let name = input::existing_name(EntityKind::User, &input.user_name)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::User(&name), &keys).map_err(api_error)?;
        Ok(UntagUserResponse {})
    }
}

impl Handle<ListUserTags> for Iam {
    fn execute(
        _permit: Authorized<ListUserTags>,
        input: ListUserTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListUserTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let user = find_user(&input.user_name, call.account)?;
        let page = page.cut(view::tag_set(&user.tags), view::tag_set_key);
        Ok(ListUserTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
