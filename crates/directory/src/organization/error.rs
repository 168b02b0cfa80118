use stead_policy::Parsed;
use stead_types::AccountId;
use thiserror::Error;

use super::OrganizationQuota;
use super::entity::ControlKind;

/// Why a command on an organization was refused.
///
/// A leaf error, like [`DirectoryError`](crate::DirectoryError): the service maps it to AWS's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OrganizationError {
    /// What the command is about does not exist.
    #[error("no {0:?} `{1}`")]
    Missing(Missing, String),
    /// The organization still has something besides its management account.
    #[error("the organization is not empty")]
    NotEmpty,
    /// A unit has something under it.
    #[error("the unit is not empty")]
    UnitNotEmpty,
    /// A unit under the same parent has the name.
    #[error("a unit under this parent has this name")]
    DuplicateUnit,
    /// A policy of the same kind has the name.
    #[error("a policy of this kind has this name")]
    DuplicatePolicy,
    /// The account lies there already.
    #[error("account {0} lies there already")]
    DuplicateAccount(AccountId),
    /// What was said to lie under a parent does not.
    #[error("not under this parent")]
    NotUnderParent,
    /// The management account can be neither closed nor removed.
    #[error("it is the management account")]
    ManagementAccount,
    /// The account is closed already.
    #[error("the account is closed")]
    AlreadyClosed,
    /// A document is none of its kind. Holds at least one error.
    #[error("malformed policy document")]
    MalformedPolicyDocument(Box<Parsed>),
    /// The policy is AWS's.
    #[error("the policy is AWS's")]
    PolicyOfAws,
    /// The policy is attached to something.
    #[error("the policy is attached")]
    PolicyInUse,
    /// The policy is attached there already.
    #[error("the policy is attached already")]
    AlreadyAttached,
    /// The policy is not attached there.
    #[error("the policy is not attached")]
    NotAttached,
    /// The policy that allows everything to resources cannot be detached.
    #[error("this policy cannot be detached")]
    CannotDetach,
    /// A kind of policies takes no effect.
    #[error("{0} is not enabled")]
    KindNotEnabled(ControlKind),
    /// A kind of policies takes effect already.
    #[error("{0} is enabled already")]
    KindAlreadyEnabled(ControlKind),
    /// More than may be.
    #[error("quota {0:?}")]
    Quota(OrganizationQuota),
    /// The account is a member of an organization.
    #[error("the account is a member already")]
    AlreadyMember,
    /// The account has an invitation that it can still answer.
    #[error("the account is invited already")]
    DuplicateHandshake,
    /// The invitation has been answered so.
    #[error("the handshake is in this state")]
    HandshakeInState,
    /// The invitation has been answered otherwise, or is too old.
    #[error("the handshake cannot be answered any more")]
    HandshakeClosed,
    /// IAM is not trusted to act in the organization.
    #[error("IAM is not trusted")]
    IamNotTrusted,
    /// The account administers the service already.
    #[error("the account administers this service already")]
    AlreadyAdministers,
    /// The account does not administer the service, or none.
    #[error("the account does not administer this")]
    AdministersNot,
    /// The account administers a service and cannot go.
    #[error("the account administers a service")]
    Administers,
    /// An account administers the service, which must be trusted as long.
    #[error("an account administers the service")]
    ServiceAdministered,
    /// The service is not trusted.
    #[error("the service is not trusted")]
    ServiceNotTrusted,
    /// A tag key is given twice.
    #[error("duplicate tag keys")]
    DuplicateTagKeys,
    /// Records of the organization can't be read: it is not written to.
    #[error("organization has unreadable records")]
    Unreadable,
}

/// What does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// What units and accounts lie under.
    Parent,
    /// A unit.
    Unit,
    /// A member account.
    Account,
    /// A policy.
    Policy,
    /// What a policy is attached to.
    Target,
    /// What a service was trusted for.
    TrustedService,
    /// A request to create an account.
    AccountRequest,
    /// An invitation.
    Handshake,
}
