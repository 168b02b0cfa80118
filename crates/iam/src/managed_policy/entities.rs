//! ListEntitiesForPolicy: who uses a managed policy.

use std::collections::BTreeMap;

use stead_api::ApiError;
use stead_api::iam::{
    EntityType, ListEntitiesForPolicy, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse,
    PolicyGroup, PolicyRole, PolicyUsageType, PolicyUser,
};
use stead_authorizer::Authorized;
use stead_directory::{EntityKind, PolicyUse, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_types::Path;

use crate::managed_policy::find;
use crate::pagination::PageRequest;
use crate::{Iam, input};

impl Handle<ListEntitiesForPolicy> for Iam {
    fn execute(
        _permit: Authorized<ListEntitiesForPolicy>,
        input: ListEntitiesForPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListEntitiesForPolicyResponse, ApiError> {
        let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let page = request.cut(entities(&input, call.account)?, |(key, _)| key.clone());
        let (mut groups, mut users, mut roles) = (Vec::new(), Vec::new(), Vec::new());
        for (_, entity) in page.items {
            match entity {
                Entity::Group(group) => groups.push(group),
                Entity::User(user) => users.push(user),
                Entity::Role(role) => roles.push(role),
            }
        }
        // Observed: all three lists, also those that the filter leaves empty (2026-02).
        Ok(ListEntitiesForPolicyResponse {
            policy_groups: Some(groups),
            policy_users: Some(users),
            policy_roles: Some(roles),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

/// Someone who uses the policy, as the answer shows them.
#[derive(Debug)]
enum Entity {
    Group(PolicyGroup),
    User(PolicyUser),
    Role(PolicyRole),
}

/// Those who use the policy and pass the filters, each once: groups, roles, users,
/// by name.
fn entities(
    input: &ListEntitiesForPolicyRequest,
    account: &Snapshot,
) -> Result<BTreeMap<String, Entity>, ApiError> {
    let policy = find(EntityKind::AttachablePolicy, &input.policy_arn, account)?;
    let prefix = input::path_prefix(input.path_prefix.as_deref())?;
    let uses = account.entities_with_policy(&policy.arn);
    Ok(uses
        .filter(|policy_use| is_asked_for(policy_use, input))
        .filter_map(|policy_use| entity(policy_use, account))
        .filter(|(path, _, _)| path.as_str().starts_with(prefix))
        .map(|(_, key, entity)| (key, entity))
        .collect())
}

fn is_asked_for(policy_use: &PolicyUse, input: &ListEntitiesForPolicyRequest) -> bool {
    let kind = match policy_use {
        PolicyUse::User(_) | PolicyUse::UserBoundary(_) => EntityType::User,
        PolicyUse::Group(_) => EntityType::Group,
        PolicyUse::Role(_) | PolicyUse::RoleBoundary(_) => EntityType::Role,
    };
    // Observed: LocalManagedPolicy is taken, and no entity is one (2026-02).
    let of_kind = input.entity_filter.is_none_or(|filter| filter == kind);
    let of_usage = match input.policy_usage_filter {
        None => true,
        Some(PolicyUsageType::PermissionsPolicy) => !policy_use.is_boundary(),
        Some(PolicyUsageType::PermissionsBoundary) => policy_use.is_boundary(),
    };
    of_kind && of_usage
}

/// The entity with its path and the key it is ordered by.
fn entity<'a>(policy_use: &PolicyUse, account: &'a Snapshot) -> Option<(&'a Path, String, Entity)> {
    match policy_use {
        PolicyUse::Group(id) => account.group(id).map(|group| {
            let (group_name, group_id) = (Some(group.name.to_string()), Some(id.to_string()));
            let shown = Entity::Group(PolicyGroup { group_name, group_id });
            (&group.path, format!("group/{}", group.name.fold()), shown)
        }),
        PolicyUse::User(id) | PolicyUse::UserBoundary(id) => account.user(id).map(|user| {
            let (user_name, user_id) = (Some(user.name.to_string()), Some(id.to_string()));
            let shown = Entity::User(PolicyUser { user_name, user_id });
            (&user.path, format!("user/{}", user.name.fold()), shown)
        }),
        PolicyUse::Role(id) | PolicyUse::RoleBoundary(id) => account.role(id).map(|role| {
            let (role_name, role_id) = (Some(role.name.to_string()), Some(id.to_string()));
            let shown = Entity::Role(PolicyRole { role_name, role_id });
            (&role.path, format!("role/{}", role.name.fold()), shown)
        }),
    }
}
