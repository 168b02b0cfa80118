use crate::caller::Named;

/// Which layers' silence does not count, because a policy of the resource, in the
/// caller's own account, names the caller. Each value lifts what those before it lift.
///
/// Spec: UG:reference_policies_evaluation-logic_policy-eval-basics, "Evaluating
/// identity-based policies with resource-based policies" and the table of implicit
/// denies by principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bypass {
    Nothing,
    Identity,
    IdentityAndBoundary,
    Everything,
}

impl Bypass {
    pub(super) const fn of(named: Named) -> Self {
        match named {
            // The account's number delegates to the account: its own policies decide.
            Named::NotAsked | Named::Account | Named::Federated | Named::Service => Self::Nothing,
            // The role's boundary and the session's policies go on limiting.
            Named::Role | Named::FederatingUser => Self::Identity,
            // Spec: UG:reference_policies_elements_principal, with `*` principals of
            // the account need no other permission. Choice: boundary and session go on
            // limiting, since only a condition on the caller's ARN is said to lift them.
            Named::Everyone => Self::Identity,
            Named::User => Self::IdentityAndBoundary,
            Named::EveryoneByArn | Named::Session => Self::Everything,
        }
    }
}
