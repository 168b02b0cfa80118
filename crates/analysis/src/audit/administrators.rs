//! Who is an administrator: who may do whatever no policy names, and give it to others.

use std::collections::BTreeMap;

use stead_policy::ContextBuilder;

use super::asker::{ANY, EVERYTHING, is_linked_to_service, may};
use super::finding::AuditFinding;
use super::rule;
use super::{Asked, Progress};
use crate::access::{Access, Condition, Kind, Person};

/// What an administrator may do, and who lacks one of these is none: an action that no
/// service has, and those that change who may do what. The resources are such as no policy
/// names; `ACCOUNT` stands for the account.
///
/// Choice: PowerUserAccess, which allows all services but IAM, makes no administrator; whoever
/// is denied single things outside of IAM is one.
const PROBES: [(&str, &str); 12] = [
    ("AnyOther:AnyOther", "any-other"),
    ("iam:AttachRolePolicy", "arn:aws:iam::ACCOUNT:role/any-other"),
    ("iam:AttachUserPolicy", "arn:aws:iam::ACCOUNT:user/any-other"),
    ("iam:CreateAccessKey", "arn:aws:iam::ACCOUNT:user/any-other"),
    ("iam:CreatePolicy", "arn:aws:iam::ACCOUNT:policy/any-other"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::ACCOUNT:policy/any-other"),
    ("iam:CreateRole", "arn:aws:iam::ACCOUNT:role/any-other"),
    ("iam:CreateUser", "arn:aws:iam::ACCOUNT:user/any-other"),
    ("iam:PassRole", "arn:aws:iam::ACCOUNT:role/any-other"),
    ("iam:PutRolePolicy", "arn:aws:iam::ACCOUNT:role/any-other"),
    ("iam:PutUserPolicy", "arn:aws:iam::ACCOUNT:user/any-other"),
    ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::ACCOUNT:role/any-other"),
];

/// The administrators by number, each with the conditions under which they are.
pub(super) type Administrators = BTreeMap<usize, Vec<Condition>>;

/// The action by whose Allows administrators are looked for.
pub(super) const ASKED: &str = PROBES[0].0;

/// Everybody of whom it can be said.
pub(super) fn administrators(asked: &Asked<'_, '_>, progress: &mut Progress<'_>) -> Administrators {
    let access = asked.access;
    let reaches = access.reaches(ASKED, |place| asked.is_judged(place));
    let candidates = reaches.candidates(ANY);
    let mut found = Administrators::new();
    for (done, place) in candidates.iter().enumerate() {
        progress.tell("administrators", done, candidates.len());
        let conditions = access.people().get(*place).and_then(|who| conditions(access, who));
        found.extend(conditions.map(|conditions| (*place, conditions)));
    }
    found
}

/// Under which conditions somebody is an administrator; none where they are not.
pub(super) fn conditions(access: &Access<'_>, who: &Person) -> Option<Vec<Condition>> {
    let account = who.account.to_string();
    let mut all: Vec<Condition> = Vec::new();
    for (action, resource) in PROBES {
        let known = ContextBuilder::new()
            .single("iam:PolicyARN", EVERYTHING)
            .absent("iam:PermissionsBoundary");
        let hop = may(access, who, action, &resource.replace("ACCOUNT", &account), known)?;
        for condition in hop.conditions {
            if !all.iter().any(|it| it.key == condition.key && it.value == condition.value) {
                all.push(condition);
            }
        }
    }
    Some(all)
}

pub(super) fn findings(
    asked: &Asked<'_, '_>,
    administrators: &Administrators,
) -> Vec<AuditFinding> {
    let people = asked.access.people();
    let named =
        administrators.iter().filter_map(|(place, found)| Some((people.get(*place)?, found)));
    let own = named.filter(|(who, _)| !is_linked_to_service(&who.arn));
    own.map(|(who, conditions)| finding(asked, who, conditions)).collect()
}

fn finding(asked: &Asked<'_, '_>, who: &Person, conditions: &[Condition]) -> AuditFinding {
    let (rule, kind) = match who.kind {
        Kind::User => (&rule::ADMINISTRATOR_USER, "user"),
        Kind::Role => (&rule::ADMINISTRATOR_ROLE, "role"),
    };
    let when = if conditions.is_empty() { "" } else { ", under conditions" };
    let name = who.arn.resource().rsplit('/').next().unwrap_or_default();
    let message = format!("{kind} `{name}` may do everything, IAM included{when}");
    let mut finding = AuditFinding::new(rule, &who.arn, message);
    for condition in conditions {
        finding = finding.shown_by(format!("if {}", super::words::condition(condition)), None);
    }
    for (name, pointer) in asked.policies_reaching(who, PROBES[0].0) {
        finding = finding.shown_by(format!("allowed by {name}"), pointer);
    }
    finding
}
