//! The tags of managed policies.

use stead_api::ApiError;
use stead_api::iam::{
    ListPolicyTags, ListPolicyTagsRequest, ListPolicyTagsResponse, TagPolicy, TagPolicyRequest,
    TagPolicyResponse, UntagPolicy, UntagPolicyRequest, UntagPolicyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::tags::{self, Taggable};
use stead_service::{Call, Handle, Work};

use crate::managed_policy::{find, refused};
use crate::pagination::PageRequest;
use crate::{Iam, input, policy_arn, view};

impl Handle<TagPolicy> for Iam {
    fn execute(
        _permit: Authorized<TagPolicy>,
        input: TagPolicyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<TagPolicyResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let given = input::tags(&input.tags)?;
        tags::tag(work.draft, Taggable::Policy(&arn), given)
            .map_err(|error| refused("update policies", error))?;
        Ok(TagPolicyResponse {})
    }
}

impl Handle<UntagPolicy> for Iam {
    fn execute(
        _permit: Authorized<UntagPolicy>,
        input: UntagPolicyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UntagPolicyResponse, ApiError> {
        let arn = policy_arn::parse(&input.policy_arn)?;
        let keys = input::tag_keys(&input.tag_keys)?;
        tags::untag(work.draft, Taggable::Policy(&arn), &keys)
            .map_err(|error| refused("update policies", error))?;
        Ok(UntagPolicyResponse {})
    }
}

impl Handle<ListPolicyTags> for Iam {
    fn execute(
        _permit: Authorized<ListPolicyTags>,
        input: ListPolicyTagsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPolicyTagsResponse, ApiError> {
        let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let policy = find(EntityKind::Policy, &input.policy_arn, call.account)?;
        let page = request.cut(view::resource_tags(&policy.tags), view::resource_tag_key);
        Ok(ListPolicyTagsResponse {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
