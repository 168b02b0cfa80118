//! Tags of instance profiles.

use stead_api::ApiError;
use stead_api::iam::{
    ListInstanceProfileTags, ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse,
    TagInstanceProfile, TagInstanceProfileRequest, TagInstanceProfileResponse,
    UntagInstanceProfile, UntagInstanceProfileRequest, UntagInstanceProfileResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Call, Handle, Work};

use super::{existing, find};
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::{Iam, input, view};

impl Handle<TagInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<TagInstanceProfile>,
        input: TagInstanceProfileRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagInstanceProfileResponse, ApiError> {
        let name = existing(&input.instance_profile_name)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::InstanceProfile(&name), tags).map_err(api_error)?;
        Ok(TagInstanceProfileResponse {})
    }
}

impl Handle<UntagInstanceProfile> for Iam {
    fn execute(
        _permit: Authorized<UntagInstanceProfile>,
        input: UntagInstanceProfileRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagInstanceProfileResponse, ApiError> {
        let name = existing(&input.instance_profile_name)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::InstanceProfile(&name), &keys).map_err(api_error)?;
        Ok(UntagInstanceProfileResponse {})
    }
}

impl Handle<ListInstanceProfileTags> for Iam {
    fn execute(
        _permit: Authorized<ListInstanceProfileTags>,
        input: ListInstanceProfileTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListInstanceProfileTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let profile = find(&input.instance_profile_name, call.account)?;
        let page = page.cut(view::resource_tags(&profile.tags), view::resource_tag_key);
        Ok(ListInstanceProfileTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
