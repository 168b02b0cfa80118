//! Managed policies and their versions as answers show them.

use stead_api::iam;
use stead_directory::Snapshot;
use stead_directory::entity::{ManagedPolicy, PolicyVersion, VersionId};

use crate::view::{resource_tags, some};

/// In a list: without description and tags.
///
/// Spec: API Policy, Description: not in the response to ListPolicies.
pub(super) fn listed(policy: &ManagedPolicy, account: &Snapshot) -> iam::Policy {
    let uses = account.entities_with_policy(&policy.arn);
    let (boundaries, attachments): (Vec<_>, Vec<_>) =
        uses.partition(|policy_use| policy_use.is_boundary());
    iam::Policy {
        policy_name: Some(policy.name.to_string()),
        policy_id: Some(policy.id.to_string()),
        arn: Some(policy.arn.to_string()),
        path: Some(policy.path.to_string()),
        default_version_id: Some(policy.default_version.to_string()),
        attachment_count: i32::try_from(attachments.len()).ok(),
        permissions_boundary_usage_count: i32::try_from(boundaries.len()).ok(),
        is_attachable: Some(true),
        description: None,
        create_date: Some(policy.created_at),
        update_date: Some(policy.updated_at),
        tags: None,
    }
}

/// As CreatePolicy answers: with the tags as they were sent, without description.
///
/// Observed: CreatePolicy with tags and a description; tags are left out when there
/// are none (2026-02).
pub(super) fn created(
    policy: &ManagedPolicy,
    account: &Snapshot,
    tags: Vec<iam::Tag>,
) -> iam::Policy {
    iam::Policy { tags: some(tags), ..listed(policy, account) }
}

/// By itself.
///
/// Observed: GetPolicy shows tags also when there are none (2026-02).
pub(crate) fn whole(policy: &ManagedPolicy, account: &Snapshot) -> iam::Policy {
    iam::Policy {
        description: policy.description.clone().filter(|text| !text.is_empty()),
        tags: Some(resource_tags(&policy.tags)),
        ..listed(policy, account)
    }
}

/// A version without its document, as in a list and as CreatePolicyVersion answers.
pub(super) fn listed_version(
    policy: &ManagedPolicy,
    id: VersionId,
    version: &PolicyVersion,
) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: None,
        version_id: Some(id.to_string()),
        is_default_version: Some(id == policy.default_version),
        create_date: Some(version.created_at),
    }
}

/// A version with its document.
pub(crate) fn whole_version(
    policy: &ManagedPolicy,
    id: VersionId,
    version: &PolicyVersion,
) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: Some(version.text.as_str().to_owned()),
        ..listed_version(policy, id, version)
    }
}
