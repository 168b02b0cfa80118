//! Policies that say more than they need to, statement by statement.

use stead_catalogue::Access as Level;
use stead_directory::Snapshot;
use stead_directory::entity::InlinePolicies;
use stead_policy::{DocumentKind, Effect, Patterns, Polarity, PolicyText, Statement, parse};
use stead_types::Arn;

use super::asker::is_linked_to_service;
use super::finding::AuditFinding;
use super::rule::{self, AuditRule};
use super::{Asked, Progress};
use crate::World;
use crate::world::Account;

/// Actions that are named in a message.
const ACTIONS_SHOWN_MAX: usize = 6;

/// A policy that somebody has.
struct Held {
    /// The policy's ARN, or whose it is.
    subject: Arn,
    /// The name of an embedded policy.
    name: Option<String>,
    text: PolicyText,
    place: Option<String>,
}

pub(super) fn findings(asked: &Asked<'_, '_>, progress: &mut Progress<'_>) -> Vec<AuditFinding> {
    let world = asked.access.world();
    let mut findings = Vec::new();
    for account in world.accounts() {
        let held = held(world, account);
        for (done, policy) in held.iter().enumerate() {
            progress.tell("policies", done, held.len());
            findings.extend(of_policy(policy));
        }
        findings.extend(users_with_policies(&account.snapshot));
    }
    findings
}

/// Every policy that the account has written itself and that somebody has.
fn held(world: &World, account: &Account) -> Vec<Held> {
    let home = &account.snapshot;
    let number = home.account();
    let mut all = Vec::new();
    for policy in home.customer_policies("/", None) {
        let is_attached = home.entities_with_policy(&policy.arn).any(|it| !it.is_boundary());
        let Some(version) = policy.versions.get(&policy.default_version) else { continue };
        if is_attached {
            let place = world.places().managed(&policy.arn);
            let (subject, text) = (policy.arn.clone(), version.text.clone());
            all.push(Held { subject, name: None, text, place });
        }
    }
    let mut embedded = |arn: Arn, policies: &InlinePolicies| {
        for (name, policy) in policies.iter() {
            all.push(Held {
                place: world.places().inline(&arn, name.as_str()),
                subject: arn.clone(),
                name: Some(name.to_string()),
                text: policy.text.clone(),
            });
        }
    };
    home.users("/", None).for_each(|user| embedded(user.arn(number), &user.inline));
    home.groups("/", None).for_each(|group| embedded(group.arn(number), &group.inline));
    for role in home.roles("/", None) {
        let arn = role.arn(number);
        if !is_linked_to_service(&arn) {
            embedded(arn, &role.inline);
        }
    }
    all
}

fn of_policy(policy: &Held) -> Vec<AuditFinding> {
    let Some(document) = parse(policy.text.as_str(), DocumentKind::Identity).policy else {
        return Vec::new();
    };
    let statements = document.statements().iter().enumerate();
    let allowing = statements.filter(|(_, statement)| statement.effect.value == Effect::Allow);
    let found = allowing.filter_map(|(index, statement)| {
        let (rule, what) = of_statement(statement)?;
        let policy_name = match &policy.name {
            Some(name) => format!("policy `{name}` of `{}`", policy.subject.resource()),
            None => format!("`{}`", policy.subject.resource()),
        };
        let message = format!("{policy_name} allows {what}");
        let detail = match &policy.name {
            Some(name) => format!("{name} statement {index}"),
            None => format!("statement {index}"),
        };
        let place = policy.place.as_ref().map(|place| format!("{place}/Statement/{index}"));
        let finding = AuditFinding::new(rule, &policy.subject, message).detail(detail);
        Some(finding.shown_by(format!("statement {index}"), place))
    });
    found.collect()
}

/// What an Allow says too much of.
fn of_statement(statement: &Statement) -> Option<(&'static AuditRule, String)> {
    let everywhere = statement.resources.as_ref().is_none_or(|resources| {
        resources.polarity == Polarity::NoneOf || resources.values.iter().any(|it| it.value == "*")
    });
    if !everywhere {
        return None;
    }
    let when = if statement.conditions.is_empty() { "" } else { ", under conditions" };
    let actions = &statement.actions;
    let named = actions.values.iter().map(|it| it.value.as_str());
    if actions.polarity == Polarity::NoneOf {
        let less: Vec<&str> = named.take(ACTIONS_SHOWN_MAX).collect();
        let what = format!("everything but {}{when}", less.join(", "));
        return Some((&rule::ALLOW_NOT_ACTION, what));
    }
    if actions.values.iter().any(|it| matches!(it.value.as_str(), "*" | "*:*")) {
        return Some((&rule::FULL_WILDCARD, format!("every action on every resource{when}")));
    }
    let services: Vec<&str> = named.filter(|it| it.ends_with(":*")).collect();
    if !services.is_empty() {
        let what = format!("{} on every resource{when}", services.join(", "));
        return Some((&rule::SERVICE_WILDCARD, what));
    }
    let writing = writing(actions);
    if writing.is_empty() || !statement.conditions.is_empty() {
        return None;
    }
    let shown: Vec<&str> = writing.iter().copied().take(ACTIONS_SHOWN_MAX).collect();
    let more = match writing.len().saturating_sub(ACTIONS_SHOWN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some((&rule::WILDCARD_RESOURCE, format!("{}{more} on every resource", shown.join(", "))))
}

/// The actions that change something and that a policy could allow on single resources. Of
/// what is written with wildcards nothing is said.
fn writing(actions: &Patterns) -> Vec<&str> {
    let named = actions.values.iter().map(|it| it.value.as_str());
    let writes = |action: &&str| {
        let Some((prefix, name)) = action.split_once(':') else { return false };
        let Some(service) = stead_catalogue::service(prefix) else { return false };
        service.action(name).is_some_and(|action| {
            let changes = matches!(action.access, Level::Write | Level::Permissions);
            changes && service.types_of(action).next().is_some()
        })
    };
    named.filter(writes).collect()
}

/// Users who have policies that no group gave them.
fn users_with_policies(home: &Snapshot) -> Vec<AuditFinding> {
    let has_own = |user: &&std::sync::Arc<stead_directory::entity::User>| {
        !user.inline.is_empty() || !user.attached.is_empty()
    };
    let users = home.users("/", None).filter(has_own);
    let found = users.map(|user| {
        let count = user.inline.iter().len() + user.attached.iter().len();
        let message = format!("user `{}` has {count} policies of its own", user.name);
        AuditFinding::new(&rule::USER_POLICIES, user.arn(home.account()), message)
    });
    found.collect()
}
