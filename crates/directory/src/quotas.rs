//! How much an account may hold, as AWS limits it by default.
//!
//! Spec: UG:reference_iam-quotas. Observed: GetAccountSummary of a fresh account
//! (2026-02) answers the same numbers. A limit on the shape of one value, such as
//! the length of a name, belongs to its type in `stead-types`.

/// A quota, named as AWS's message names it: `Cannot exceed quota for UsersPerAccount: 5000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Users in an account: 5,000.
    UsersPerAccount,
    /// User groups in an account: 300.
    GroupsPerAccount,
    /// Roles in an account: 1,000.
    RolesPerAccount,
    /// Customer managed policies in an account: 1,500.
    PoliciesPerAccount,
    /// Groups a user can be in: 10.
    GroupsPerUser,
    /// Access keys of a user, and of the root user: 2.
    AccessKeysPerUser,
    /// Managed policies attached to a user: 10.
    PoliciesPerUser,
    /// Managed policies attached to a group: 10.
    PoliciesPerGroup,
    /// Managed policies attached to a role: 10.
    PoliciesPerRole,
    /// Versions of a managed policy: 5.
    VersionsPerPolicy,
    /// Characters of a managed policy: 6,144.
    PolicySize,
    /// Characters of a role trust policy: 2,048.
    TrustPolicySize,
    /// Characters of all inline policies of a user: 2,048.
    UserInlinePolicySize,
    /// Characters of all inline policies of a group: 5,120.
    GroupInlinePolicySize,
    /// Characters of all inline policies of a role: 10,240.
    RoleInlinePolicySize,
    /// Tags of a user, role, policy, MFA device, identity provider, instance profile or
    /// server certificate: 50.
    TagsPerResource,
    /// MFA devices assigned to a user, and to the root user: 8.
    MfaDevicesPerUser,
    /// MFA devices in an account, assigned or not: 10,000.
    MfaDevicesPerAccount,
    /// OpenID Connect providers in an account: 100.
    OidcProvidersPerAccount,
    /// Client ids of an OpenID Connect provider: 100.
    ClientIdsPerOidcProvider,
    /// Thumbprints of an OpenID Connect provider: 5.
    ThumbprintsPerOidcProvider,
    /// SAML providers in an account: 100.
    SamlProvidersPerAccount,
    /// Signing keys in the metadata of a SAML provider: 10.
    KeysPerSamlProvider,
    /// Private keys of a SAML provider: 2.
    PrivateKeysPerSamlProvider,
    /// Instance profiles in an account: 1,000.
    InstanceProfilesPerAccount,
    /// Roles in an instance profile: 1.
    RolesPerInstanceProfile,
    /// Credentials of a user for one service: 2.
    ServiceCredentialsPerUser,
    /// SSH public keys of a user: 5.
    SshPublicKeysPerUser,
    /// Server certificates in an account: 20.
    ServerCertificatesPerAccount,
    /// Signing certificates of a user: 2.
    SigningCertificatesPerUser,
    /// Keys that sign identity tokens, those included that are still published: 20.
    TokenKeysPerAccount,
    /// Delegation requests that an account has made: 1,000.
    DelegationRequestsPerAccount,
    /// Delegation requests that an account has taken up: 1,000.
    DelegationsPerAccount,
}

impl Quota {
    /// The most that is allowed.
    #[must_use]
    pub const fn max(self) -> usize {
        match self {
            Self::UsersPerAccount => 5_000,
            Self::GroupsPerAccount => 300,
            Self::RolesPerAccount | Self::InstanceProfilesPerAccount => 1_000,
            // Choice: AWS states no number.
            Self::DelegationRequestsPerAccount | Self::DelegationsPerAccount => 1_000,
            Self::RolesPerInstanceProfile => 1,
            Self::PoliciesPerAccount => 1_500,
            Self::AccessKeysPerUser
            | Self::PrivateKeysPerSamlProvider
            | Self::ServiceCredentialsPerUser
            | Self::SigningCertificatesPerUser => 2,
            // Choice: AWS makes keys by itself; a key set must stay short.
            Self::ServerCertificatesPerAccount | Self::TokenKeysPerAccount => 20,
            Self::GroupsPerUser
            | Self::PoliciesPerUser
            | Self::PoliciesPerGroup
            | Self::PoliciesPerRole
            | Self::KeysPerSamlProvider => 10,
            Self::VersionsPerPolicy
            | Self::ThumbprintsPerOidcProvider
            | Self::SshPublicKeysPerUser => 5,
            Self::PolicySize => 6_144,
            Self::TrustPolicySize | Self::UserInlinePolicySize => 2_048,
            Self::GroupInlinePolicySize => 5_120,
            Self::RoleInlinePolicySize => 10_240,
            Self::TagsPerResource => 50,
            Self::MfaDevicesPerUser => 8,
            // Choice: AWS states no number; unassigned devices must have a bound.
            Self::MfaDevicesPerAccount => 10_000,
            Self::OidcProvidersPerAccount
            | Self::ClientIdsPerOidcProvider
            | Self::SamlProvidersPerAccount => 100,
        }
    }

    /// Refuses an amount above the quota.
    pub(crate) fn admit(self, amount: usize) -> Result<(), crate::DirectoryError> {
        if amount > self.max() { Err(crate::DirectoryError::LimitExceeded(self)) } else { Ok(()) }
    }
}
