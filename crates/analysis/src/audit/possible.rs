//! Who can take over what runs already, where roles that it may have lead to administrators.
//! What runs, and with which role, no export of policies says.

use std::collections::{BTreeMap, BTreeSet};

use stead_types::AccountId;

use super::administrators::Administrators;
use super::asker::is_linked_to_service;
use super::escalation::Escalations;
use super::escalation::services::{RUNNING, services_of};
use super::finding::AuditFinding;
use super::{Asked, Progress, rule};
use crate::access::{Kind, Person, Principal};

/// Roles that are named in a finding.
const ROLES_SHOWN_MAX: usize = 5;

/// Roles that lead to administrators, by the account and the service that can assume them.
type Roles = BTreeMap<(AccountId, String), Vec<String>>;

pub(super) fn findings(
    asked: &Asked<'_, '_>,
    administrators: &Administrators,
    escalations: &Escalations,
    progress: &mut Progress<'_>,
) -> Vec<AuditFinding> {
    let leads = |place: usize| {
        administrators.contains_key(&place) || escalations.found.contains_key(&place)
    };
    let roles = roles(asked, &leads);
    if roles.is_empty() {
        return Vec::new();
    }
    let people = asked.access.people();
    let is_asked = |place: usize| asked.is_judged(place) && !leads(place);
    let mut places: BTreeSet<usize> = BTreeSet::new();
    for method in RUNNING {
        let first = method.first();
        places.extend(asked.access.reaches(first, is_asked).holders());
    }
    let mut findings = Vec::new();
    for (done, place) in places.iter().enumerate() {
        progress.tell("what runs already", done, places.len());
        let who = people.get(*place).filter(|who| !is_linked_to_service(&who.arn));
        findings.extend(who.into_iter().flat_map(|who| of_person(asked, who, &roles)));
    }
    findings
}

fn roles(asked: &Asked<'_, '_>, leads: &dyn Fn(usize) -> bool) -> Roles {
    let mut roles = Roles::new();
    for (place, role) in asked.access.people().iter() {
        if role.kind != Kind::Role || !leads(place) || is_linked_to_service(&role.arn) {
            continue;
        }
        for hop in services_of(asked.access, role) {
            if let Principal::Service { name } = hop.from {
                roles.entry((role.account, name)).or_default().push(role.arn.to_string());
            }
        }
    }
    roles
}

/// The first method of each service that somebody is able to use.
fn of_person(asked: &Asked<'_, '_>, who: &Person, roles: &Roles) -> Vec<AuditFinding> {
    let mut findings: Vec<AuditFinding> = Vec::new();
    for method in RUNNING {
        let Some(of_service) = roles.get(&(who.account, method.service.to_owned())) else {
            continue;
        };
        if findings.iter().any(|finding| finding.detail == method.service) {
            continue;
        }
        let Some(calls) = method.able(asked.access, who) else { continue };
        let message = format!(
            "`{}` can become an administrator by {} where what runs has one of {} roles",
            who.arn.resource(),
            method.name(false),
            of_service.len(),
        );
        let finding = AuditFinding::new(&rule::POSSIBLE_ESCALATION, &who.arn, message);
        let mut finding = finding.detail(method.service);
        for hop in &calls {
            finding = finding.shown_by(super::words::hop(hop), None);
            for (name, pointer) in asked.policies_behind(hop) {
                finding = finding.shown_by(format!("an Allow of {}: {name}", hop.action), pointer);
            }
        }
        for role in of_service.iter().take(ROLES_SHOWN_MAX) {
            let text =
                format!("{} can assume {role}, which leads to administrators", method.service);
            finding = finding.shown_by(text, asked.trust_place(role));
        }
        if of_service.len() > ROLES_SHOWN_MAX {
            let text = format!("and {} more roles", of_service.len() - ROLES_SHOWN_MAX);
            finding = finding.shown_by(text, None);
        }
        findings.push(finding);
    }
    findings
}
