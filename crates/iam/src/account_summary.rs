//! GetAccountSummary: what an account holds, and how much it may.

use std::collections::BTreeMap;

use stead_api::ApiError;
use stead_api::iam::{GetAccountSummary, GetAccountSummaryRequest, GetAccountSummaryResponse};
use stead_authorizer::Authorized;
use stead_directory::entity::{KeyOwner, TokenVersion};
use stead_directory::{Quota, Snapshot};
use stead_service::{Call, Handle, Work};

use crate::Iam;

impl Handle<GetAccountSummary> for Iam {
    /// Observed: the keys as recorded (2026-02).
    fn execute(
        _permit: Authorized<GetAccountSummary>,
        _input: GetAccountSummaryRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetAccountSummaryResponse, ApiError> {
        let held = held(call.account).into_iter().chain(root(call.account));
        let all = held.chain(QUOTAS.map(|(key, quota)| (key, quota.max())));
        let summary = all.map(|(key, value)| (key.to_owned(), shown(value)));
        let constants = [
            // Choice: AWS states the number nowhere else, and nothing here is bounded by it.
            ("PolicyVersionsInUseQuota", 10_000),
            // Spec: API SetSecurityTokenServicePreferences: tokens of version 1, unless
            // it was called.
            ("GlobalEndpointTokenVersion", token_version(call.account)),
        ];
        let constants = constants.map(|(key, value)| (key.to_owned(), value));
        let summary: BTreeMap<String, i32> = summary.chain(constants).collect();
        Ok(GetAccountSummaryResponse { summary_map: Some(summary) })
    }
}

/// The quotas that are told, by AWS's names for them.
const QUOTAS: [(&str, Quota); 18] = [
    ("AccessKeysPerUserQuota", Quota::AccessKeysPerUser),
    ("AssumeRolePolicySizeQuota", Quota::TrustPolicySize),
    ("AttachedPoliciesPerGroupQuota", Quota::PoliciesPerGroup),
    ("AttachedPoliciesPerRoleQuota", Quota::PoliciesPerRole),
    ("AttachedPoliciesPerUserQuota", Quota::PoliciesPerUser),
    ("GroupPolicySizeQuota", Quota::GroupInlinePolicySize),
    ("GroupsPerUserQuota", Quota::GroupsPerUser),
    ("GroupsQuota", Quota::GroupsPerAccount),
    ("InstanceProfilesQuota", Quota::InstanceProfilesPerAccount),
    ("PoliciesQuota", Quota::PoliciesPerAccount),
    ("PolicySizeQuota", Quota::PolicySize),
    ("RolePolicySizeQuota", Quota::RoleInlinePolicySize),
    ("RolesQuota", Quota::RolesPerAccount),
    ("ServerCertificatesQuota", Quota::ServerCertificatesPerAccount),
    ("SigningCertificatesPerUserQuota", Quota::SigningCertificatesPerUser),
    ("UserPolicySizeQuota", Quota::UserInlinePolicySize),
    ("UsersQuota", Quota::UsersPerAccount),
    ("VersionsPerPolicyQuota", Quota::VersionsPerPolicy),
];

/// How much of each kind there is.
///
/// Observed: one device, one policy with its first version, one provider of either kind
/// (2026-02) raise the numbers so.
fn held(account: &Snapshot) -> [(&'static str, usize); 11] {
    let policies = account.customer_policies("/", None);
    let in_use = account.mfa_devices().filter(|device| device.assigned.is_some());
    [
        ("Groups", account.group_count()),
        ("InstanceProfiles", account.instance_profile_count()),
        ("MFADevices", account.mfa_device_count()),
        ("MFADevicesInUse", in_use.count()),
        ("Policies", account.customer_policy_count()),
        ("PolicyVersionsInUse", policies.map(|policy| policy.versions.len()).sum()),
        ("Providers", account.oidc_provider_count() + account.saml_provider_count()),
        ("Roles", account.role_count()),
        ("Users", account.user_count()),
        ("ServerCertificates", account.server_certificate_count()),
        // Choice: the root user has none here; only users have signing certificates.
        ("AccountSigningCertificatesPresent", 0),
    ]
}

/// What the root user has: 1 where there is any, else 0. Choice: of a password, whether it is
/// let have one; it has none here.
fn root(account: &Snapshot) -> [(&'static str, usize); 3] {
    let any = |present: bool| usize::from(present);
    [
        ("AccountAccessKeysPresent", any(account.keys_of(&KeyOwner::Root).next().is_some())),
        ("AccountMFAEnabled", any(account.mfa_of(&KeyOwner::Root).next().is_some())),
        ("AccountPasswordPresent", any(account.root().login_profile.is_some())),
    ]
}

fn token_version(account: &Snapshot) -> i32 {
    match account.token_preferences().map(|preferences| preferences.global_endpoint) {
        None | Some(TokenVersion::V1) => 1,
        Some(TokenVersion::V2) => 2,
    }
}

fn shown(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
