use std::sync::Arc;
use std::time::Duration;

use stead_types::{
    AccountId, Arn, SessionName, SourceIdentity, TagKey, TagSet, Timestamp, UniqueId, Uuid,
};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Temporary access to another account that one account asks for. It is never changed:
/// what becomes of it is the owner's [`Delegation`].
#[derive(Clone, Debug)]
pub struct DelegationRequest {
    /// The id, which only who was told it knows.
    pub id: Uuid,
    /// The account that asks.
    pub requestor: AccountId,
    /// The account that is asked; `None` where any may take the request up.
    pub owner_account: Option<AccountId>,
    /// What the access is for.
    pub description: String,
    /// What the requestor says of this one request.
    pub message: Option<String>,
    /// What the requestor calls the request. No two of an account have one.
    pub workflow_id: String,
    /// Where the owner is sent afterwards.
    pub redirect_url: Option<String>,
    /// Where AWS would publish what becomes of the request.
    pub notification_channel: String,
    /// For how long access is asked, in seconds.
    pub session_seconds: u32,
    /// Who may send the token.
    pub sender: TokenSender,
    /// The policy that `policy` was made from.
    pub template: Arn,
    /// What was put into it.
    pub parameters: Vec<TemplateParameter>,
    /// What is asked for, as a policy.
    pub policy: Arc<str>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Who may send the token of an accepted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSender {
    /// Whoever may call `SendDelegationToken` in the owner's account.
    Anyone,
    /// Of these only who took the request up.
    OwnerOnly,
}

/// A value of a policy template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateParameter {
    /// The name, as in `@{name}`.
    pub name: String,
    /// One value, or those of a list.
    pub value: TemplateValue,
}

/// What stands for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateValue {
    /// A text.
    One(String),
    /// Several texts; the string around the parameter is repeated with each.
    List(Vec<String>),
}

/// What the account that was asked makes of a [`DelegationRequest`].
#[derive(Clone, Debug)]
pub struct Delegation {
    /// The request as it was when it was taken up.
    pub request: Arc<DelegationRequest>,
    /// Who took it up.
    pub owner: Arn,
    /// What has become of it.
    pub state: DelegationState,
    /// Since when.
    pub since: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// What was said when it was handed on.
    pub notes: Option<String>,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
    /// Who accepted it: the permissions are theirs.
    pub approver: Option<Approver>,
}

/// Where a delegation stands.
///
/// Spec: UG:temporary-delegation-building-integration, "Request States".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegationState {
    /// Somebody took the request up.
    Assigned,
    /// It was handed on to who may accept it.
    PendingApproval,
    /// It was accepted; nothing can be done with it yet.
    Accepted,
    /// It was rejected.
    Rejected,
    /// The token was sent: access begins here.
    Finalized,
}

/// Who accepted a request, as they were then.
///
/// Spec: API AcceptDelegationRequest: the details and the state of the identity are
/// recorded, and it is the one that the delegated credentials have.
#[derive(Clone, Debug)]
pub struct Approver {
    /// The ARN, of a role's session that of the session.
    pub arn: Arn,
    /// Who that is.
    pub identity: ApproverIdentity,
}

/// The identity behind an approver.
#[derive(Clone, Debug)]
pub enum ApproverIdentity {
    /// The root user.
    Root,
    /// A user, by unique id.
    User(UniqueId),
    /// A session of a role.
    RoleSession {
        /// The role, by unique id.
        role: UniqueId,
        /// The name of the session.
        session_name: SessionName,
        /// The tags of the session.
        tags: TagSet,
        /// Those of its tags that further sessions inherit.
        transitive: Vec<TagKey>,
        /// Its source identity.
        source_identity: Option<SourceIdentity>,
    },
}

impl DelegationRequest {
    /// Spec: UG:temporary-delegation-building-integration, "Expiration Path": a request that
    /// nobody takes up expires after a day.
    pub const OPEN_FOR: Duration = DAY;

    /// How long after its expiry a request is kept. Choice: longer than what becomes of it
    /// can last, so that the requestor's name for it stays taken.
    pub const KEPT_AFTERWARDS: Duration = Duration::from_secs(40 * 24 * 3_600);

    /// The name under which a request is found in the installation.
    #[must_use]
    pub fn unique_name(id: &Uuid) -> String {
        format!("delegation-request/{id}")
    }

    /// The first moment at which nobody can take it up any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus(Self::OPEN_FOR)
    }
}

impl Delegation {
    /// Spec: UG:temporary-delegation-building-integration, "Expiration Path": seven days from
    /// each of the states.
    pub const STATE_LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);

    /// How long after its expiry a delegation can still be looked at. Choice: AWS deletes
    /// them after a time that it does not tell.
    pub const KEPT_AFTERWARDS: Duration = Duration::from_secs(7 * 24 * 3_600);

    /// The name under which a delegation is found in the installation. Who holds it has
    /// taken the request up, and nobody else can.
    #[must_use]
    pub fn unique_name(id: &Uuid) -> String {
        format!("delegation/{id}")
    }

    /// The id, which is that of the request.
    #[must_use]
    pub fn id(&self) -> &Uuid {
        &self.request.id
    }

    /// The first moment at which nothing can be done with it any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.since.plus(Self::STATE_LASTS)
    }

    /// Whether it has expired.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at()
    }

    /// When the access ends; `None` where it has not begun.
    ///
    /// Spec: UG:temporary-delegation-building-integration: the delegation period begins with
    /// the state FINALIZED.
    #[must_use]
    pub fn access_ends_at(&self) -> Option<Timestamp> {
        let lasts = Duration::from_secs(self.request.session_seconds.into());
        (self.state == DelegationState::Finalized).then(|| self.since.plus(lasts))
    }
}
