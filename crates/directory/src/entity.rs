//! What an account holds: plain immutable values, shared by `Arc` in a snapshot.
//!
//! An entity is replaced, never changed in place. Who holds on to an entity
//! beyond one request holds its [`UniqueId`], since a name can be given again
//! after a deletion and an id never is.

mod access_key;
mod alias;
mod delegation;
mod group;
mod instance_profile;
mod login_profile;
mod managed_policy;
mod mfa_device;
mod oidc_provider;
mod outbound;
mod password_policy;
mod policies;
mod resource_tags;
mod role;
mod root;
mod saml_provider;
mod server_certificate;
mod service_credential;
mod signing_certificate;
mod ssh_public_key;
mod token_preferences;
mod user;
mod wrapped_secret;

pub use access_key::{AccessKey, KeyOwner, KeyStatus};
pub use alias::Alias;
pub use delegation::{
    Approver, ApproverIdentity, Delegation, DelegationRequest, DelegationState, TemplateParameter,
    TemplateValue, TokenSender,
};
pub use group::Group;
pub use instance_profile::InstanceProfile;
pub use login_profile::LoginProfile;
pub use managed_policy::{ManagedPolicy, PolicyVersion, VersionId, VersionIdError};
pub use mfa_device::{MfaAssignment, MfaDevice};
pub use oidc_provider::OidcProvider;
pub use outbound::{OutboundFederation, TokenIssuer, TokenKey, Vending};
pub use password_policy::{CharacterKind, PasswordFault, PasswordPolicy};
pub use policies::{AttachedPolicies, InlinePolicies, InlinePolicy, PermissionsBoundary};
pub use resource_tags::ResourceTags;
pub use role::{MaxSessionDuration, Role};
pub use root::AccountRoot;
pub use saml_provider::{AssertionEncryption, SamlMetadata, SamlPrivateKey, SamlProvider};
pub use server_certificate::ServerCertificate;
pub use service_credential::{CredentialService, CredentialServiceError, ServiceCredential};
pub use signing_certificate::SigningCertificate;
pub use ssh_public_key::SshPublicKey;
pub use token_preferences::{TokenPreferences, TokenVersion};
pub use user::User;
pub use wrapped_secret::WrappedSecret;

use std::sync::Arc;

use stead_types::{AccessKeyId, AccountAlias, AccountId, Arn, CredentialId, Path, UniqueId, Uuid};

/// Which record of an account is meant: the key under which it is stored.
///
/// Ordered, so that changes are always written in one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKey {
    /// The account itself; there is one.
    Account,
    /// A user, by unique id.
    User(UniqueId),
    /// A user group, by unique id.
    Group(UniqueId),
    /// A role, by unique id.
    Role(UniqueId),
    /// A customer managed policy, by unique id.
    ManagedPolicy(UniqueId),
    /// An access key, by its id.
    AccessKey(AccessKeyId),
    /// A virtual MFA device, by its serial number.
    MfaDevice(Arn),
    /// An OpenID Connect provider, by its ARN.
    OidcProvider(Arn),
    /// A SAML provider, by its ARN.
    SamlProvider(Arn),
    /// An instance profile, by unique id.
    InstanceProfile(UniqueId),
    /// The alias of the account, by name.
    Alias(AccountAlias),
    /// The password policy of the account; there is one at most.
    PasswordPolicy,
    /// The password of a user, by the user's unique id.
    LoginProfile(UniqueId),
    /// A credential for one service, by its id.
    ServiceCredential(CredentialId),
    /// An SSH public key, by its id.
    SshPublicKey(CredentialId),
    /// A signing certificate, by its id.
    SigningCertificate(CredentialId),
    /// A server certificate, by unique id.
    ServerCertificate(UniqueId),
    /// What the account wants of STS; there is one at most.
    TokenPreferences,
    /// Under which name the account issues identity tokens; there is one at most.
    TokenIssuer,
    /// Whether it issues them, and the keys; there is one at most.
    OutboundFederation,
    /// A delegation request that the account has made, by its id.
    DelegationRequest(Uuid),
    /// What the account makes of a delegation request, by the same id.
    Delegation(Uuid),
}

/// One entity of an account.
#[derive(Clone, Debug)]
pub enum Entity {
    /// The account itself.
    Account(Arc<AccountRoot>),
    /// A user.
    User(Arc<User>),
    /// A user group.
    Group(Arc<Group>),
    /// A role.
    Role(Arc<Role>),
    /// A customer managed policy.
    ManagedPolicy(Arc<ManagedPolicy>),
    /// An access key of a user or of the root user.
    AccessKey(Arc<AccessKey>),
    /// A virtual MFA device.
    MfaDevice(Arc<MfaDevice>),
    /// An OpenID Connect provider.
    OidcProvider(Arc<OidcProvider>),
    /// A SAML provider.
    SamlProvider(Arc<SamlProvider>),
    /// An instance profile.
    InstanceProfile(Arc<InstanceProfile>),
    /// The alias of the account.
    Alias(Arc<Alias>),
    /// The password policy of the account.
    PasswordPolicy(Arc<PasswordPolicy>),
    /// The password of a user.
    LoginProfile(Arc<LoginProfile>),
    /// A credential of a user for one service.
    ServiceCredential(Arc<ServiceCredential>),
    /// An SSH public key of a user.
    SshPublicKey(Arc<SshPublicKey>),
    /// A signing certificate of a user.
    SigningCertificate(Arc<SigningCertificate>),
    /// A server certificate.
    ServerCertificate(Arc<ServerCertificate>),
    /// What the account wants of STS.
    TokenPreferences(TokenPreferences),
    /// Under which name the account issues identity tokens.
    TokenIssuer(Arc<TokenIssuer>),
    /// Whether the account issues identity tokens, and the keys.
    OutboundFederation(Arc<OutboundFederation>),
    /// A delegation request that the account has made.
    DelegationRequest(Arc<DelegationRequest>),
    /// What the account makes of a delegation request.
    Delegation(Arc<Delegation>),
}

impl Entity {
    /// The key under which the entity is stored.
    #[must_use]
    pub fn key(&self) -> EntityKey {
        match self {
            Self::Account(_) => EntityKey::Account,
            Self::User(user) => EntityKey::User(user.id.clone()),
            Self::Group(group) => EntityKey::Group(group.id.clone()),
            Self::Role(role) => EntityKey::Role(role.id.clone()),
            Self::ManagedPolicy(policy) => EntityKey::ManagedPolicy(policy.id.clone()),
            Self::AccessKey(key) => EntityKey::AccessKey(key.id.clone()),
            Self::MfaDevice(device) => EntityKey::MfaDevice(device.serial.clone()),
            Self::OidcProvider(provider) => EntityKey::OidcProvider(provider.arn.clone()),
            Self::SamlProvider(provider) => EntityKey::SamlProvider(provider.arn.clone()),
            Self::InstanceProfile(profile) => EntityKey::InstanceProfile(profile.id.clone()),
            Self::Alias(alias) => EntityKey::Alias(alias.name.clone()),
            Self::PasswordPolicy(_) => EntityKey::PasswordPolicy,
            Self::LoginProfile(profile) => EntityKey::LoginProfile(profile.user.clone()),
            Self::ServiceCredential(held) => EntityKey::ServiceCredential(held.id.clone()),
            Self::SshPublicKey(key) => EntityKey::SshPublicKey(key.id.clone()),
            Self::SigningCertificate(held) => EntityKey::SigningCertificate(held.id.clone()),
            Self::ServerCertificate(held) => EntityKey::ServerCertificate(held.id.clone()),
            Self::TokenPreferences(_) => EntityKey::TokenPreferences,
            Self::TokenIssuer(_) => EntityKey::TokenIssuer,
            Self::OutboundFederation(_) => EntityKey::OutboundFederation,
            Self::DelegationRequest(request) => EntityKey::DelegationRequest(request.id.clone()),
            Self::Delegation(held) => EntityKey::Delegation(held.id().clone()),
        }
    }
}

/// The ARN of an entity with a path: kind, path and name in one.
fn arn_with_path(account: AccountId, kind: &str, path: &Path, name: &str) -> Arn {
    Arn::iam(account, &[kind, path.as_str(), name].concat())
}

/// Whether this is the ARN that [`arn_with_path`] makes, which is not made for it.
fn is_arn_with_path(arn: &Arn, account: AccountId, kind: &str, path: &Path, name: &str) -> bool {
    let resource = arn.resource().strip_prefix(kind);
    (arn.partition(), arn.service(), arn.region()) == ("aws", "iam", "")
        && arn.account() == Some(account)
        && resource.and_then(|rest| rest.strip_prefix(path.as_str())) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_known_without_being_made() {
        let account: AccountId = "000000000042".parse().unwrap();
        let paths = ["/", "/a/", "/a/b/"];
        let texts = [
            "arn:aws:iam::000000000042:role/Name",
            "arn:aws:iam::000000000042:role/a/Name",
            "arn:aws:iam::000000000042:role/a/b/Name",
            "arn:aws:iam::000000000042:role/a/name",
            "arn:aws:iam::000000000042:role//Name",
            "arn:aws:iam::000000000042:role/Nam",
            "arn:aws:iam::000000000042:user/Name",
            "arn:aws:iam::000000000043:role/Name",
            "arn:aws:iam::42:role/Name",
            "arn:aws:iam:us-east-1:000000000042:role/Name",
            "arn:aws:sts::000000000042:role/Name",
            "arn:aws-cn:iam::000000000042:role/Name",
        ];
        let mut known = 0;
        for (path, text) in paths.iter().flat_map(|path| texts.iter().map(move |text| (path, text)))
        {
            let (path, arn): (Path, Arn) = (path.parse().unwrap(), text.parse().unwrap());
            let is_it = is_arn_with_path(&arn, account, "role", &path, "Name");
            assert_eq!(is_it, arn_with_path(account, "role", &path, "Name") == arn, "{path} {arn}");
            known += usize::from(is_it);
        }
        assert_eq!(known, paths.len());
    }
}
