use stead_policy::Parsed;
use stead_types::{AccountId, Arn, Uuid};
use thiserror::Error;

use crate::Quota;
use crate::entity::{DelegationState, PasswordFault};

/// Why a command was refused.
///
/// A leaf error: it has no wire text and no error code; the control plane maps it
/// to AWS's. Complete on purpose, so that the mapping fails to build when a
/// reason is added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DirectoryError {
    /// What the command is about does not exist.
    #[error("no {kind:?} `{name}`")]
    NoSuchEntity {
        /// What was looked for.
        kind: EntityKind,
        /// The name, id or ARN it was looked for by.
        name: String,
    },
    /// Something has the name already, be it in other case.
    #[error("{kind:?} `{name}` exists already")]
    EntityAlreadyExists {
        /// What there is already.
        kind: EntityKind,
        /// The name as it was asked for.
        name: String,
    },
    /// What is to be deleted still has something, or is still used.
    #[error("delete conflict: {0:?}")]
    DeleteConflict(DeleteConflict),
    /// The account, or a part of it, would hold more than it may.
    #[error("quota {0:?} exceeded")]
    LimitExceeded(Quota),
    /// A policy document is not one of its kind. Holds at least one error.
    #[error("malformed policy document")]
    MalformedPolicyDocument(Box<Parsed>),
    /// A trust policy names an `AWS` principal that does not exist or can't be one.
    #[error("invalid principal `{text}`")]
    InvalidPrincipal {
        /// The principal as the document has it.
        text: String,
    },
    /// A tag key is given twice.
    #[error("duplicate tag keys")]
    DuplicateTagKeys,
    /// The policy is one of AWS's or of another account.
    #[error("policy `{arn}` is not of this account")]
    PolicyOutsideAccount {
        /// The policy's ARN.
        arn: Arn,
    },
    /// The role is linked to a service, which alone changes it.
    #[error("role `{name}` is linked to a service")]
    ServiceLinkedRole {
        /// The role's name.
        name: String,
    },
    /// The role is linked to a service, which alone says how long its sessions may be.
    #[error("the sessions of role `{name}` are up to its service")]
    ServiceLinkedRoleDuration {
        /// The role's name.
        name: String,
    },
    /// Two codes of an MFA device were not those that the device shows.
    #[error("authentication codes are not those of the device")]
    InvalidAuthenticationCode,
    /// A password is not as the account's policy says.
    #[error("the password is {0}")]
    PasswordPolicyViolation(PasswordFault),
    /// The account issues identity tokens already.
    #[error("account {account} issues identity tokens already")]
    OutboundFederationEnabled {
        /// The account.
        account: AccountId,
    },
    /// The account issues no identity tokens.
    #[error("account {account} issues no identity tokens")]
    OutboundFederationDisabled {
        /// The account.
        account: AccountId,
    },
    /// The account has taken this delegation request up already.
    #[error("delegation request {id} is taken up")]
    DelegationTaken {
        /// The request.
        id: Uuid,
    },
    /// What is asked cannot be done with a delegation request in its state.
    #[error("delegation request {id} is {state:?}")]
    DelegationState {
        /// The request.
        id: Uuid,
        /// Its state; `None` where it has expired.
        state: Option<DelegationState>,
    },
    /// Only who took the delegation request up may do this.
    #[error("delegation request {id} is for its owner")]
    NotTheDelegationOwner {
        /// The request.
        id: Uuid,
    },
    /// Records of the account can't be read. It is served as far as it is safe,
    /// and not written to, since no rule could be checked in full.
    #[error("account has unreadable records")]
    AccountUnreadable,
}

/// What is missing, or exists already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// A user.
    User,
    /// A user group.
    Group,
    /// A role.
    Role,
    /// A managed policy, by ARN; on creation by name.
    Policy,
    /// A managed policy that is to be attached or set as boundary, by ARN.
    AttachablePolicy,
    /// A managed policy that was to be detached and is not attached, by ARN.
    AttachedPolicy,
    /// A version of a managed policy, as `ARN version v1`.
    PolicyVersion,
    /// An inline policy of a user.
    UserPolicy,
    /// An inline policy of a group.
    GroupPolicy,
    /// An inline policy of a role.
    RolePolicy,
    /// An access key, by id.
    AccessKey,
    /// An MFA device, by serial number.
    MfaDevice,
    /// An MFA device that belongs to someone already, by serial number.
    MfaDeviceInUse,
    /// An OpenID Connect provider, by ARN; on creation by URL.
    OidcProvider,
    /// An OpenID Connect provider that was to be deleted, by ARN.
    OidcProviderToDelete,
    /// A SAML provider, by ARN; on creation by name.
    SamlProvider,
    /// A private key of a SAML provider, by id.
    SamlPrivateKey,
    /// An instance profile, by name.
    InstanceProfile,
    /// The alias of the account.
    AccountAlias,
    /// The issuer of the account's identity tokens, by the account's number.
    TokenIssuer,
    /// The password policy of the account, by the account's number.
    PasswordPolicy,
    /// The password policy of the account, which was to be deleted.
    PasswordPolicyToDelete,
    /// The login profile of a user, by the user's name.
    LoginProfile,
    /// A credential of a user for one service, as
    /// `User U does not have a service specific credential with id I`.
    ServiceCredential,
    /// An SSH public key, by its id.
    SshPublicKey,
    /// A signing certificate, by its id.
    SigningCertificate,
    /// A server certificate, by name.
    ServerCertificate,
    /// A delegation request, by id; on creation by the requestor's workflow.
    DelegationRequest,
    /// A role that was to be deleted as one of a service and is none, by name.
    OrdinaryRole,
    /// A role that was to be taken out of an instance profile and is not in it, as
    /// `Role R in Instance Profile P`.
    RoleInInstanceProfile,
}

/// Why something can't be deleted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteConflict {
    /// Managed policies are attached to it.
    PoliciesAttached,
    /// It has inline policies.
    InlinePolicies,
    /// A user has access keys.
    AccessKeys,
    /// A user has MFA devices.
    MfaDevices,
    /// A user is in groups, or a group has users.
    GroupMembership,
    /// A managed policy is attached to something, or is a boundary.
    PolicyInUse,
    /// A managed policy has versions beside its default version.
    PolicyHasVersions,
    /// The version is the policy's default version.
    DefaultVersion,
    /// An MFA device is assigned to someone.
    MfaDeviceInUse,
    /// A role is in an instance profile, or an instance profile has a role.
    InstanceProfileRole,
    /// A user has a password.
    LoginProfile,
    /// A user has credentials for services.
    ServiceCredentials,
    /// A user has SSH public keys.
    SshPublicKeys,
    /// A user has signing certificates.
    SigningCertificates,
}

impl DirectoryError {
    pub(crate) fn missing(kind: EntityKind, name: impl ToString) -> Self {
        Self::NoSuchEntity { kind, name: name.to_string() }
    }

    pub(crate) fn exists(kind: EntityKind, name: impl ToString) -> Self {
        Self::EntityAlreadyExists { kind, name: name.to_string() }
    }
}
