//! What all ways of assuming a role have in common.

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::sts::AssumedRoleUser;
use stead_authorizer::{Ask, Resource};
use stead_directory::entity::Role;
use stead_session::PackedSize;
use stead_types::{Arn, SessionName};

use crate::role_arn::RoleArn;
use crate::session_tags::RequestedTags;

/// A question about the role that is to be assumed.
pub(crate) fn ask(
    action: &'static str,
    target: &RoleArn,
    role: Option<&Arc<Role>>,
    session_name: &SessionName,
) -> Ask {
    let account = target.account;
    let resource = Resource::Role { account, arn: target.arn.to_string(), role: role.cloned() };
    let ask = Ask { resource, ..Ask::any(action, account) };
    ask.with("sts:RoleSessionName", session_name.as_str())
}

/// The question with the tags that the session is to have.
pub(crate) fn with_tags(ask: Ask, tags: &RequestedTags) -> Ask {
    let transitive = tags.transitive_keys.iter().map(|key| key.as_str());
    let ask =
        ask.with_all("aws:TagKeys", tags.keys()).with_all("sts:TransitiveTagKeys", transitive);
    tags.passed.iter().fold(ask, |ask, tag| {
        ask.with(format!("aws:RequestTag/{}", tag.key.as_str()), tag.value.as_str())
    })
}

/// The ARN and the id of the session.
pub(crate) fn assumed_role_user(
    target: &RoleArn,
    role: &Role,
    session: &SessionName,
) -> AssumedRoleUser {
    let arn = Arn::sts(target.account, &format!("assumed-role/{}/{session}", role.name));
    AssumedRoleUser { assumed_role_id: format!("{}:{session}", role.id), arn: arn.to_string() }
}

/// `PackedPolicySize`: left out when nothing was packed.
pub(crate) fn shown(packed: PackedSize) -> Option<i32> {
    match packed.percent() {
        0 => None,
        percent => i32::try_from(percent).ok(),
    }
}

/// The decoder has checked the model's pattern; a name that fails here is a defect.
pub(crate) fn decoded<T: std::str::FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::internal("a decoded name does not parse"))
}
