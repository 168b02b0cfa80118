//! Who from other accounts can assume which role, and whether an external id is asked for.

use stead_types::{AccountId, Arn};

use super::finding::{AuditFinding, AuditSeverity};
use super::{Asked, Progress, rule, words};
use crate::access::{Edge, Kind, Person, Principal, Verdict, Wanted};

/// Condition keys by which a trust policy says whose accounts it means.
const OF_ORGANIZATION: [&str; 5] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:userid",
];

pub(super) fn findings(asked: &Asked<'_, '_>, progress: &mut Progress<'_>) -> Vec<AuditFinding> {
    let access = asked.access;
    let roles = access.people().iter().filter(|(_, person)| person.kind == Kind::Role);
    let roles: Vec<&Person> = roles.map(|(_, person)| person).collect();
    let mut findings = Vec::new();
    for (done, role) in roles.iter().enumerate() {
        progress.tell("trust between accounts", done, roles.len());
        let is_asked = |who: &Principal| is_from_elsewhere(who, role.account);
        for edge in access.direct_among(&role.arn, &Wanted::default(), &is_asked) {
            match edge.verdict {
                Verdict::Allowed => findings.extend(of_edge(asked, role, &edge)),
                Verdict::Unknown => findings.push(in_doubt(asked, role, &edge)),
            }
        }
    }
    findings
}

fn is_from_elsewhere(who: &Principal, account: AccountId) -> bool {
    match who {
        Principal::User { arn } | Principal::Role { arn, .. } => {
            arn.parse::<Arn>().is_ok_and(|arn| arn.account() != Some(account))
        }
        Principal::Account { .. } | Principal::Outsider { .. } | Principal::Everybody => true,
        Principal::RootUser { .. }
        | Principal::WebIdentity { .. }
        | Principal::Saml { .. }
        | Principal::Service { .. } => false,
    }
}

/// Somebody who is trusted, if what is asked of them can be.
fn in_doubt(asked: &Asked<'_, '_>, role: &Person, edge: &Edge) -> AuditFinding {
    let (who, name) = (edge.principal.words(), role.arn.resource());
    let conditions: Vec<String> = edge.conditions.iter().map(words::doubt).collect();
    let message = format!(
        "whether `{name}` can be assumed by {who} is not known: it depends on {}",
        conditions.join(" and ")
    );
    let finding = AuditFinding::new(&rule::CROSS_ACCOUNT_TRUST, &role.arn, message).detail(who);
    finding.shown_by("the trust policy", asked.trust_place(role.arn.as_str()))
}

fn of_edge(asked: &Asked<'_, '_>, role: &Person, edge: &Edge) -> Vec<AuditFinding> {
    let (who, name) = (edge.principal.words(), role.arn.resource());
    let has = |wanted: &[&str]| {
        edge.conditions.iter().any(|it| wanted.iter().any(|key| key.eq_ignore_ascii_case(&it.key)))
    };
    let (has_external_id, is_own) = (has(&["sts:ExternalId"]), has(&OF_ORGANIZATION));
    let conditions: Vec<String> = edge.conditions.iter().map(words::condition).collect();
    let when = match conditions.as_slice() {
        [] => "without conditions".to_owned(),
        conditions => format!("if {}", conditions.join(" and ")),
    };
    let finding = |rule| {
        let message = format!("`{name}` can be assumed by {who}, {when}");
        let finding = AuditFinding::new(rule, &role.arn, message).detail(who.clone());
        finding.shown_by("the trust policy", asked.trust_place(role.arn.as_str()))
    };
    let mut findings = vec![finding(&rule::CROSS_ACCOUNT_TRUST)];
    match &edge.principal {
        Principal::Everybody if !is_own => {
            let severity = match edge.conditions.is_empty() {
                true => AuditSeverity::Critical,
                false => AuditSeverity::High,
            };
            findings.push(finding(&rule::TRUST_EVERYBODY).severity(severity));
        }
        Principal::Account { .. } | Principal::Outsider { .. } if !is_own && !has_external_id => {
            findings.push(finding(&rule::NO_EXTERNAL_ID));
        }
        _ => {}
    }
    findings
}
