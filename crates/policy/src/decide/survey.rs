use super::Bypass;
use crate::caller::Named;
use crate::request::Target;
use crate::{Effect, Policies, PolicyType, Request, StatementRef, Trace};

/// What the policies of one layer say to a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey<'a> {
    /// The first statement that denies.
    pub(super) deny: Option<StatementRef<'a>>,
    /// The statement that allows; of several the one that lifts most.
    pub(super) allow: Option<StatementRef<'a>>,
    // As what the allowing statement names the caller.
    named: Option<Named>,
}

impl Survey<'_> {
    /// What the allowing statement lifts.
    pub(super) fn bypass(&self) -> Bypass {
        self.named.map_or(Bypass::Nothing, Bypass::of)
    }
}

/// Asks every statement of every policy of a layer. Not stopping at the first Deny
/// is what lets an outcome say whether the layer would have allowed.
pub(super) fn survey<'a, T: Trace>(
    policy_type: PolicyType,
    level: Option<usize>,
    policies: Policies<'a>,
    request: &Request<'_>,
    target: &Target<'_>,
    trace: &mut T,
) -> Survey<'a> {
    let mut found = Survey::default();
    for policy in policies.iter() {
        trace.policy(policy_type, level, policy);
        for statement in policy.policy.statements() {
            let applies = statement.applies(request, target);
            if T::ENABLED {
                trace.statement(statement, request, target, applies);
            }
            let Some(named) = applies else { continue };
            match statement.effect {
                Effect::Deny => {
                    found.deny = found.deny.or_else(|| Some(statement.reference(policy.source)));
                }
                Effect::Allow if found.named.is_none_or(|known| known < named) => {
                    found.allow = Some(statement.reference(policy.source));
                    found.named = Some(named);
                }
                Effect::Allow => {}
            }
        }
    }
    found
}
