//! Entities as GetAccountAuthorizationDetails shows them: with their policies.

use stead_api::iam::{
    AttachedPolicy, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail,
};
use stead_directory::Snapshot;
use stead_directory::entity::{AttachedPolicies, Group, InlinePolicies, ManagedPolicy, Role, User};
use stead_service::{Call, LastUsed};
use stead_types::AccountId;

use crate::{attachment, instance_profile, managed_policy, role, view};

pub(super) fn user(user: &User, account: &Snapshot) -> UserDetail {
    let groups = account.groups_of(user);
    UserDetail {
        path: Some(user.path.to_string()),
        user_name: Some(user.name.to_string()),
        user_id: Some(user.id.to_string()),
        arn: Some(user.arn(account.account()).to_string()),
        create_date: Some(user.created_at),
        user_policy_list: view::some(inline(&user.inline)),
        group_list: Some(groups.iter().map(|group| group.name.to_string()).collect()),
        attached_managed_policies: Some(attached(&user.attached)),
        permissions_boundary: user.boundary.as_ref().map(view::boundary),
        tags: Some(view::tag_set(&user.tags)),
    }
}

pub(super) fn group(group: &Group, account: AccountId) -> GroupDetail {
    let shown = view::group(group, account);
    GroupDetail {
        path: Some(shown.path),
        group_name: Some(shown.group_name),
        group_id: Some(shown.group_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        group_policy_list: Some(inline(&group.inline)),
        attached_managed_policies: Some(attached(&group.attached)),
    }
}

pub(super) fn role(role: &Role, call: &Call<'_>, last: Option<LastUsed>) -> RoleDetail {
    let shown = role::view::whole(role, call.account.account(), call, last);
    let profiles = call.account.instance_profiles_of(&role.id, None);
    let profiles = profiles.map(|profile| instance_profile::view::listed(profile, call));
    RoleDetail {
        path: Some(shown.path),
        role_name: Some(shown.role_name),
        role_id: Some(shown.role_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        assume_role_policy_document: shown.assume_role_policy_document,
        instance_profile_list: Some(profiles.collect()),
        role_policy_list: Some(inline(&role.inline)),
        attached_managed_policies: Some(attached(&role.attached)),
        permissions_boundary: shown.permissions_boundary,
        tags: Some(view::tag_set(&role.tags)),
        role_last_used: shown.role_last_used,
    }
}

/// Observed: the versions newest first (2026-02).
pub(super) fn policy(policy: &ManagedPolicy, account: &Snapshot) -> ManagedPolicyDetail {
    let shown = managed_policy::view::whole(policy, account);
    let versions = policy.versions.iter().rev();
    let versions =
        versions.map(|(id, version)| managed_policy::view::whole_version(policy, *id, version));
    ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: shown.description,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(versions.collect()),
    }
}

fn inline(policies: &InlinePolicies) -> Vec<PolicyDetail> {
    let shown = policies.iter().map(|(name, policy)| PolicyDetail {
        policy_name: Some(name.to_string()),
        policy_document: Some(policy.text.as_str().to_owned()),
    });
    shown.collect()
}

fn attached(policies: &AttachedPolicies) -> Vec<AttachedPolicy> {
    policies.iter().map(attachment::shown).collect()
}
