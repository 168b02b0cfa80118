//! What can be said of what a request asks for: whether the caller could do it, and which
//! boundaries roles get that are made with it.

use std::collections::BTreeSet;

use stead_api::iam::PermissionCheckResultType as Verdict;
use stead_authorizer::{Ask, Resource, Surroundings, judge};
use stead_policy::{
    ContextBuilder, Decision, DocumentKind, Effect, Pattern, Polarity, Policy, Statement, parse,
};
use stead_service::Call;

/// The most questions that are put for one check. A further one is left open.
const QUESTIONS_MAX: usize = 100;

/// Whether the caller may do all that the policy allows.
///
/// Spec: API GetDelegationRequest, `DelegationPermissionCheck`: whether the caller has
/// sufficient permissions for what is asked. Choice: only what can be put as a question is
/// asked; patterns and conditions leave it open, unless something else is denied.
pub(super) fn check(policy: &str, call: &Call<'_>) -> Verdict {
    let Some(policy) = read(policy) else { return Verdict::Unsure };
    let allows = |statement: &&Statement| statement.effect.value == Effect::Allow;
    let (mut verdict, mut left) = (Verdict::Allowed, QUESTIONS_MAX);
    for statement in policy.statements().iter().filter(allows) {
        match of_statement(statement, &mut left, call) {
            Verdict::Denied => return Verdict::Denied,
            Verdict::Unsure => verdict = Verdict::Unsure,
            Verdict::Allowed => {}
        }
    }
    verdict
}

fn of_statement(statement: &Statement, left: &mut usize, call: &Call<'_>) -> Verdict {
    let Some(resources) = &statement.resources else { return Verdict::Unsure };
    let is_listed = |polarity| polarity == Polarity::Any;
    if !is_listed(statement.actions.polarity) || !is_listed(resources.polarity) {
        return Verdict::Unsure;
    }
    let mut verdict = Verdict::Allowed;
    for action in &statement.actions.values {
        for resource in &resources.values {
            let is_open = [&action.value, &resource.value].iter().any(|text| is_pattern(text));
            if is_open || *left == 0 {
                verdict = Verdict::Unsure;
                continue;
            }
            *left -= 1;
            match (may(&action.value, &resource.value, call), statement.operators.is_some()) {
                (true, false) => {}
                // It may be allowed, or not be asked for, where the condition holds.
                (_, true) => verdict = Verdict::Unsure,
                (false, false) => return Verdict::Denied,
            }
        }
    }
    verdict
}

/// Whether the caller's policies allow it. Choice: the resource is one of the caller's
/// account, since the access is to be in it.
fn may(action: &str, resource: &str, call: &Call<'_>) -> bool {
    let account = call.account.account();
    let ask = Ask {
        action: action.to_owned(),
        resource: Resource::Plain { account, arn: resource.to_owned(), tags: None },
        context: ContextBuilder::new(),
        shown: None,
    };
    let surroundings = Surroundings::default();
    let judgement = judge(call.caller, call.account, &ask, call.facts, &surroundings);
    judgement.decision == Decision::Allow
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?']) || text.contains("${")
}

/// The permissions boundaries that the policy asks for where it lets roles be made.
///
/// Spec: API DelegationRequest, `RolePermissionRestrictionArns`.
pub(super) fn boundaries(policy: &str) -> Vec<String> {
    let Some(policy) = read(policy) else { return Vec::new() };
    let makes_roles = |statement: &&Statement| {
        statement.effect.value == Effect::Allow
            && statement.actions.polarity == Polarity::Any
            && statement.actions.values.iter().any(|action| {
                let pattern = Pattern::of_action(&action.value);
                let made = ["iam:createrole", "iam:putrolepermissionsboundary"];
                made.iter().any(|made| pattern.matches_folded(made))
            })
    };
    let conditions = policy.statements().iter().filter(makes_roles).flat_map(|it| &it.conditions);
    let arns: BTreeSet<&str> = conditions
        .filter(|condition| condition.key.value.eq_ignore_ascii_case("iam:PermissionsBoundary"))
        .flat_map(|condition| condition.values.iter().map(|value| value.value.as_str()))
        .collect();
    arns.into_iter().map(str::to_owned).collect()
}

fn read(policy: &str) -> Option<Policy> {
    parse(policy, DocumentKind::Session).policy
}
