//! What an organization holds: plain immutable values, shared by `Arc` in a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use stead_policy::{DocumentKind, PolicyText};
use stead_types::{
    AccountId, Arn, CreateAccountRequestId, HandshakeId, OrganizationId, OrganizationPolicyId,
    OrganizationalUnitId, RoleName, RootId, RootTask, Timestamp,
};

use crate::StoredPolicy;
use crate::entity::ResourceTags;

/// The kinds of policies that limit accounts.
///
/// Choice: what the others do (tags, backups and so on) is not about who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlKind {
    /// Service control policies: what principals of member accounts may do at most.
    ServiceControl,
    /// Resource control policies: what may be done with resources of member accounts at most.
    ResourceControl,
}

/// What units and accounts lie under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parent {
    /// The root; an organization has one.
    Root,
    /// A unit.
    Unit(OrganizationalUnitId),
}

/// What policies are attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The root, and so everything.
    Root,
    /// A unit, and what lies under it.
    Unit(OrganizationalUnitId),
    /// An account.
    Account(AccountId),
}

/// The policies attached to one target, by id.
pub type AttachedControls = BTreeSet<OrganizationPolicyId>;

/// The organization itself, with its root.
#[derive(Clone, Debug)]
pub struct OrganizationRoot {
    /// Its id.
    pub id: OrganizationId,
    /// The id of its root.
    pub root: RootId,
    /// The account that has created it and manages it. No policy of the organization limits
    /// it.
    pub management: AccountId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Which kinds of policies take effect.
    pub enabled: BTreeSet<ControlKind>,
    /// The policies attached to the root.
    pub policies: AttachedControls,
    /// Tags of the root.
    pub tags: ResourceTags,
    /// The services that may act in the organization, by principal, since when.
    pub trusted_services: BTreeMap<Box<str>, Timestamp>,
    /// What the management account may do for the root users of member accounts, as long as
    /// IAM is trusted.
    pub root_features: BTreeSet<RootFeature>,
}

/// What an organization can let its management account do for the root users of members.
///
/// Spec: API ListOrganizationsFeatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootFeature {
    /// To see and delete their credentials.
    CredentialsManagement,
    /// To do what else takes a root user.
    Sessions,
}

/// An organizational unit.
#[derive(Clone, Debug)]
pub struct OrganizationalUnit {
    /// Its id.
    pub id: OrganizationalUnitId,
    /// Its name, which no other unit under the same parent has.
    pub name: Box<str>,
    /// What it lies under.
    pub parent: Parent,
    /// The policies attached to it.
    pub policies: AttachedControls,
    /// Its tags.
    pub tags: ResourceTags,
}

/// An account of the organization, the management account included.
#[derive(Clone, Debug)]
pub struct MemberAccount {
    /// The account.
    pub account: AccountId,
    /// What the organization calls it.
    pub name: Box<str>,
    /// The address of its root user.
    pub email: Box<str>,
    /// Whether it is used.
    pub status: MemberStatus,
    /// Since when it is a member.
    pub joined_at: Timestamp,
    /// How it has become one.
    pub joined_by: JoinedBy,
    /// What it lies under.
    pub parent: Parent,
    /// The policies attached to it.
    pub policies: AttachedControls,
    /// Its tags.
    pub tags: ResourceTags,
    /// The services that it administers for the organization, by principal, since when. Who
    /// administers any may read the organization.
    pub administers: BTreeMap<Box<str>, Timestamp>,
}

/// Whether an account is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStatus {
    /// It is.
    Active,
    /// It was closed: nobody may do anything with its credentials.
    Suspended,
}

/// How an account has become a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinedBy {
    /// The organization has created it.
    Created,
    /// It existed before.
    Invited,
}

/// A policy of the organization.
#[derive(Clone, Debug)]
pub struct ControlPolicy {
    /// Its id.
    pub id: OrganizationPolicyId,
    /// Its kind.
    pub kind: ControlKind,
    /// Its name, which no other of its kind has.
    pub name: Box<str>,
    /// What it is for.
    pub description: Box<str>,
    /// The document as it was written.
    pub text: PolicyText,
    /// The document as it is evaluated.
    pub stored: StoredPolicy,
    /// Its tags.
    pub tags: ResourceTags,
}

/// A request to create an account, and what has become of it.
#[derive(Clone, Debug)]
pub struct AccountRequest {
    /// Its id.
    pub id: CreateAccountRequestId,
    /// The account that is created.
    pub account: AccountId,
    /// What it is to be called.
    pub name: Box<str>,
    /// The address of its root user.
    pub email: Box<str>,
    /// The role in it that the management account can assume.
    pub role: RoleName,
    /// Its tags.
    pub tags: ResourceTags,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// How far it is.
    pub state: AccountRequestState,
}

/// How far the creation of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRequestState {
    /// Not at its end.
    InProgress,
    /// The account is there and a member.
    Succeeded {
        /// Since when.
        at: Timestamp,
    },
    /// Another account has the address: none was created.
    EmailInUse {
        /// Since when that is known.
        at: Timestamp,
    },
}

/// An invitation of an account that exists.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Its id.
    pub id: HandshakeId,
    /// The account that is invited.
    pub account: AccountId,
    /// What the invitation says.
    pub notes: Box<str>,
    /// Tags that the account is to have as a member.
    pub tags: ResourceTags,
    /// When it was sent.
    pub requested_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub state: HandshakeState,
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeState {
    /// Nothing yet.
    Open,
    /// The account has accepted it, and is a member.
    Accepted,
    /// The account has declined it.
    Declined,
    /// The organization has taken it back.
    Canceled,
    /// Nobody has answered it in time.
    Expired,
}

/// Which record of an organization is meant: the key under which it is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrganizationKey {
    /// The organization itself; there is one.
    Organization,
    /// A unit.
    Unit(OrganizationalUnitId),
    /// A member account.
    Account(AccountId),
    /// A policy.
    Policy(OrganizationPolicyId),
    /// A request to create an account.
    AccountRequest(CreateAccountRequestId),
    /// An invitation.
    Handshake(HandshakeId),
}

impl ControlKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::ServiceControl, Self::ResourceControl];

    /// The name in the API, such as `SERVICE_CONTROL_POLICY`.
    #[must_use]
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }

    /// The word in ARNs, such as `service_control_policy`.
    #[must_use]
    pub const fn arn_word(self) -> &'static str {
        match self {
            Self::ServiceControl => "service_control_policy",
            Self::ResourceControl => "resource_control_policy",
        }
    }

    /// The kind with this name in the API, if it is one of these.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.wire_name() == name)
    }

    pub(super) const fn document_kind(self) -> DocumentKind {
        match self {
            Self::ServiceControl => DocumentKind::ServiceControl,
            Self::ResourceControl => DocumentKind::ResourceControl,
        }
    }
}

impl RootFeature {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 2] = [Self::CredentialsManagement, Self::Sessions];

    /// The name in the API, such as `RootSessions`.
    #[must_use]
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::CredentialsManagement => "RootCredentialsManagement",
            Self::Sessions => "RootSessions",
        }
    }

    /// The feature with this name in the API.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.wire_name() == name)
    }

    /// Whether it lets the management account begin sessions for this task.
    ///
    /// Spec: UG:id_root-enable-root-access: the one is for deleting credentials, the other for
    /// the tasks that take a root user, of which recovering a password is one. Spec: AWS
    /// Security Blog, "Secure root user access for member accounts in AWS Organizations": the
    /// first is for seeing them too. Choice: either is enough for that, since what was done in
    /// a session for a password is seen in one for credentials only.
    #[must_use]
    pub const fn admits(self, task: RootTask) -> bool {
        match task {
            RootTask::AuditCredentials => true,
            RootTask::DeleteCredentials => matches!(self, Self::CredentialsManagement),
            RootTask::CreatePassword | RootTask::UnlockBucket | RootTask::UnlockQueue => {
                matches!(self, Self::Sessions)
            }
        }
    }
}

impl fmt::Display for ControlKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.wire_name())
    }
}

impl From<Parent> for Target {
    fn from(parent: Parent) -> Self {
        match parent {
            Parent::Root => Self::Root,
            Parent::Unit(id) => Self::Unit(id),
        }
    }
}

impl OrganizationKey {
    /// The key as text, such as `unit/ou-ab12-cdef3456`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Organization => "organization".to_owned(),
            Self::Unit(id) => format!("unit/{id}"),
            Self::Account(id) => format!("account/{id}"),
            Self::Policy(id) => format!("policy/{id}"),
            Self::AccountRequest(id) => format!("account-request/{id}"),
            Self::Handshake(id) => format!("handshake/{id}"),
        }
    }
}

impl Handshake {
    /// What has become of it at this moment.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> HandshakeState {
        match self.state {
            HandshakeState::Open if self.expires_at <= now => HandshakeState::Expired,
            state => state,
        }
    }
}

impl MemberAccount {
    /// The name that an organization holds in the installation for each of its members: an
    /// account belongs to one organization at most.
    #[must_use]
    pub fn unique_name(account: AccountId) -> String {
        format!("member/{account}")
    }
}

impl OrganizationRoot {
    /// The ARN of something of this organization: `arn:aws:organizations::MANAGEMENT:` and
    /// these words with the organization's id behind the first.
    ///
    /// Spec: Service Authorization Reference, "Resource types defined by AWS Organizations".
    #[must_use]
    pub fn arn(&self, kind: &str, rest: &[&str]) -> String {
        let mut text = format!("arn:aws:organizations::{}:{kind}/{}", self.management, self.id);
        for part in rest {
            text.push('/');
            text.push_str(part);
        }
        text
    }

    /// The ARN of one of its own policies.
    #[must_use]
    pub fn policy_arn(&self, kind: ControlKind, id: &OrganizationPolicyId) -> Option<Arn> {
        self.arn("policy", &[kind.arn_word(), id.as_str()]).parse().ok()
    }
}
