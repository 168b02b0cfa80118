use stead_api::iam::{
    ListOpenIDConnectProviderTags, ListOpenIDConnectProviderTagsRequest,
    ListOpenIDConnectProviderTagsResponse, TagOpenIDConnectProvider,
    TagOpenIDConnectProviderRequest, TagOpenIDConnectProviderResponse, UntagOpenIDConnectProvider,
    UntagOpenIDConnectProviderRequest, UntagOpenIDConnectProviderResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Asks, Call, Handle, Work};

use super::{about, find, parse};
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::{Iam, ask, input, view};

impl Handle<TagOpenIDConnectProvider> for Iam {
    fn asks(input: &TagOpenIDConnectProviderRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let arn = &input.open_id_connect_provider_arn;
        let ask = about(TagOpenIDConnectProvider::ACTION, arn, call)?;
        Ok(ask::with_request_tags(ask, &input.tags).into())
    }

    fn execute(
        _permit: Authorized<TagOpenIDConnectProvider>,
        input: TagOpenIDConnectProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagOpenIDConnectProviderResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::OidcProvider(&arn), tags).map_err(api_error)?;
        Ok(TagOpenIDConnectProviderResponse {})
    }
}

impl Handle<UntagOpenIDConnectProvider> for Iam {
    fn asks(input: &UntagOpenIDConnectProviderRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let arn = &input.open_id_connect_provider_arn;
        let ask = about(UntagOpenIDConnectProvider::ACTION, arn, call)?;
        Ok(ask::with_tag_keys(ask, &input.tag_keys).into())
    }

    fn execute(
        _permit: Authorized<UntagOpenIDConnectProvider>,
        input: UntagOpenIDConnectProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagOpenIDConnectProviderResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::OidcProvider(&arn), &keys).map_err(api_error)?;
        Ok(UntagOpenIDConnectProviderResponse {})
    }
}

impl Handle<ListOpenIDConnectProviderTags> for Iam {
    fn asks(
        input: &ListOpenIDConnectProviderTagsRequest,
        call: &Call<'_>,
    ) -> Result<Asks, ApiError> {
        let arn = &input.open_id_connect_provider_arn;
        Ok(about(ListOpenIDConnectProviderTags::ACTION, arn, call)?.into())
    }

    fn execute(
        _permit: Authorized<ListOpenIDConnectProviderTags>,
        input: ListOpenIDConnectProviderTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListOpenIDConnectProviderTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let provider = find(&input.open_id_connect_provider_arn, call.account)?;
        let page = page.cut(view::resource_tags(&provider.tags), view::resource_tag_key);
        Ok(ListOpenIDConnectProviderTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
