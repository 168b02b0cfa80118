//! Which policies speak for a caller: gathered from its account's snapshot.

use std::sync::{Arc, LazyLock};

use stead_directory::Snapshot;
use stead_directory::entity::{PermissionsBoundary, Role, User};
use stead_policy::{
    Caller, CompiledPolicy, DocumentKind, FederatedIssuer, Policies, PolicyRef, PolicySet,
    PolicySource,
};

use crate::CallerFacts;
use crate::caller::SessionKind;
use crate::restrictions::{Restriction, restriction_of};
use crate::root_task;

/// The identity policies of a caller.
pub(crate) enum Identity<'a> {
    /// One by one.
    Listed(Vec<PolicyRef<'a>>),
    /// Under one index, which the snapshot keeps for who calls often.
    Prepared(Arc<PolicySet>),
}

impl Identity<'_> {
    pub(crate) fn policies(&self) -> Policies<'_> {
        match self {
            Self::Listed(policies) => policies.into(),
            Self::Prepared(set) => Policies::Indexed(set),
        }
    }
}

/// The caller's side of a decision.
pub(crate) struct CallerPolicies<'a> {
    pub(crate) identity: Identity<'a>,
    pub(crate) boundary: Option<PolicyRef<'a>>,
    // `None` when no session policies limit the caller.
    pub(crate) session: Option<Vec<PolicyRef<'a>>>,
}

impl<'a> CallerPolicies<'a> {
    /// Gathers by reference: its cost grows with the number of policies, never with
    /// their size.
    pub(crate) fn collect(caller: &'a CallerFacts, home: &'a Snapshot) -> Self {
        let holder = Holder::of(caller, home);
        let mut identity = holder.listed(home);
        identity.extend(restriction_of(caller).map(Restriction::reference));
        identity.extend(root_task::policy_of(caller));
        Self::beside(Identity::Listed(identity), &holder, caller, home)
    }

    /// The same, for a decision that nobody traces. Of who has called before and has
    /// several policies, the cost does not grow with their number.
    pub(crate) fn prepared(caller: &'a CallerFacts, home: &'a Snapshot) -> Self {
        let holder = Holder::of(caller, home);
        match (holder.prepared(home), restriction_of(caller)) {
            (Some(set), None) => Self::beside(Identity::Prepared(set), &holder, caller, home),
            _ => Self::collect(caller, home),
        }
    }

    fn beside(
        identity: Identity<'a>,
        holder: &Holder<'a>,
        caller: &'a CallerFacts,
        home: &'a Snapshot,
    ) -> Self {
        let boundary = holder.boundary().map(|boundary| home.boundary_policy(boundary));
        Self { identity, boundary, session: session_policies(caller, home) }
    }
}

/// Whose identity policies and boundary speak for a caller.
enum Holder<'a> {
    User(&'a User),
    Role(&'a Role),
    Nobody,
}

impl<'a> Holder<'a> {
    fn of(caller: &CallerFacts, home: &'a Snapshot) -> Self {
        let user = |id| home.user(id).map(|user| Self::User(user));
        let found = match caller.principal() {
            Caller::User { id, .. }
            | Caller::FederatedUser { issuer: FederatedIssuer::User { id, .. }, .. } => user(id),
            Caller::RoleSession { role_id, .. } => home.role(role_id).map(|role| Self::Role(role)),
            Caller::FederatedUser { issuer: FederatedIssuer::Root, .. }
            | Caller::Root { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::Service { .. }
            | Caller::Anonymous => None,
        };
        found.unwrap_or(Self::Nobody)
    }

    fn listed(&self, home: &'a Snapshot) -> Vec<PolicyRef<'a>> {
        match self {
            Self::User(user) => home.identity_policies_of_user(user),
            Self::Role(role) => home.identity_policies_of_role(role),
            Self::Nobody => Vec::new(),
        }
    }

    fn prepared(&self, home: &Snapshot) -> Option<Arc<PolicySet>> {
        match self {
            Self::User(user) => home.identity_policy_set_of_user(user),
            Self::Role(role) => home.identity_policy_set_of_role(role),
            Self::Nobody => None,
        }
    }

    fn boundary(&self) -> Option<&'a PermissionsBoundary> {
        match self {
            Self::User(user) => user.boundary.as_ref(),
            Self::Role(role) => role.boundary.as_ref(),
            Self::Nobody => None,
        }
    }
}

/// The session policies of the caller.
///
/// Spec: UG:access_policies, "Session policies": a role session without any has the
/// role's permissions; a federated user without any has none of its own.
fn session_policies<'a>(caller: &'a CallerFacts, home: &'a Snapshot) -> Option<Vec<PolicyRef<'a>>> {
    let claims = caller.claims()?;
    let unlimited = match caller.session_kind()? {
        SessionKind::AssumedRole | SessionKind::SessionToken | SessionKind::AssumedRoot => {
            claims.policies.is_empty()
        }
        // Spec: UG:temporary-delegation-understanding-permissions: what was asked for limits
        // who has accepted it as session policies do; without any there is nothing to limit to.
        SessionKind::FederatedUser | SessionKind::Delegated => false,
    };
    if unlimited {
        return None;
    }
    let inline = caller
        .session_inline_policy()
        .map(|policy| PolicyRef { source: &PolicySource::SessionInline, policy });
    let managed = caller.session_managed_sources().iter().map(|source| managed(home, source));
    Some(inline.into_iter().chain(managed).collect())
}

static UNREADABLE: LazyLock<CompiledPolicy> =
    LazyLock::new(|| CompiledPolicy::unreadable(DocumentKind::Session));

/// A managed session policy. One that is gone allows nothing, and since it may have
/// denied, it denies.
fn managed<'a>(home: &'a Snapshot, source: &'a PolicySource) -> PolicyRef<'a> {
    let found = source.policy_arn().and_then(|arn| home.policy(arn));
    let policy: &CompiledPolicy = match found {
        Some(policy) => policy.stored.compiled(),
        None => &UNREADABLE,
    };
    PolicyRef { source, policy }
}
