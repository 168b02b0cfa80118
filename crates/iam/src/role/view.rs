//! Roles as answers show them.

use stead_api::iam;
use stead_directory::PrincipalLookup;
use stead_directory::entity::Role;
use stead_service::LastUsed;
use stead_types::AccountId;

use crate::view::{boundary, some, tag_set};

/// What every answer shows of a role.
fn basic(role: &Role, account: AccountId, trust: String) -> iam::Role {
    iam::Role {
        path: role.path.to_string(),
        role_name: role.name.to_string(),
        role_id: role.id.to_string(),
        arn: role.arn(account).to_string(),
        create_date: role.created_at,
        assume_role_policy_document: Some(trust),
        description: None,
        max_session_duration: None,
        permissions_boundary: None,
        tags: None,
        role_last_used: None,
    }
}

/// Within an instance profile: the trust policy, and no tags, boundary or description.
///
/// Observed: recorded for GetInstanceProfile and its lists (2026-02).
pub(crate) fn in_profile(
    role: &Role,
    account: AccountId,
    principals: &dyn PrincipalLookup,
) -> iam::Role {
    basic(role, account, role.trust.display(principals).as_str().to_owned())
}

/// As CreateRole answers: the trust policy and the tags as they were sent, without
/// description and session duration.
///
/// Spec: API CreateRole: the response has the same trust policy as the request; CLI
/// reference, create-role and create-service-linked-role, for what is left out.
/// Observed: CreateRole leaves out tags when there are none (2026-02).
pub(crate) fn created(
    role: &Role,
    account: AccountId,
    trust: String,
    tags: Vec<iam::Tag>,
) -> iam::Role {
    iam::Role {
        permissions_boundary: role.boundary.as_ref().map(boundary),
        tags: some(tags),
        ..basic(role, account, trust)
    }
}

/// As UpdateRoleDescription answers.
///
/// Spec: CLI reference, update-role-description.
pub(super) fn updated(
    role: &Role,
    account: AccountId,
    principals: &dyn PrincipalLookup,
) -> iam::Role {
    let trust = role.trust.display(principals).as_str().to_owned();
    iam::Role { description: description(role), ..basic(role, account, trust) }
}

/// In a list: without tags, boundary and last use.
///
/// Spec: API ListRoles: lists return a subset of the attributes.
pub(super) fn listed(
    role: &Role,
    account: AccountId,
    principals: &dyn PrincipalLookup,
) -> iam::Role {
    iam::Role {
        max_session_duration: i32::try_from(role.max_session_duration.seconds()).ok(),
        ..updated(role, account, principals)
    }
}

/// By itself, with everything.
pub(crate) fn whole(
    role: &Role,
    account: AccountId,
    principals: &dyn PrincipalLookup,
    last: Option<LastUsed>,
) -> iam::Role {
    iam::Role {
        permissions_boundary: role.boundary.as_ref().map(boundary),
        tags: some(tag_set(&role.tags)),
        role_last_used: Some(last_used(last)),
        ..listed(role, account, principals)
    }
}

/// Spec: API RoleLastUsed: when one of the role's sessions last made a request, and in
/// which region. Observed: present and empty for a role that was not used (2026-02).
fn last_used(last: Option<LastUsed>) -> iam::RoleLastUsed {
    last.map_or_else(iam::RoleLastUsed::default, |last| iam::RoleLastUsed {
        last_used_date: Some(last.at),
        region: Some(last.region),
    })
}

/// Choice: an empty description is none. It is how one is taken away, since
/// UpdateRole leaves alone what it is not given.
fn description(role: &Role) -> Option<String> {
    role.description.clone().filter(|text| !text.is_empty())
}
