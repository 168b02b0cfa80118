//! What somebody can become and do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::Serialize;
use stead_policy::{PolicyRef, Trusted};
use stead_types::Arn;

use super::action::home_of;
use super::chain::cut_note;
use super::people::{Kind, Person};
use super::statements::{Entry, Written, allows, entries};
use super::wanted::Wanted;
use super::{Access, AccessError, Condition, Hop, Principal, Reached, Verdict};
use crate::FORMAT_VERSION;
use crate::limits::{CHAIN_HOPS_MAX, STATEMENT_QUESTIONS_MAX};
use crate::world::Account;

/// What somebody can.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Abilities {
    /// Of the form of this object: 1.
    pub version: u32,
    /// Who.
    pub principal: Principal,
    /// The roles that they can assume, each by the shortest way.
    pub becomes: Vec<Reached>,
    /// What their own policies allow, statement by statement.
    pub allows: Vec<Ability>,
    /// What limits the answer, in words.
    pub notes: Vec<String>,
}

/// What is left of an Allow once everything else was asked.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ability {
    /// The policy.
    pub policy: String,
    /// The place of the statement in it, from 0.
    pub statement_index: usize,
    /// The statement's Sid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// What of it is allowed.
    pub resources: Vec<AbilityResource>,
    /// Policies with a Deny about some of these actions, which takes away from what is said
    /// here: their names.
    pub less: Vec<String>,
}

/// Some actions on one resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AbilityResource {
    /// The actions, as the policy writes them.
    pub actions: Vec<String>,
    /// The resource, as the policy writes it.
    pub resource: String,
    /// Whether that is allowed.
    pub verdict: Verdict,
    /// Under which conditions; all together.
    pub conditions: Vec<Condition>,
}

/// What is put in the place of `*` in actions and in resources.
const ANY_ACTION: &str = "AnyOther";
const ANY_RESOURCE: &str = "any-other\u{a0}";

impl Access<'_> {
    /// What a user or role can become, directly and through roles, and what its policies
    /// let it do.
    ///
    /// # Errors
    /// Nobody of this ARN or name is in view, or several are.
    pub fn can(&self, name: &str) -> Result<Abilities, AccessError> {
        let person = self.person(name)?;
        let (becomes, cut) = self.becomes(person);
        let mut notes = self.notes();
        notes.extend(cut.then(cut_note));
        let allows = self.allows(person, &mut notes);
        let principal = person.principal();
        Ok(Abilities { version: FORMAT_VERSION, principal, becomes, allows, notes })
    }

    fn person(&self, name: &str) -> Result<&Person, AccessError> {
        let place = name.parse().ok().and_then(|arn| self.people.place_of(&arn));
        if let Some(person) = place.and_then(|place| self.people.get(place)) {
            return Ok(person);
        }
        let ends = |person: &&Person| person.arn.as_str().rsplit('/').next() == Some(name);
        let named: Vec<&Person> =
            self.people.iter().map(|(_, person)| person).filter(ends).collect();
        match named.as_slice() {
            [one] => Ok(one),
            [] => Err(self.unknown(name, None)),
            several => {
                let arns = several.iter().map(|person| person.arn.to_string());
                let arns = arns.take(crate::limits::ALTERNATIVES_MAX).collect();
                Err(AccessError::Ambiguous { name: name.to_owned(), arns })
            }
        }
    }

    /// The roles that somebody gets to, by the shortest ways.
    fn becomes(&self, start: &Person) -> (Vec<Reached>, bool) {
        let mut found: BTreeMap<Arn, Vec<Hop>> = BTreeMap::new();
        let mut unknown: BTreeMap<Arn, Vec<Hop>> = BTreeMap::new();
        let mut waiting: VecDeque<(&Person, Vec<Hop>)> = VecDeque::from([(start, Vec::new())]);
        let mut cut = false;
        while let Some((person, path)) = waiting.pop_front() {
            let hops = self.hops_from(person);
            if path.len() >= CHAIN_HOPS_MAX {
                cut |= hops.iter().any(|(role, _)| !found.contains_key(&role.arn));
                continue;
            }
            for (role, hop) in hops {
                let verdict = hop.verdict;
                let path = self.appended(&path, hop);
                let verdict = path.iter().map(|hop| hop.verdict).max().unwrap_or(verdict);
                if verdict == Verdict::Unknown {
                    unknown.entry(role.arn.clone()).or_insert(path);
                } else if !found.contains_key(&role.arn) {
                    found.insert(role.arn.clone(), path.clone());
                    waiting.push_back((role, path));
                }
            }
        }
        unknown.retain(|arn, _| !found.contains_key(arn));
        let all = found.into_values().chain(unknown.into_values());
        let mut all: Vec<Reached> = all.filter_map(Reached::by).collect();
        all.sort_by_key(|it| (it.verdict, it.path.len()));
        (all, cut)
    }

    /// A path with one more hop. What that needs of the session it is made with, the hop
    /// before must be able to give.
    fn appended(&self, path: &[Hop], hop: Hop) -> Vec<Hop> {
        let mut path = path.to_vec();
        let mut wanted = Wanted::of(&hop);
        for before in path.iter_mut().rev() {
            if wanted == Wanted::default() {
                break;
            }
            let role = before.to.parse::<Arn>();
            let edges = role.map(|role| self.edges_of(&role, &wanted)).unwrap_or_default();
            match edges.iter().find(|edge| edge.principal == before.from) {
                Some(edge) => {
                    (before.verdict, before.conditions) = (edge.verdict, edge.conditions.clone());
                }
                None => before.verdict = Verdict::Unknown,
            }
            wanted = Wanted::of(before);
        }
        path.push(hop);
        path
    }

    /// The roles that somebody can assume directly; those without conditions first.
    fn hops_from(&self, person: &Person) -> Vec<(&Person, Hop)> {
        let mut hops = Vec::new();
        for role in self.people.roles() {
            if !self.is_named(person, role) {
                continue;
            }
            for who in self.forms(person, role) {
                for edge in self.may_assume(who, &role.arn, &Wanted::default()) {
                    let hop = Hop {
                        from: edge.principal,
                        action: edge.action.to_owned(),
                        to: role.arn.to_string(),
                        verdict: edge.verdict,
                        conditions: edge.conditions,
                    };
                    hops.push((role, hop));
                }
            }
        }
        hops.sort_by_key(|(_, hop)| (hop.verdict, !hop.conditions.is_empty()));
        hops
    }

    /// Whether a role's trust policy may be about somebody.
    fn is_named(&self, person: &Person, role: &Person) -> bool {
        let home = self.world.account(role.account).map(|account| &account.snapshot);
        let Some(found) = home.and_then(|home| home.role(&role.id)) else { return false };
        let begin = person.arn.resource().rsplit('/').next().unwrap_or_default();
        found.trust.reference().policy.trusted().any(|trusted| match trusted {
            Trusted::Everyone => true,
            Trusted::Account(account) => account == person.account,
            Trusted::Id(id) => *id == person.id,
            Trusted::Arn(arn) => {
                arn == person.arn.as_str() || (person.kind == Kind::Role && arn.contains(begin))
            }
            Trusted::Federated(_) | Trusted::Service(_) => false,
        })
    }

    /// As whom somebody may be able to assume a role: in any session, or in one of a name.
    fn forms(&self, person: &Person, role: &Person) -> BTreeSet<Principal> {
        let home = self.world.account(role.account).map(|account| &account.snapshot);
        let Some(found) = home.and_then(|home| home.role(&role.id)) else { return BTreeSet::new() };
        let own = person.arn.as_str();
        let candidates = self.candidates(found, &role.arn).into_iter();
        let is_own = |who: &Principal| match who {
            Principal::User { arn } | Principal::Role { arn, .. } => arn == own,
            _ => false,
        };
        candidates.filter(is_own).collect()
    }

    fn allows(&self, person: &Person, notes: &mut Vec<String>) -> Vec<Ability> {
        let Some(account) = self.world.account(person.account) else { return Vec::new() };
        let (statements, unreadable) = allows(person, &account.snapshot);
        notes.extend(unreadable.iter().map(|policy| format!("cannot be read: {policy}")));
        let mut all = Vec::new();
        for written in &statements {
            let ability = self.ability(person, account, written, notes);
            if !ability.resources.is_empty() {
                all.push(ability);
            }
        }
        all
    }

    fn ability(
        &self,
        person: &Person,
        account: &Account,
        written: &Written,
        notes: &mut Vec<String>,
    ) -> Ability {
        let who = person.principal();
        let (actions, resources) =
            (entries(Some(&written.actions)), entries(written.resources.as_ref()));
        let mut left = STATEMENT_QUESTIONS_MAX;
        let mut found: Vec<AbilityResource> = Vec::new();
        for resource in &resources {
            if resource.pattern.contains("${") {
                let (index, policy) = (written.index, &written.policy);
                let shown = &resource.shown;
                notes.push(format!(
                    "statement {index} of {policy}: what `{shown}` stands for is left out"
                ));
                continue;
            }
            for action in &actions {
                if left == 0 {
                    notes.push(format!(
                        "statement {} of {} has more than {STATEMENT_QUESTIONS_MAX} pairs of \
                         action and resource: the rest is left out",
                        written.index, written.policy
                    ));
                    return self.with_less(account, person, written, &actions, found);
                }
                left -= 1;
                let Some((verdict, conditions)) = self.may(&who, action, resource) else {
                    continue;
                };
                let shown = action.shown.clone();
                let same = found.iter_mut().find(|it| {
                    it.resource == resource.shown
                        && it.verdict == verdict
                        && it.conditions == conditions
                });
                match same {
                    Some(same) => same.actions.push(shown),
                    None => found.push(AbilityResource {
                        actions: vec![shown],
                        resource: resource.shown.clone(),
                        verdict,
                        conditions,
                    }),
                }
            }
        }
        self.with_less(account, person, written, &actions, found)
    }

    fn may(
        &self,
        who: &Principal,
        action: &Entry,
        resource: &Entry,
    ) -> Option<(Verdict, Vec<Condition>)> {
        let asked_action = match action.pattern.as_str() {
            "*" => format!("{ANY_ACTION}:{ANY_ACTION}"),
            _ => action.sample(ANY_ACTION),
        };
        let asked = resource.sample(ANY_RESOURCE);
        let owner = asked.parse::<Arn>().ok().and_then(|arn| arn.account()).or(home_of(who))?;
        let is_role = asked.parse().is_ok_and(|arn| self.people.place_of(&arn).is_some());
        if is_role && asked_action.eq_ignore_ascii_case(super::people::ASSUME_ROLE) {
            // The trust policy has its say; what can be become is told apart.
            let role: Arn = asked.parse().ok()?;
            let edges = self.may_assume(who.clone(), &role, &Wanted::default());
            return edges.into_iter().next().map(|edge| (edge.verdict, edge.conditions));
        }
        self.may_act(who, &asked_action, &self.resource(&asked, owner))
    }

    /// With the policies that deny by name what wide entries mean too.
    fn with_less(
        &self,
        account: &Account,
        person: &Person,
        written: &Written,
        actions: &[Entry],
        resources: Vec<AbilityResource>,
    ) -> Ability {
        let mut less = BTreeSet::new();
        let is_wide = actions.iter().any(Entry::is_wide)
            || entries(written.resources.as_ref()).iter().any(Entry::is_wide);
        if is_wide {
            let home = &account.snapshot;
            let own = person.identity_policies(home).into_iter();
            let boundary = person.boundary(home).into_iter();
            let levels = account.service_control.iter().flat_map(|level| level.iter());
            let control = levels.chain(account.resource_control.iter());
            for PolicyRef { source, policy } in own.chain(boundary).chain(control) {
                if actions.iter().any(|action| policy.may_deny(&action.pattern)) {
                    less.insert(super::statements::name_of(source));
                }
            }
        }
        Ability {
            policy: written.policy.clone(),
            statement_index: written.index,
            sid: written.sid.clone(),
            resources,
            less: less.into_iter().collect(),
        }
    }
}
