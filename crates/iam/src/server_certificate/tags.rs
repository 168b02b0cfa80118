//! Tags of server certificates.

use stead_api::iam::{
    ListServerCertificateTags, ListServerCertificateTagsRequest, ListServerCertificateTagsResponse,
    TagServerCertificate, TagServerCertificateRequest, TagServerCertificateResponse,
    UntagServerCertificate, UntagServerCertificateRequest, UntagServerCertificateResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::commands::tags::{self as command, Taggable};
use stead_service::{Call, Handle, Work};

use super::{existing, find};
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::{Iam, input, view};

impl Handle<TagServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<TagServerCertificate>,
        input: TagServerCertificateRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagServerCertificateResponse, ApiError> {
        if input.tags.is_empty() {
            return Err(empty("tag map"));
        }
        let name = existing(&input.server_certificate_name)?;
        let tags = input::tags(&input.tags)?;
        command::tag(work.draft, Taggable::ServerCertificate(&name), tags).map_err(api_error)?;
        Ok(TagServerCertificateResponse {})
    }
}

impl Handle<UntagServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<UntagServerCertificate>,
        input: UntagServerCertificateRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagServerCertificateResponse, ApiError> {
        if input.tag_keys.is_empty() {
            return Err(empty("tag keys"));
        }
        let name = existing(&input.server_certificate_name)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        command::untag(work.draft, Taggable::ServerCertificate(&name), &keys).map_err(api_error)?;
        Ok(UntagServerCertificateResponse {})
    }
}

impl Handle<ListServerCertificateTags> for Iam {
    fn execute(
        _permit: Authorized<ListServerCertificateTags>,
        input: ListServerCertificateTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListServerCertificateTagsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let held = find(&input.server_certificate_name, call.account)?;
        let page = page.cut(view::resource_tags(&held.tags), view::resource_tag_key);
        Ok(ListServerCertificateTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

/// Observed: radkawar/stackd, recorded in 2026.
fn empty(what: &str) -> ApiError {
    let text = format!("The provided {what} must not be null/empty.");
    ApiError::new(ErrorCode::InvalidInput, text)
}
