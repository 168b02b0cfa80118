//! Entities as answers show them. Which members an answer carries is AWS's choice
//! per operation, so every view says what it leaves out.

use stead_api::iam;
use stead_api::iam::{
    AttachedPermissionsBoundary, PermissionsBoundaryAttachmentType, Tag, User as UserView,
};
use stead_directory::entity::{Group, PermissionsBoundary, ResourceTags, User};
use stead_types::{AccountId, TagSet};

/// A user in a list: without tags and boundary.
///
/// Spec: API ListUsers, and GetGroup and ListVirtualMFADevices alike: lists return a
/// subset of the attributes. Observed: recorded for all three (2026-02).
pub(crate) fn listed_user(user: &User, account: AccountId) -> UserView {
    UserView {
        path: Some(user.path.to_string()),
        user_name: Some(user.name.to_string()),
        user_id: user.id.to_string(),
        arn: user.arn(account).to_string(),
        create_date: user.created_at,
        // There are no passwords here.
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// A user by itself, as CreateUser and GetUser show it.
///
/// Observed: `Tags` is absent when there are none (2026-02).
pub(crate) fn user(user: &User, account: AccountId) -> UserView {
    UserView {
        permissions_boundary: user.boundary.as_ref().map(boundary),
        tags: some(tag_set(&user.tags)),
        ..listed_user(user, account)
    }
}

/// The root user, who has no name, path or tags.
///
/// Observed: AWS leaves `UserName` and `Path` out, although the model requires them
/// (grycap/scar issue 180).
pub(crate) fn root_user(root: &stead_directory::entity::AccountRoot) -> UserView {
    UserView {
        path: None,
        user_name: None,
        user_id: root.id.to_string(),
        arn: root.arn().to_string(),
        create_date: root.created_at,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// A group.
pub(crate) fn group(group: &Group, account: AccountId) -> iam::Group {
    iam::Group {
        path: group.path.to_string(),
        group_name: group.name.to_string(),
        group_id: group.id.to_string(),
        arn: group.arn(account).to_string(),
        create_date: group.created_at,
    }
}

/// A permissions boundary.
pub(crate) fn boundary(boundary: &PermissionsBoundary) -> AttachedPermissionsBoundary {
    AttachedPermissionsBoundary {
        permissions_boundary_type: Some(
            PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy,
        ),
        permissions_boundary_arn: Some(boundary.arn().to_string()),
    }
}

/// The tags of a user or role.
pub(crate) fn tag_set(tags: &TagSet) -> Vec<Tag> {
    tags.iter()
        .map(|tag| Tag { key: tag.key.as_str().to_owned(), value: tag.value.as_str().to_owned() })
        .collect()
}

/// The tags of a managed policy, MFA device, identity provider or instance profile.
pub(crate) fn resource_tags(tags: &ResourceTags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag { key: key.as_str().to_owned(), value: value.as_str().to_owned() })
        .collect()
}

/// A list that is left out when it is empty.
pub(crate) fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    if items.is_empty() { None } else { Some(items) }
}

/// The key by which tags of users and roles are paged: their order in the set.
pub(crate) fn tag_set_key(tag: &Tag) -> String {
    tag.key.to_lowercase()
}

/// The key by which tags of everything but users and roles are paged:
/// shorter keys first.
pub(crate) fn resource_tag_key(tag: &Tag) -> String {
    format!("{:03} {}", tag.key.chars().count(), tag.key)
}
