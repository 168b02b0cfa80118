use stead_api::iam::{
    ListSAMLProviderTags, ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse,
    TagSAMLProvider, TagSAMLProviderRequest, TagSAMLProviderResponse, UntagSAMLProvider,
    UntagSAMLProviderRequest, UntagSAMLProviderResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Asks, Call, Handle, Work};

use super::{about, find, parse};
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::{Iam, ask, input, view};

impl Handle<TagSAMLProvider> for Iam {
    fn asks(input: &TagSAMLProviderRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let arn = &input.saml_provider_arn;
        let ask = about(TagSAMLProvider::ACTION, arn, call)?;
        Ok(ask::with_request_tags(ask, &input.tags).into())
    }

    fn execute(
        _permit: Authorized<TagSAMLProvider>,
        input: TagSAMLProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagSAMLProviderResponse, ApiError> {
        let arn = parse(&input.saml_provider_arn)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::SamlProvider(&arn), tags).map_err(api_error)?;
        Ok(TagSAMLProviderResponse {})
    }
}

impl Handle<UntagSAMLProvider> for Iam {
    fn asks(input: &UntagSAMLProviderRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let arn = &input.saml_provider_arn;
        let ask = about(UntagSAMLProvider::ACTION, arn, call)?;
        Ok(ask::with_tag_keys(ask, &input.tag_keys).into())
    }

    fn execute(
        _permit: Authorized<UntagSAMLProvider>,
        input: UntagSAMLProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagSAMLProviderResponse, ApiError> {
        let arn = parse(&input.saml_provider_arn)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::SamlProvider(&arn), &keys).map_err(api_error)?;
        Ok(UntagSAMLProviderResponse {})
    }
}

impl Handle<ListSAMLProviderTags> for Iam {
    fn asks(input: &ListSAMLProviderTagsRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let arn = &input.saml_provider_arn;
        Ok(about(ListSAMLProviderTags::ACTION, arn, call)?.into())
    }

    fn execute(
        _permit: Authorized<ListSAMLProviderTags>,
        input: ListSAMLProviderTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListSAMLProviderTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let provider = find(&input.saml_provider_arn, call.account)?;
        let page = page.cut(view::resource_tags(&provider.tags), view::resource_tag_key);
        Ok(ListSAMLProviderTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
