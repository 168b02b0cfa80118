use stead_api::ApiError;
use stead_api::iam::{
    ListMFADeviceTags, ListMFADeviceTagsRequest, ListMFADeviceTagsResponse, TagMFADevice,
    TagMFADeviceRequest, TagMFADeviceResponse, UntagMFADevice, UntagMFADeviceRequest,
    UntagMFADeviceResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Call, Handle, Work};

use super::serial;
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::target::missing;
use crate::{Iam, input, view};

impl Handle<TagMFADevice> for Iam {
    fn execute(
        _permit: Authorized<TagMFADevice>,
        input: TagMFADeviceRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagMFADeviceResponse, ApiError> {
        let serial = serial(&input.serial_number)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::MfaDevice(&serial), tags).map_err(api_error)?;
        Ok(TagMFADeviceResponse {})
    }
}

impl Handle<UntagMFADevice> for Iam {
    fn execute(
        _permit: Authorized<UntagMFADevice>,
        input: UntagMFADeviceRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagMFADeviceResponse, ApiError> {
        let serial = serial(&input.serial_number)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::MfaDevice(&serial), &keys).map_err(api_error)?;
        Ok(UntagMFADeviceResponse {})
    }
}

impl Handle<ListMFADeviceTags> for Iam {
    fn execute(
        _permit: Authorized<ListMFADeviceTags>,
        input: ListMFADeviceTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListMFADeviceTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let device = call.account.mfa_device(&serial(&input.serial_number)?);
        let device = device.ok_or_else(|| missing(EntityKind::MfaDevice, &input.serial_number))?;
        let page = page.cut(view::resource_tags(&device.tags), view::resource_tag_key);
        Ok(ListMFADeviceTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
