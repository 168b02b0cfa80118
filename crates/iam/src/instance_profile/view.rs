//! Instance profiles as answers show them.

use stead_api::iam;
use stead_directory::Snapshot;
use stead_directory::entity::{InstanceProfile, Role};
use stead_service::Call;
use stead_types::AccountId;

use crate::role;
use crate::view::resource_tags;

/// In a list, and within a role: with its role, without tags.
///
/// Observed: recorded for ListInstanceProfiles and ListInstanceProfilesForRole (2026-02).
pub(crate) fn listed(profile: &InstanceProfile, call: &Call<'_>) -> iam::InstanceProfile {
    let account = call.account.account();
    let shown = |role| role::view::in_profile(role, account, call);
    iam::InstanceProfile {
        path: profile.path.to_string(),
        instance_profile_name: profile.name.to_string(),
        instance_profile_id: profile.id.to_string(),
        arn: profile.arn(account).to_string(),
        create_date: profile.created_at,
        roles: role_of(profile, call.account).map(shown).into_iter().collect(),
        tags: None,
    }
}

/// By itself. Observed: with `Tags` also when there are none (2026-02).
pub(super) fn whole(profile: &InstanceProfile, call: &Call<'_>) -> iam::InstanceProfile {
    iam::InstanceProfile { tags: Some(resource_tags(&profile.tags)), ..listed(profile, call) }
}

/// The accounts, besides the profile's own, that must be known to show its role.
pub(super) fn foreign_accounts(profile: &InstanceProfile, account: &Snapshot) -> Vec<AccountId> {
    let role = role_of(profile, account);
    role.map(|role| role.trust.foreign_accounts().collect()).unwrap_or_default()
}

fn role_of<'a>(profile: &InstanceProfile, account: &'a Snapshot) -> Option<&'a Role> {
    account.role(profile.role.as_ref()?).map(AsRef::as_ref)
}
