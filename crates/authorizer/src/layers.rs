//! Which policies speak for a caller: gathered from its account's snapshot.

use std::sync::LazyLock;

use stead_directory::Snapshot;
use stead_policy::{
    Caller, CompiledPolicy, DocumentKind, FederatedIssuer, PolicyRef, PolicySource,
};
use stead_types::UniqueId;

use crate::CallerFacts;
use crate::caller::SessionKind;
use crate::restrictions::restriction_of;

/// The caller's side of a decision.
#[derive(Default)]
pub(crate) struct CallerPolicies<'a> {
    pub(crate) identity: Vec<PolicyRef<'a>>,
    pub(crate) boundary: Option<PolicyRef<'a>>,
    // `None` when no session policies limit the caller.
    pub(crate) session: Option<Vec<PolicyRef<'a>>>,
}

impl<'a> CallerPolicies<'a> {
    /// Gathers by reference: its cost grows with the number of policies, never with
    /// their size.
    pub(crate) fn collect(caller: &'a CallerFacts, home: &'a Snapshot) -> Self {
        let mut policies = match caller.principal() {
            Caller::User { id, .. }
            | Caller::FederatedUser { issuer: FederatedIssuer::User { id, .. }, .. } => {
                of_user(home, id)
            }
            Caller::RoleSession { role_id, .. } => of_role(home, role_id),
            Caller::FederatedUser { issuer: FederatedIssuer::Root, .. }
            | Caller::Root { .. }
            | Caller::WebIdentity { .. }
            | Caller::Saml { .. }
            | Caller::Service { .. }
            | Caller::Anonymous => Self::default(),
        };
        if let Some(restriction) = restriction_of(caller) {
            policies.identity.push(restriction.reference());
        }
        policies.session = session_policies(caller, home);
        policies
    }
}

fn of_user<'a>(home: &'a Snapshot, id: &UniqueId) -> CallerPolicies<'a> {
    let Some(user) = home.user(id) else { return CallerPolicies::default() };
    CallerPolicies {
        identity: home.identity_policies_of_user(user),
        boundary: user.boundary.as_ref().map(|boundary| home.boundary_policy(boundary)),
        session: None,
    }
}

fn of_role<'a>(home: &'a Snapshot, id: &UniqueId) -> CallerPolicies<'a> {
    let Some(role) = home.role(id) else { return CallerPolicies::default() };
    CallerPolicies {
        identity: home.identity_policies_of_role(role),
        boundary: role.boundary.as_ref().map(|boundary| home.boundary_policy(boundary)),
        session: None,
    }
}

/// The session policies of the caller.
///
/// Spec: UG:access_policies, "Session policies": a role session without any has the
/// role's permissions; a federated user without any has none of its own.
fn session_policies<'a>(caller: &'a CallerFacts, home: &'a Snapshot) -> Option<Vec<PolicyRef<'a>>> {
    let claims = caller.claims()?;
    let unlimited = match caller.session_kind()? {
        SessionKind::AssumedRole | SessionKind::SessionToken => claims.policies.is_empty(),
        SessionKind::FederatedUser => false,
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
