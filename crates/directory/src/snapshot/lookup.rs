//! Finding and listing entities.

use std::sync::Arc;

use stead_types::{AccessKeyId, Arn, CredentialId, IssuerUrl, UniqueId, UniqueIdKind, Uuid};

use crate::catalogue;
use crate::entity::{
    AccessKey, Alias, Delegation, DelegationRequest, Entity, Group, InstanceProfile, KeyOwner,
    LoginProfile, ManagedPolicy, MfaDevice, OidcProvider, OutboundFederation, PasswordPolicy, Role,
    SamlProvider, ServerCertificate, ServiceCredential, SigningCertificate, SshPublicKey,
    TokenIssuer, TokenPreferences, User,
};
use crate::{PrincipalLookup, PrincipalStatus, Snapshot};

/// Who uses a managed policy, and as what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyUse {
    /// Attached to this user.
    User(UniqueId),
    /// Attached to this group.
    Group(UniqueId),
    /// Attached to this role.
    Role(UniqueId),
    /// The permissions boundary of this user.
    UserBoundary(UniqueId),
    /// The permissions boundary of this role.
    RoleBoundary(UniqueId),
}

impl PolicyUse {
    /// Whether the policy is a permissions boundary rather than attached.
    #[must_use]
    pub const fn is_boundary(&self) -> bool {
        match self {
            Self::UserBoundary(_) | Self::RoleBoundary(_) => true,
            Self::User(_) | Self::Group(_) | Self::Role(_) => false,
        }
    }
}

/// By name, case does not matter.
///
/// Spec: API CreateUser and its like: names are not distinguished by case.
/// Choice: so an entity is found by its name in any case; what is then shown and
/// authorized is the name as it was given at creation. ARNs are exact throughout.
impl Snapshot {
    /// The user with this id. A user that was deleted is not found, also if
    /// another one has its name.
    #[must_use]
    pub fn user(&self, id: &UniqueId) -> Option<&Arc<User>> {
        self.users.find(id)
    }

    /// The user with this name.
    #[must_use]
    pub fn user_by_name(&self, name: &str) -> Option<&Arc<User>> {
        self.users.find_by_name(name)
    }

    /// The user with exactly this ARN.
    #[must_use]
    pub fn user_by_arn(&self, arn: &Arn) -> Option<&Arc<User>> {
        let user = self.users.find_by_name(last_segment(arn.resource_of("user")?))?;
        user.has_arn(self.account(), arn).then_some(user)
    }

    /// The users whose path begins with `path_prefix`, in the order of their
    /// names, behind the name `after`.
    pub fn users<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<User>> {
        self.users.list(path_prefix, after)
    }

    /// How many users there are.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &UniqueId) -> Option<&Arc<Group>> {
        self.groups.find(id)
    }

    /// The group with this name.
    #[must_use]
    pub fn group_by_name(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.find_by_name(name)
    }

    /// The groups whose path begins with `path_prefix`, in the order of their
    /// names, behind the name `after`.
    pub fn groups<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<Group>> {
        self.groups.list(path_prefix, after)
    }

    /// How many groups there are.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// The members of a group, in the order of their names, behind the name `after`.
    pub fn members_of<'a>(
        &'a self,
        group: &UniqueId,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Arc<User>> {
        let after = after.map(str::to_ascii_lowercase);
        self.members
            .of(group)
            .filter(move |(name, _)| after.as_ref().is_none_or(|after| name > after))
            .filter_map(|(_, id)| self.users.find(id))
    }

    /// The groups a user is in, in the order of their names.
    #[must_use]
    pub fn groups_of(&self, user: &User) -> Vec<&Arc<Group>> {
        let mut groups: Vec<_> = user.groups.iter().filter_map(|id| self.group(id)).collect();
        groups.sort_by_cached_key(|group| group.name.fold());
        groups
    }

    /// The role with this id. A role that was deleted is not found, also if
    /// another one has its name.
    #[must_use]
    pub fn role(&self, id: &UniqueId) -> Option<&Arc<Role>> {
        self.roles.find(id)
    }

    /// The role with this name.
    #[must_use]
    pub fn role_by_name(&self, name: &str) -> Option<&Arc<Role>> {
        self.roles.find_by_name(name)
    }

    /// The role with exactly this ARN, path and case included.
    #[must_use]
    pub fn role_by_arn(&self, arn: &Arn) -> Option<&Arc<Role>> {
        let role = self.roles.find_by_name(last_segment(arn.resource_of("role")?))?;
        role.has_arn(self.account(), arn).then_some(role)
    }

    /// The roles whose path begins with `path_prefix`, in the order of their
    /// names, behind the name `after`.
    pub fn roles<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<Role>> {
        self.roles.list(path_prefix, after)
    }

    /// How many roles there are.
    #[must_use]
    pub fn role_count(&self) -> usize {
        self.roles.len()
    }

    /// The managed policy with exactly this ARN: one of the account, or one of AWS's.
    #[must_use]
    pub fn policy(&self, arn: &Arn) -> Option<&Arc<ManagedPolicy>> {
        if let Some(policy) = catalogue::aws_managed_policy(arn) {
            return Some(policy);
        }
        let policy = self.policies.find_by_name(last_segment(arn.resource_of("policy")?))?;
        (policy.arn == *arn).then_some(policy)
    }

    /// The customer managed policy with this name.
    #[must_use]
    pub fn customer_policy_by_name(&self, name: &str) -> Option<&Arc<ManagedPolicy>> {
        self.policies.find_by_name(name)
    }

    /// The customer managed policies whose path begins with `path_prefix`, in the
    /// order of their names, behind the name `after`.
    pub fn customer_policies<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<ManagedPolicy>> {
        self.policies.list(path_prefix, after)
    }

    /// How many customer managed policies there are.
    #[must_use]
    pub fn customer_policy_count(&self) -> usize {
        self.policies.len()
    }

    /// Who uses the managed policy with this ARN: users first, then groups, then
    /// roles, then those it bounds.
    pub fn entities_with_policy(&self, arn: &Arn) -> impl Iterator<Item = &PolicyUse> {
        self.uses.of(arn)
    }

    /// The access key with this id, active or not.
    #[must_use]
    pub fn access_key(&self, id: &AccessKeyId) -> Option<&Arc<AccessKey>> {
        self.access_keys.get(id)
    }

    /// The access keys of a user or of the root user, in the order of their ids.
    pub fn keys_of(&self, owner: &KeyOwner) -> impl Iterator<Item = &Arc<AccessKey>> {
        self.keys_by_owner.of(owner).filter_map(|id| self.access_keys.get(id))
    }

    /// The MFA device with this serial number, assigned or not.
    #[must_use]
    pub fn mfa_device(&self, serial: &Arn) -> Option<&Arc<MfaDevice>> {
        self.mfa_devices.get(serial)
    }

    /// The MFA devices of a user or of the root user, in the order of their
    /// serial numbers.
    pub fn mfa_of(&self, owner: &KeyOwner) -> impl Iterator<Item = &Arc<MfaDevice>> {
        self.devices_by_owner.of(owner).filter_map(|serial| self.mfa_devices.get(serial))
    }

    /// All MFA devices, in the order of their serial numbers.
    pub fn mfa_devices(&self) -> impl Iterator<Item = &Arc<MfaDevice>> {
        self.mfa_devices.values()
    }

    /// How many MFA devices there are, assigned or not.
    #[must_use]
    pub fn mfa_device_count(&self) -> usize {
        self.mfa_devices.len()
    }

    /// The OpenID Connect provider with exactly this ARN.
    #[must_use]
    pub fn oidc_provider(&self, arn: &Arn) -> Option<&Arc<OidcProvider>> {
        self.oidc_providers.get(arn)
    }

    /// The OpenID Connect provider whose URL is exactly this text, such as the `iss`
    /// claim of a token: scheme, host, port and path, case and a slash at the end
    /// included.
    #[must_use]
    pub fn oidc_provider_by_issuer(&self, issuer: &str) -> Option<&Arc<OidcProvider>> {
        if issuer.len() > IssuerUrl::BYTES_MAX {
            return None;
        }
        let (_, behind_scheme) = issuer.split_once("://")?;
        let found = self.oidc_provider(&OidcProvider::arn_at(self.account(), behind_scheme))?;
        (found.issuer.as_str() == issuer).then_some(found)
    }

    /// All OpenID Connect providers, in the order of their ARNs.
    pub fn oidc_providers(&self) -> impl Iterator<Item = &Arc<OidcProvider>> {
        self.oidc_providers.values()
    }

    /// How many OpenID Connect providers there are.
    #[must_use]
    pub fn oidc_provider_count(&self) -> usize {
        self.oidc_providers.len()
    }

    /// The SAML provider with exactly this ARN.
    #[must_use]
    pub fn saml_provider(&self, arn: &Arn) -> Option<&Arc<SamlProvider>> {
        self.saml_providers.get(arn)
    }

    /// All SAML providers, in the order of their ARNs.
    pub fn saml_providers(&self) -> impl Iterator<Item = &Arc<SamlProvider>> {
        self.saml_providers.values()
    }

    /// How many SAML providers there are.
    #[must_use]
    pub fn saml_provider_count(&self) -> usize {
        self.saml_providers.len()
    }

    /// The instance profile with this name.
    #[must_use]
    pub fn instance_profile_by_name(&self, name: &str) -> Option<&Arc<InstanceProfile>> {
        self.instance_profiles.find_by_name(name)
    }

    /// The instance profiles whose path begins with `path_prefix`, in the order of
    /// their names, behind the name `after`.
    pub fn instance_profiles<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<InstanceProfile>> {
        self.instance_profiles.list(path_prefix, after)
    }

    /// The instance profiles that a role is in, in the order of their names, behind the
    /// name `after`.
    pub fn instance_profiles_of<'a>(
        &'a self,
        role: &UniqueId,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<InstanceProfile>> {
        let after = after.map(str::to_ascii_lowercase);
        self.profiles_by_role
            .of(role)
            .filter(move |(name, _)| after.as_ref().is_none_or(|after| name > after))
            .filter_map(|(_, id)| self.instance_profiles.find(id))
    }

    /// How many instance profiles there are.
    #[must_use]
    pub fn instance_profile_count(&self) -> usize {
        self.instance_profiles.len()
    }

    /// The server certificate with this name.
    #[must_use]
    pub fn server_certificate_by_name(&self, name: &str) -> Option<&Arc<ServerCertificate>> {
        self.server_certificates.find_by_name(name)
    }

    /// The server certificates whose path begins with `path_prefix`, in the order of
    /// their names, behind the name `after`.
    pub fn server_certificates<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<ServerCertificate>> {
        self.server_certificates.list(path_prefix, after)
    }

    /// How many server certificates there are.
    #[must_use]
    pub fn server_certificate_count(&self) -> usize {
        self.server_certificates.len()
    }

    /// The alias of the account.
    #[must_use]
    pub fn alias(&self) -> Option<&Arc<Alias>> {
        self.aliases.values().next()
    }

    /// The password policy of the account, if it has one of its own.
    #[must_use]
    pub const fn password_policy(&self) -> Option<&Arc<PasswordPolicy>> {
        self.password_policy.as_ref()
    }

    /// The password of the user with this id.
    #[must_use]
    pub fn login_profile(&self, user: &UniqueId) -> Option<&Arc<LoginProfile>> {
        self.login_profiles.get(user)
    }

    /// The credential for one service with this id.
    #[must_use]
    pub fn service_credential(&self, id: &CredentialId) -> Option<&Arc<ServiceCredential>> {
        self.service_credentials.get(id)
    }

    /// The credentials of a user for single services, in the order of their ids.
    pub fn service_credentials_of(
        &self,
        user: &UniqueId,
    ) -> impl Iterator<Item = &Arc<ServiceCredential>> {
        let ids = self.service_credentials_by_user.of(user);
        ids.filter_map(|id| self.service_credentials.get(id))
    }

    /// All credentials for single services, in the order of their ids.
    pub fn service_credentials(&self) -> impl Iterator<Item = &Arc<ServiceCredential>> {
        self.service_credentials.values()
    }

    /// The SSH public key with this id.
    #[must_use]
    pub fn ssh_public_key(&self, id: &CredentialId) -> Option<&Arc<SshPublicKey>> {
        self.ssh_public_keys.get(id)
    }

    /// The SSH public keys of a user, in the order of their ids.
    pub fn ssh_public_keys_of(&self, user: &UniqueId) -> impl Iterator<Item = &Arc<SshPublicKey>> {
        self.ssh_keys_by_user.of(user).filter_map(|id| self.ssh_public_keys.get(id))
    }

    /// The signing certificate with this id.
    #[must_use]
    pub fn signing_certificate(&self, id: &CredentialId) -> Option<&Arc<SigningCertificate>> {
        self.signing_certificates.get(id)
    }

    /// The signing certificates of a user, in the order of their ids.
    pub fn signing_certificates_of(
        &self,
        user: &UniqueId,
    ) -> impl Iterator<Item = &Arc<SigningCertificate>> {
        let ids = self.certificates_by_user.of(user);
        ids.filter_map(|id| self.signing_certificates.get(id))
    }

    /// All signing certificates, in the order of their ids.
    pub fn signing_certificates(&self) -> impl Iterator<Item = &Arc<SigningCertificate>> {
        self.signing_certificates.values()
    }

    /// What the account wants of STS, if it said so.
    #[must_use]
    pub const fn token_preferences(&self) -> Option<TokenPreferences> {
        self.token_preferences
    }

    /// Under which name the account issues identity tokens, if it ever did.
    #[must_use]
    pub const fn token_issuer(&self) -> Option<&Arc<TokenIssuer>> {
        self.token_issuer.as_ref()
    }

    /// Whether the account issues identity tokens, and with which keys, if it ever did.
    #[must_use]
    pub const fn outbound_federation(&self) -> Option<&Arc<OutboundFederation>> {
        self.outbound_federation.as_ref()
    }

    /// A delegation request that the account has made.
    #[must_use]
    pub fn delegation_request(&self, id: &Uuid) -> Option<&Arc<DelegationRequest>> {
        self.delegation_requests.get(id)
    }

    /// The delegation requests that the account has made, in the order of their ids.
    pub fn delegation_requests(&self) -> impl Iterator<Item = &Arc<DelegationRequest>> {
        self.delegation_requests.values()
    }

    /// What the account makes of a delegation request that it has taken up.
    #[must_use]
    pub fn delegation(&self, id: &Uuid) -> Option<&Arc<Delegation>> {
        self.delegations.get(id)
    }

    /// The delegation requests that the account has taken up, in the order of their ids.
    pub fn delegations(&self) -> impl Iterator<Item = &Arc<Delegation>> {
        self.delegations.values()
    }

    /// Every entity of the account, the account itself first.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        std::iter::once(Entity::Account(self.root().clone()))
            .chain(self.users.iter().cloned().map(Entity::User))
            .chain(self.groups.iter().cloned().map(Entity::Group))
            .chain(self.roles.iter().cloned().map(Entity::Role))
            .chain(self.policies.iter().cloned().map(Entity::ManagedPolicy))
            .chain(self.access_keys.values().cloned().map(Entity::AccessKey))
            .chain(self.mfa_devices.values().cloned().map(Entity::MfaDevice))
            .chain(self.oidc_providers.values().cloned().map(Entity::OidcProvider))
            .chain(self.saml_providers.values().cloned().map(Entity::SamlProvider))
            .chain(self.instance_profiles.iter().cloned().map(Entity::InstanceProfile))
            .chain(self.aliases.values().cloned().map(Entity::Alias))
            .chain(self.password_policy.iter().cloned().map(Entity::PasswordPolicy))
            .chain(self.login_profiles.values().cloned().map(Entity::LoginProfile))
            .chain(self.service_credentials.values().cloned().map(Entity::ServiceCredential))
            .chain(self.ssh_public_keys.values().cloned().map(Entity::SshPublicKey))
            .chain(self.signing_certificates.values().cloned().map(Entity::SigningCertificate))
            .chain(self.server_certificates.iter().cloned().map(Entity::ServerCertificate))
            .chain(self.token_preferences.into_iter().map(Entity::TokenPreferences))
            .chain(self.token_issuer.iter().cloned().map(Entity::TokenIssuer))
            .chain(self.outbound_federation.iter().cloned().map(Entity::OutboundFederation))
            .chain(self.delegation_requests.values().cloned().map(Entity::DelegationRequest))
            .chain(self.delegations.values().cloned().map(Entity::Delegation))
    }

    /// Whether the user or role with this id exists: sessions of one that does
    /// not are dead.
    #[must_use]
    pub fn principal_exists(&self, id: &UniqueId) -> bool {
        match id.kind() {
            UniqueIdKind::User => self.user(id).is_some(),
            UniqueIdKind::Role => self.role(id).is_some(),
            UniqueIdKind::Group
            | UniqueIdKind::ManagedPolicy
            | UniqueIdKind::InstanceProfile
            | UniqueIdKind::Certificate => false,
        }
    }
}

/// Principals of this account only.
impl PrincipalLookup for Snapshot {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        if arn.account() != Some(self.account()) {
            return PrincipalStatus::NotHosted;
        }
        let user = self.user_by_arn(arn).map(|user| &user.id);
        match user.or_else(|| self.role_by_arn(arn).map(|role| &role.id)) {
            Some(id) => PrincipalStatus::Known(id.clone()),
            None => PrincipalStatus::Missing,
        }
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        let account = self.account();
        let user = self.user(id).map(|user| user.arn(account));
        user.or_else(|| self.role(id).map(|role| role.arn(account)))
    }
}

/// What stands behind the last slash: the name of an entity in its ARN.
fn last_segment(path_and_name: &str) -> &str {
    path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name)
}
