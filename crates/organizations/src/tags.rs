//! Tags of the root, units, accounts and policies.

use stead_api::ApiError;
use stead_api::organizations::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse, Tag as WireTag,
    TagResource, TagResourceRequest, TagResourceResponse, UntagResource, UntagResourceRequest,
    UntagResourceResponse,
};
use stead_authorizer::Authorized;
use stead_directory::entity::ResourceTags;
use stead_directory::organization::Missing;
use stead_directory::organization::commands::tags;
use stead_service::{Call, Handle, Work};
use stead_types::{Tag, TagKey, TagSet};

use crate::{Organizations, error, scope};

impl Handle<TagResource> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<TagResource>,
        input: TagResourceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagResourceResponse, ApiError> {
        let given = given(input.tags)?;
        let tagged = scope::tagged(scope::managed(call)?, &input.resource_id);
        let tagged = tagged.ok_or_else(|| error::missing(Missing::Target))?;
        tags::tag(scope::draft(call, work)?, &tagged, given).map_err(error::refused)?;
        Ok(TagResourceResponse {})
    }
}

impl Handle<UntagResource> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<UntagResource>,
        input: UntagResourceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagResourceResponse, ApiError> {
        let tagged = scope::tagged(scope::managed(call)?, &input.resource_id);
        let tagged = tagged.ok_or_else(|| error::missing(Missing::Target))?;
        // A key that cannot be one is on nothing, and what is not there is removed: so Observed
        // (radkawar/stackd, recorded in 2026).
        let keys: Vec<TagKey> = input.tag_keys.iter().filter_map(|key| key.parse().ok()).collect();
        tags::untag(scope::draft(call, work)?, &tagged, &keys).map_err(error::refused)?;
        Ok(UntagResourceResponse {})
    }
}

impl Handle<ListTagsForResource> for Organizations {
    fn execute(
        _permit: Authorized<ListTagsForResource>,
        input: ListTagsForResourceRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListTagsForResourceResponse, ApiError> {
        let organization = scope::readable(call)?;
        let tagged = scope::tagged(organization, &input.resource_id);
        let tagged = tagged.ok_or_else(|| error::missing(Missing::Target))?;
        let found = tags::of(organization, &tagged).map_err(error::refused)?;
        let tag = |(key, value): (&TagKey, &stead_types::TagValue)| WireTag {
            key: key.as_str().to_owned(),
            value: value.as_str().to_owned(),
        };
        let mut found: Vec<_> = found.iter().map(tag).collect();
        found.sort_by(|one, other| one.key.cmp(&other.key));
        let asked = (input.next_token.as_deref(), None);
        let (found, next_token) = crate::pagination::page(asked, found, |tag| tag.key.clone())?;
        Ok(ListTagsForResourceResponse { tags: Some(found), next_token })
    }
}

/// The tags of a request.
///
/// # Errors
/// One that is none, or is AWS's own.
pub(crate) fn given(tags: Vec<WireTag>) -> Result<Vec<Tag>, ApiError> {
    tags.iter().map(one).collect()
}

fn one(tag: &WireTag) -> Result<Tag, ApiError> {
    // Spec: the reasons of InvalidInputException: keys that begin so are AWS's.
    if tag.key.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("aws:")) {
        let message = "Tag keys that begin with aws: are reserved.";
        return Err(error::invalid_input("INVALID_SYSTEM_TAGS_PARAMETER", message));
    }
    let invalid = || error::invalid_input("INVALID_PATTERN:TAGS", "You specified an invalid tag.");
    let key = tag.key.parse().map_err(|_| invalid())?;
    let value = tag.value.parse().map_err(|_| invalid())?;
    Ok(Tag { key, value })
}

/// As condition keys have them.
pub(crate) fn set_of(tags: &ResourceTags) -> TagSet {
    let mut set = TagSet::default();
    for (key, value) in tags.iter() {
        set.put(Tag { key: key.clone(), value: value.clone() });
    }
    set
}
