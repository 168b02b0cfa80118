//! Whom a statement means.

use stead_policy::{Caller, FederatedIssuer};

use super::document::{BARE, Condition, Effect, Element, Elements};
use super::keys::same_but_for_case;
use super::operator::Quantifier;

/// As what a statement names the caller. Of several statements that allow, the last of
/// this list tells what the resource's policy lifts, and is the one that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "point 30 describes them")]
pub enum Naming {
    NoPrincipalElement,
    Account,
    Provider,
    Service,
    Everyone,
    Role,
    UserWhoFederated,
    User,
    EveryoneByArn,
    Session,
}

/// As what a statement's Principal or NotPrincipal names the caller, if it does.
#[must_use]
pub fn naming(
    elements: &Elements,
    effect: Effect,
    caller: &Caller,
    has_boundary: bool,
) -> Option<Naming> {
    let Some(element) = &elements.principal else { return Some(Naming::NoPrincipalElement) };
    if element.negated {
        let applies = not_principal_applies(element, effect, caller, has_boundary);
        return applies.then_some(Naming::Everyone);
    }
    let named = element.entries.iter().filter_map(|(key, text)| entry(key, text, effect, caller));
    let by_arn = asks_for_principal_arn(&elements.conditions);
    let named = named.map(|naming| match naming {
        Naming::Everyone if by_arn => Naming::EveryoneByArn,
        naming => naming,
    });
    named.max()
}

/// Point 30: `"*"` together with a condition on `aws:PrincipalArn` that must be met.
fn asks_for_principal_arn(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let operator = condition.operator;
        let compares_text = operator.name.starts_with("String") || operator.name.starts_with("Arn");
        same_but_for_case(&condition.key, "aws:PrincipalArn")
            && compares_text
            && !operator.is_negated()
            && !operator.if_exists
            && operator.quantifier != Quantifier::ForAllValues
    })
}

/// Point 25: one entry of a Principal element.
fn entry(key: &str, text: &str, effect: Effect, caller: &Caller) -> Option<Naming> {
    match key {
        BARE => Some(Naming::Everyone),
        "AWS" if text == "*" => everyone_under_aws(effect, caller),
        "AWS" => account(text, caller).or_else(|| entity(text, caller)),
        "Federated" => provider(text, effect, caller),
        "Service" => match caller {
            Caller::Service { name } if **name == *text => Some(Naming::Service),
            _ => None,
        },
        // An object store's own users are nobody here.
        _ => None,
    }
}

/// Points 25 and 43: everybody, but bearers of foreign tokens are not let in by it.
fn everyone_under_aws(effect: Effect, caller: &Caller) -> Option<Naming> {
    let bears_token = matches!(caller, Caller::WebIdentity { .. } | Caller::Saml { .. });
    (effect == Effect::Deny || !bears_token).then_some(Naming::Everyone)
}

/// Point 25: an account by number or by its root's ARN means the account; accounts here are
/// of the partition `aws`.
fn account(text: &str, caller: &Caller) -> Option<Naming> {
    let segments: Vec<&str> = text.splitn(6, ':').collect();
    let number = match segments.as_slice() {
        ["arn", "aws", "iam", _, number, "root"] => number,
        [number] => number,
        _ => return None,
    };
    (caller.account()?.to_string() == *number).then_some(Naming::Account)
}

/// Points 25, 27 and 33: users, roles and sessions by ARN or unique id, exactly.
fn entity(text: &str, caller: &Caller) -> Option<Naming> {
    match caller {
        Caller::User { arn, id, .. } if [arn.as_str(), id.as_str()].contains(&text) => {
            Some(Naming::User)
        }
        Caller::RoleSession { session_arn, .. } if session_arn.as_str() == text => {
            Some(Naming::Session)
        }
        Caller::RoleSession { role_arn, role_id, .. }
            if [role_arn.as_str(), role_id.as_str()].contains(&text) =>
        {
            Some(Naming::Role)
        }
        Caller::FederatedUser { arn, .. } if arn.as_str() == text => Some(Naming::Session),
        Caller::FederatedUser { issuer: FederatedIssuer::User { arn, id }, .. }
            if [arn.as_str(), id.as_str()].contains(&text) =>
        {
            Some(Naming::UserWhoFederated)
        }
        _ => None,
    }
}

/// Point 43: a provider, for who bears its token and for sessions made with one.
/// Choice: `*` is not documented here, so that it denies and never admits.
fn provider(text: &str, effect: Effect, caller: &Caller) -> Option<Naming> {
    let of_caller = match caller {
        Caller::WebIdentity { provider } | Caller::Saml { provider } => provider,
        Caller::RoleSession { federated_provider: Some(provider), .. } => provider,
        _ => return None,
    };
    let named = if text == "*" { effect == Effect::Deny } else { **of_caller == *text };
    named.then_some(Naming::Provider)
}

/// Point 24: a Deny spares whom NotPrincipal lists in everything that he is, and never
/// who has a boundary. An Allow, which AWS refuses, spares whom it lists in anything.
fn not_principal_applies(
    element: &Element<(String, String)>,
    effect: Effect,
    caller: &Caller,
    has_boundary: bool,
) -> bool {
    // To be listed is to be spared, so that in doubt nobody is.
    let entry = |(key, text): &(String, String)| entry(key, text, Effect::Allow, caller);
    let listed: Vec<Naming> = element.entries.iter().filter_map(entry).collect();
    let lists = |naming| listed.contains(&naming) || listed.contains(&Naming::Everyone);
    if effect == Effect::Allow {
        return listed.is_empty();
    }
    let spared = match caller {
        Caller::Root { .. } => lists(Naming::Account),
        Caller::User { .. } => lists(Naming::Account) && lists(Naming::User),
        Caller::RoleSession { .. } => {
            lists(Naming::Account) && lists(Naming::Role) && lists(Naming::Session)
        }
        Caller::FederatedUser { .. } => lists(Naming::Account) && lists(Naming::Session),
        Caller::WebIdentity { .. } | Caller::Saml { .. } => lists(Naming::Provider),
        Caller::Service { .. } => lists(Naming::Service),
        Caller::Anonymous => lists(Naming::Everyone),
    };
    has_boundary || !spared
}
