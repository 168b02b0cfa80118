//! Who is no administrator and can make an administrator of themselves.
//!
//! The methods are those that Rhino Security Labs published
//! (<https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation>) and that
//! <https://pathfinding.cloud> collects. Which calls
//! make one stands in tables here; whether somebody may make them, the evaluator says, and
//! where a call changes a policy, of accounts in which it is changed.

mod grants;
pub(super) mod services;
mod takeover;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::administrators::Administrators;
use super::finding::{AuditFinding, AuditSeverity, AuditStep};
use super::rule;
use super::{Asked, Progress};
use crate::access::{Access, Hop, Kind, Person, Principal, Verdict, Wanted, hops_to};
use crate::limits::CHAIN_HOPS_MAX;
use grants::Grants;
use services::Passing;
use takeover::Takeover;

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// The calls with which a method begins, so that policies are read once for all.
pub(super) fn actions() -> Vec<&'static str> {
    let grants = grants::ACTIONS.into_iter().flatten().copied();
    let users = takeover::OF_USERS.into_iter().chain([takeover::TRUST, services::PASS]);
    let running = services::RUNNING.iter().map(services::Method::first);
    let all: BTreeSet<&'static str> = grants.chain(users).chain(running).collect();
    all.into_iter().collect()
}

/// Everybody who gets to be an administrator, and how.
#[derive(Debug, Default)]
pub(super) struct Escalations {
    /// Users and roles in view by number, each by the shortest way.
    pub(super) found: BTreeMap<usize, Vec<AuditStep>>,
    /// Others: tokens of providers, accounts that are not in view, everybody.
    pub(super) outside: BTreeMap<Principal, Vec<AuditStep>>,
    /// Whether longer ways were not followed.
    pub(super) is_cut: bool,
}

/// The search from administrators backwards.
struct Search<'s, 'a, 'w> {
    asked: &'s Asked<'a, 'w>,
    administrators: &'s Administrators,
    escalations: Escalations,
    takeover: Takeover,
    passing: Passing,
}

/// Whoever is to be become, with what the step after needs of the session.
struct Target {
    place: usize,
    wanted: Wanted,
    path: Vec<AuditStep>,
}

pub(super) fn escalations(
    asked: &Asked<'_, '_>,
    administrators: &Administrators,
    progress: &mut Progress<'_>,
) -> Escalations {
    let is_other = |place: usize| asked.is_judged(place) && !administrators.contains_key(&place);
    let grants = Grants::of(asked, &is_other);
    let escalations = Escalations { found: grants.own(asked, progress), ..Default::default() };
    let is_asked = |place| is_left(asked, administrators, &escalations, place);
    let takeover = Takeover::of(asked, &is_asked);
    let passing = Passing::of(asked, &is_asked);
    let mut search = Search { asked, administrators, escalations, takeover, passing };
    let own = search.escalations.found.clone();
    let all = administrators.keys().map(|place| (*place, Vec::new())).chain(own);
    search.run(all.collect(), progress);
    // What takes most calls comes last.
    let others = grants.others(asked, &|place| search.is_left(place));
    search.escalations.found.extend(others.clone());
    search.run(others, progress);
    search.escalations
}

/// Whether somebody is to be asked about still.
fn is_left(
    asked: &Asked<'_, '_>,
    administrators: &Administrators,
    escalations: &Escalations,
    place: usize,
) -> bool {
    asked.is_judged(place)
        && !administrators.contains_key(&place)
        && !escalations.found.contains_key(&place)
}

impl Search<'_, '_, '_> {
    fn is_left(&self, place: usize) -> bool {
        is_left(self.asked, self.administrators, &self.escalations, place)
    }

    /// Finds whoever becomes one of these, who are administrators by these ways.
    fn run(&mut self, start: BTreeMap<usize, Vec<AuditStep>>, progress: &mut Progress<'_>) {
        let target = |(place, path)| Target { place, wanted: Wanted::default(), path };
        let mut waiting: Vec<Target> = start.into_iter().map(target).collect();
        waiting.sort_by_key(|target| target.path.len());
        let mut waiting = VecDeque::from(waiting);
        let mut followed: BTreeSet<(usize, Wanted)> = BTreeSet::new();
        let mut done = 0;
        while let Some(target) = waiting.pop_front() {
            done += 1;
            progress.tell("ways to administrators", done, done + waiting.len());
            if !followed.insert((target.place, target.wanted.clone())) {
                continue;
            }
            if target.path.len() >= CHAIN_HOPS_MAX {
                self.escalations.is_cut = true;
                continue;
            }
            for step in self.steps_to(&target) {
                waiting.extend(self.reached(&target, step));
            }
        }
    }

    /// Takes down who makes a step, and gives whom to ask about next.
    fn reached(&mut self, target: &Target, step: AuditStep) -> Option<Target> {
        let people = self.asked.access.people();
        let path: Vec<AuditStep> =
            std::iter::once(step.clone()).chain(target.path.iter().cloned()).collect();
        let arn = match &step.from {
            Principal::User { arn } | Principal::Role { arn, .. } => arn.parse().ok(),
            outside => {
                self.escalations.outside.entry(outside.clone()).or_insert(path);
                return None;
            }
        };
        let place = people.place_of(&arn?)?;
        if !self.is_left(place) {
            return None;
        }
        let wanted = step.calls.first().map(Wanted::of).unwrap_or_default();
        self.escalations.found.insert(place, path.clone());
        Some(Target { place, wanted, path })
    }

    /// Every step by which somebody who has not been found becomes the target.
    fn steps_to(&self, target: &Target) -> Vec<AuditStep> {
        let access = self.asked.access;
        let Some(person) = access.people().get(target.place) else { return Vec::new() };
        let is_left = |place| self.is_left(place);
        // A session that must have a name or tags is had by assuming the role alone.
        let is_free = target.wanted == Wanted::default();
        let mut steps = Vec::new();
        if person.kind == Kind::Role {
            steps.extend(self.assuming(person, &target.wanted));
        }
        if is_free {
            steps.extend(self.takeover.of_person(access, person, &is_left));
            if person.kind == Kind::Role {
                steps.extend(self.passing.to(access, person, &is_left));
            }
        }
        steps
    }

    fn assuming(&self, role: &Person, wanted: &Wanted) -> Vec<AuditStep> {
        let access = self.asked.access;
        let is_asked = |who: &Principal| match who {
            Principal::User { arn } | Principal::Role { arn, .. } => {
                let place = arn.parse().ok().and_then(|arn| access.people().place_of(&arn));
                place.is_some_and(|place| self.is_left(place))
            }
            // Services act for whoever may make them: those are found by what they may pass.
            Principal::Service { .. } => false,
            outside => !self.escalations.outside.contains_key(outside),
        };
        let edges = access.direct_among(&role.arn, wanted, &is_asked);
        let able = hops_to(&role.arn, &edges).into_iter().filter(is_allowed);
        able.map(|hop| becoming(hop.from.clone(), &hop.action.clone(), vec![hop], role)).collect()
    }
}

fn is_allowed(hop: &Hop) -> bool {
    hop.verdict == Verdict::Allowed
}

/// A step after which somebody is somebody else.
fn becoming(from: Principal, method: &str, calls: Vec<Hop>, to: &Person) -> AuditStep {
    AuditStep { from, method: method.to_owned(), calls, becomes: Some(to.principal()) }
}

/// A step after which somebody has everything.
fn granting(from: &Person, method: &str, calls: Vec<Hop>) -> AuditStep {
    AuditStep { from: from.principal(), method: method.to_owned(), calls, becomes: None }
}

/// Whether somebody would be an administrator if they had the policy that allows everything:
/// boundaries and what is denied hold all the same.
fn is_bounded(access: &Access<'_>, who: &Person) -> bool {
    let world = super::supposed::with_everything(access.world(), who);
    world.is_none_or(|world| super::administrators::conditions(&access.over(&world), who).is_none())
}

pub(super) fn findings(asked: &Asked<'_, '_>, escalations: &Escalations) -> Vec<AuditFinding> {
    let people = asked.access.people();
    let named = escalations.found.iter();
    let named = named.filter_map(|(place, path)| Some((people.get(*place)?, path)));
    let own = named.filter(|(who, _)| !super::asker::is_linked_to_service(&who.arn));
    let own = own.map(|(who, path)| {
        let subject = who.arn.to_string();
        let name = who.arn.resource();
        let methods = methods(path);
        let message = format!("`{name}` can make itself an administrator: {methods}");
        let finding = AuditFinding::new(&rule::PRIVILEGE_ESCALATION, subject, message);
        // Whoever may assume a role of administrators hardly ever may by mistake.
        let is_meant = path.iter().all(|step| step.method == ASSUME_ROLE);
        let severity = if is_meant { AuditSeverity::Medium } else { finding.severity };
        shown(asked, finding.severity(severity), path)
    });
    let outside = escalations.outside.iter().map(|(who, path)| outside(asked, who, path));
    own.chain(outside).collect()
}

fn outside(asked: &Asked<'_, '_>, who: &Principal, path: &[AuditStep]) -> AuditFinding {
    let methods = methods(path);
    let role = path.first().and_then(|step| step.calls.first()).map_or("", |hop| hop.to.as_str());
    let message = format!("{} can become an administrator: {methods}", who.words());
    let is_open =
        path.first().is_some_and(|step| step.calls.iter().all(|hop| hop.conditions.is_empty()));
    let severity = match who {
        Principal::Everybody if is_open => AuditSeverity::Critical,
        Principal::Everybody | Principal::Account { .. } | Principal::Outsider { .. } => {
            AuditSeverity::High
        }
        _ => AuditSeverity::Medium,
    };
    let finding = AuditFinding::new(&rule::OUTSIDE_ADMINISTRATOR, role, message);
    shown(asked, finding.severity(severity).detail(who.words()), path)
}

/// The methods of a way, in their order.
fn methods(path: &[AuditStep]) -> String {
    let methods: Vec<&str> = path.iter().map(|step| step.method.as_str()).collect();
    methods.join(", then ")
}

fn shown(asked: &Asked<'_, '_>, mut finding: AuditFinding, path: &[AuditStep]) -> AuditFinding {
    for hop in path.iter().flat_map(|step| &step.calls) {
        finding = finding.shown_by(super::words::hop(hop), None);
        for (name, pointer) in asked.policies_behind(hop) {
            finding = finding.shown_by(format!("an Allow of {}: {name}", hop.action), pointer);
        }
    }
    finding.path(path.to_vec())
}
