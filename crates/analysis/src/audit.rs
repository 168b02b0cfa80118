//! What is wrong with accounts: who has more power than anybody meant, or can get it.
//!
//! Who is able to do something is asked of [`Access`], and so of the evaluator that enforces;
//! indexes only leave out who need not be asked. What a policy says is read by
//! `stead-policy`, what trust policies say too much of by `stead-lint`. Of whom it is not
//! known is not said to be able, and what is not in view is told in notes.

mod activity;
mod administrators;
mod asker;
mod credentials;
mod crossing;
mod documents;
mod escalation;
mod finding;
mod issuers;
mod possible;
mod rule;
mod supposed;
mod trust;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use stead_policy::PolicyRef;
use stead_types::{Arn, Timestamp};

pub use activity::{
    Activity, ActivityError, Proposal, ProposalError, RecordedCall, least_privilege,
};
pub use credentials::{CredentialReport, CredentialReportError};
pub use finding::{AuditEvidence, AuditFinding, AuditSeverity, AuditStep};
pub use issuers::{IssuerAnswer, IssuerState};
pub use rule::{AuditRule, audit_rules};

use crate::World;
use crate::access::{Access, Hop, Person, Principal};

/// What was found in accounts.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The accounts, by their numbers.
    pub accounts: Vec<String>,
    /// How many users and roles were looked at.
    pub users: usize,
    /// How many roles.
    pub roles: usize,
    /// What was found: the worst first, then by rule and subject.
    pub findings: Vec<AuditFinding>,
    /// What limits the answer, in words.
    pub notes: Vec<String>,
}

/// What is looked at besides the accounts, and how.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// The moment.
    pub now: Timestamp,
    /// Credential reports, one of each account.
    pub credential_reports: Vec<CredentialReport>,
    /// After how many days a role, a password or an access key counts as unused.
    pub unused_days: u32,
    /// What was recorded of the use of permissions.
    pub activity: Option<Activity>,
    /// What came of asking the issuers of providers, where they were asked.
    pub issuers: Vec<IssuerAnswer>,
}

/// Who is told how far an audit is: the name of a part, how much of it is done, and of how
/// much.
pub struct Progress<'p> {
    tell: &'p mut dyn FnMut(&str, usize, usize),
}

/// What the rules ask.
struct Asked<'a, 'w> {
    access: &'a Access<'w>,
    now: Timestamp,
    /// Users and roles of whom nothing can be said, since a policy or boundary is not in view.
    unknown: BTreeSet<usize>,
}

impl<'p> Progress<'p> {
    /// Tells it to this function.
    pub fn new(tell: &'p mut dyn FnMut(&str, usize, usize)) -> Self {
        Self { tell }
    }

    fn tell(&mut self, part: &str, done: usize, of: usize) {
        (self.tell)(part, done, of);
    }
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Progress").finish_non_exhaustive()
    }
}

/// Looks at accounts.
#[must_use]
pub fn audit(world: &World, options: &AuditOptions, progress: &mut Progress<'_>) -> Audit {
    progress.tell("reading", 0, 1);
    let now = options.now;
    let mut actions = escalation::actions();
    actions.push(administrators::ASKED);
    let access = Access::about(world, now, &actions);
    let asked = Asked { unknown: unknown(&access), access: &access, now };
    let administrators = administrators::administrators(&asked, progress);
    let escalations = escalation::escalations(&asked, &administrators, progress);
    let mut findings = administrators::findings(&asked, &administrators);
    findings.extend(escalation::findings(&asked, &escalations));
    findings.extend(possible::findings(&asked, &administrators, &escalations, progress));
    findings.extend(crossing::findings(&asked, progress));
    findings.extend(trust::findings(&asked, progress));
    findings.extend(documents::findings(&asked, progress));
    let credentials = credentials::Credentials {
        reports: &options.credential_reports,
        unused_days: options.unused_days,
        now,
    };
    findings.extend(credentials.findings(&asked));
    let activity = options.activity.iter();
    findings.extend(activity.flat_map(|activity| activity::findings(&asked, activity)));
    findings.extend(issuers::findings(&asked, &options.issuers));
    let mut notes = notes(&asked, escalations.is_cut);
    notes.extend(issuers::notes(&options.issuers));
    notes.extend(credentials.notes(&asked));
    findings.sort_by(|one, other| {
        let key = |it: &AuditFinding| (std::cmp::Reverse(it.severity), it.rule.code);
        let named = |it: &AuditFinding| (it.subject.clone(), it.detail.clone());
        key(one).cmp(&key(other)).then_with(|| named(one).cmp(&named(other)))
    });
    let count = |of: fn(&crate::world::Account) -> usize| world.accounts().map(of).sum();
    Audit {
        accounts: world.accounts().map(|it| it.snapshot.account().to_string()).collect(),
        users: count(|account| account.snapshot.user_count()),
        roles: count(|account| account.snapshot.role_count()),
        findings,
        notes,
    }
}

/// Users and roles of whom a policy, a group's policy or the boundary is not in view.
fn unknown(access: &Access<'_>) -> BTreeSet<usize> {
    let mut unknown = BTreeSet::new();
    for account in access.world().accounts() {
        let home = &account.snapshot;
        let number = home.account();
        let of_user = |place: &usize| {
            let person = access.people().get(*place)?;
            let user = home.user(&person.id)?;
            let groups = home.groups_of(user);
            let mut groups = groups.iter().map(|group| group.arn(number));
            groups.any(|group| account.incomplete.contains(&group)).then_some(*place)
        };
        for (place, person) in access.people().iter().filter(|(_, it)| it.account == number) {
            let is_own = account.incomplete.contains(&person.arn);
            if is_own || (!account.incomplete.is_empty() && of_user(&place).is_some()) {
                unknown.insert(place);
            }
        }
    }
    unknown
}

fn notes(asked: &Asked<'_, '_>, is_cut: bool) -> Vec<String> {
    let mut notes = asked.access.notes();
    for account in asked.access.world().accounts() {
        let number = account.snapshot.account();
        if account.service_control.is_empty() {
            notes.push(format!(
                "no service control policy of account {number} is in view: what one denies is not \
                 seen"
            ));
        }
    }
    let people = asked.access.people();
    for arn in asked.unknown.iter().filter_map(|place| Some(&people.get(*place)?.arn)) {
        notes.push(format!(
            "whether {arn} is or can become an administrator is not known: a policy or boundary \
             of it is not in view"
        ));
    }
    if is_cut {
        let most = crate::limits::CHAIN_HOPS_MAX;
        notes.push(format!("ways to administrators of more than {most} steps were not followed"));
    }
    notes
}

impl Asked<'_, '_> {
    /// Whether everything that speaks for somebody is in view.
    fn is_judged(&self, place: usize) -> bool {
        !self.unknown.contains(&place)
    }

    /// The statements of somebody's policies with an Allow of an action, in words, and their
    /// places.
    fn policies_reaching(&self, who: &Person, action: &str) -> Vec<(String, Option<String>)> {
        let world = self.access.world();
        let Some(account) = world.account(who.account) else { return Vec::new() };
        let policies = who.identity_policies(&account.snapshot).into_iter();
        let named: BTreeMap<String, Option<String>> = policies
            .flat_map(|PolicyRef { source, policy }| {
                let (name, place) = (crate::access::name_of(source), world.place_of(source));
                policy.reaching(action).map(move |(index, sid)| {
                    let sid = sid.map(|sid| format!(" ({sid})")).unwrap_or_default();
                    let place = place.as_ref().map(|place| format!("{place}/Statement/{index}"));
                    (format!("{name}, statement {index}{sid}"), place)
                })
            })
            .collect();
        named.into_iter().collect()
    }

    /// The same for the caller of a call; for a call of others, the role's trust policy.
    fn policies_behind(&self, hop: &Hop) -> Vec<(String, Option<String>)> {
        let people = self.access.people();
        let caller = match &hop.from {
            Principal::User { arn } | Principal::Role { arn, .. } => {
                arn.parse().ok().and_then(|arn| people.place_of(&arn))
            }
            _ => None,
        };
        match caller.and_then(|place| people.get(place)) {
            Some(who) => self.policies_reaching(who, &hop.action),
            None => vec![("the trust policy".to_owned(), self.trust_place(&hop.to))],
        }
    }

    fn trust_place(&self, role: &str) -> Option<String> {
        let role: Arn = role.parse().ok()?;
        self.access.world().places().trust(&role)
    }
}
