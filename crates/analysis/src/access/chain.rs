//! Who can assume a role, directly and through other roles.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use stead_directory::entity::Role;
use stead_policy::Trusted;
use stead_types::{AccountId, Arn};

use super::people::{ASSUME_ROLE, Kind, Person};
use super::wanted::Wanted;
use super::{Access, AccessAnswer, AccessError, Condition, Hop, Principal, Reached, Verdict};
use crate::FORMAT_VERSION;
use crate::limits::{ALTERNATIVES_MAX, CHAIN_HOPS_MAX};
use crate::matching::likeness;

/// Somebody who can assume a role, or of whom it is not known.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) principal: Principal,
    pub(crate) action: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) conditions: Vec<Condition>,
}

/// How alike a name is that may have been meant, in hundredths.
const LIKE_MIN: usize = 60;

/// Identity providers that need no registration and whose tokens can be supposed.
const NAMED_PROVIDERS: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];

impl Access<'_> {
    /// Who can assume a role, in whatever way and through whichever roles.
    ///
    /// # Errors
    /// A role that is not in view.
    pub fn who_can_assume(&self, role: &str) -> Result<AccessAnswer, AccessError> {
        let role = self.role(role)?;
        let start = self.edges_of(&role, &Wanted::default());
        let (mut principals, cut) = self.reached(hops_to(&role, &start));
        principals.sort_by(order);
        let mut notes = self.notes();
        notes.extend(cut.then(cut_note));
        let resource = role.to_string();
        let action = ASSUME_ROLE.to_owned();
        Ok(AccessAnswer { version: FORMAT_VERSION, action, resource, principals, notes })
    }

    /// Who can assume each role in view, directly: what is reached through several is the
    /// graph of these.
    #[must_use]
    pub fn who_can_assume_any(&self) -> AccessAnswer {
        let mut principals = Vec::new();
        for role in self.people.roles() {
            let edges = self.direct(&role.arn, &Wanted::default());
            let hops = hops_to(&role.arn, &edges);
            principals.extend(hops.into_iter().filter_map(|hop| Reached::by(vec![hop])));
        }
        let (action, resource) = (ASSUME_ROLE.to_owned(), "*".to_owned());
        let notes = self.notes();
        AccessAnswer { version: FORMAT_VERSION, action, resource, principals, notes }
    }

    /// The role of this ARN, or of this name if only one account has it.
    pub(crate) fn role(&self, name: &str) -> Result<Arn, AccessError> {
        let found = name.parse().ok().and_then(|arn| self.people.place_of(&arn));
        let found = found.and_then(|place| self.people.get(place));
        if let Some(person) = found.filter(|person| person.kind == Kind::Role) {
            return Ok(person.arn.clone());
        }
        let ends = |person: &&Person| person.arn.as_str().rsplit('/').next() == Some(name);
        let mut named = self.people.roles().filter(ends).map(|person| person.arn.clone());
        match (named.next(), named.next()) {
            (Some(arn), None) => Ok(arn),
            (Some(first), Some(second)) => {
                let arns = [first, second].into_iter().chain(named).take(ALTERNATIVES_MAX);
                let arns = arns.map(|arn| arn.to_string()).collect();
                Err(AccessError::Ambiguous { name: name.to_owned(), arns })
            }
            (None, _) => Err(self.unknown(name, Some(Kind::Role))),
        }
    }

    /// Nobody has this name; who has one that is much alike.
    pub(super) fn unknown(&self, name: &str, kind: Option<Kind>) -> AccessError {
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let wanted = last(name);
        let all = self.people.iter().map(|(_, person)| person);
        let alike = all
            .filter(|person| kind.is_none_or(|kind| kind == person.kind))
            .filter(|person| likeness(&last(person.arn.as_str()), &wanted) >= LIKE_MIN)
            .map(|person| person.arn.to_string());
        AccessError::Unknown { name: name.to_owned(), alike: alike.take(3).collect() }
    }

    /// Everybody who gets to the end of one of these hops, by the shortest way, and whether
    /// there were longer ones that were not followed.
    pub(super) fn reached(&self, start: Vec<Hop>) -> (Vec<Reached>, bool) {
        let mut found: BTreeMap<Principal, Vec<Hop>> = BTreeMap::new();
        let mut unknown: BTreeMap<Principal, Vec<Hop>> = BTreeMap::new();
        let mut followed: BTreeSet<(String, Wanted)> =
            start.iter().map(|hop| (hop.to.clone(), Wanted::default())).collect();
        let mut waiting: VecDeque<Vec<Hop>> = start.into_iter().map(|hop| vec![hop]).collect();
        let mut cut = false;
        while let Some(path) = waiting.pop_front() {
            let Some(first) = path.first() else { continue };
            let principal = first.from.clone();
            if first.verdict == Verdict::Unknown {
                unknown.entry(principal).or_insert(path);
                continue;
            }
            if let Principal::Role { arn, .. } = &principal
                && let wanted = Wanted::of(first)
                && followed.insert((arn.clone(), wanted.clone()))
                && let Ok(role) = arn.parse()
            {
                let edges = self.edges_of(&role, &wanted);
                if path.len() >= CHAIN_HOPS_MAX {
                    cut |= !edges.is_empty();
                } else {
                    waiting.extend(hops_to(&role, &edges).into_iter().map(|hop| {
                        std::iter::once(hop).chain(path.iter().cloned()).collect::<Vec<_>>()
                    }));
                }
            }
            found.entry(principal).or_insert(path);
        }
        unknown.retain(|principal, _| !found.contains_key(principal));
        let all = found.into_values().chain(unknown.into_values());
        (all.filter_map(Reached::by).collect(), cut)
    }

    /// Who can assume the role directly so that the session is as wanted, asked once.
    pub(super) fn edges_of(&self, role: &Arn, wanted: &Wanted) -> Rc<[Edge]> {
        let key = (role.clone(), wanted.clone());
        if let Some(edges) = self.edges.borrow().get(&key) {
            return Rc::clone(edges);
        }
        let edges: Rc<[Edge]> = self.direct(role, wanted).into();
        self.edges.borrow_mut().insert(key, Rc::clone(&edges));
        edges
    }

    /// Who can assume the role directly; those without conditions first.
    fn direct(&self, arn: &Arn, wanted: &Wanted) -> Vec<Edge> {
        self.direct_among(arn, wanted, &|_| true)
    }

    /// Who of some can assume the role directly; those without conditions first.
    pub(crate) fn direct_among(
        &self,
        arn: &Arn,
        wanted: &Wanted,
        is_asked: &dyn Fn(&Principal) -> bool,
    ) -> Vec<Edge> {
        let account = arn.account().and_then(|id| self.world.account(id));
        let Some(role) = account.and_then(|account| account.snapshot.role_by_arn(arn)) else {
            return Vec::new();
        };
        let candidates = self.candidates(role, arn).into_iter().filter(is_asked);
        let edges = candidates.flat_map(|who| self.may_assume(who, arn, wanted));
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_by_key(|edge| (edge.verdict, !edge.conditions.is_empty()));
        let all: BTreeSet<_> = edges
            .iter()
            .filter(|edge| edge.verdict == Verdict::Allowed && edge.conditions.is_empty())
            .map(|edge| edge.principal.clone())
            .collect();
        // Whoever can in any session can in one of a name.
        edges.retain(|edge| match &edge.principal {
            Principal::Role { arn, session: Some(_) } => {
                !all.contains(&Principal::Role { arn: arn.clone(), session: None })
            }
            _ => true,
        });
        edges
    }

    /// Whoever may be able to assume the role: nobody else can.
    pub(super) fn candidates(&self, role: &Role, arn: &Arn) -> BTreeSet<Principal> {
        let owner = arn.account();
        let mut all = BTreeSet::new();
        let mut reaching = None;
        let mut reaching = || {
            let places = reaching.get_or_insert_with(|| self.assume.candidates(arn.as_str()));
            places.iter().filter_map(|place| self.people.get(*place)).collect::<Vec<_>>()
        };
        for trusted in role.trust.reference().policy.trusted() {
            match trusted {
                Trusted::Everyone => {
                    let here = owner.map(|owner| self.people.in_account(owner));
                    let here = here.unwrap_or_default().iter();
                    all.extend(here.filter_map(|place| Some(self.people.get(*place)?.principal())));
                    all.extend(reaching().into_iter().map(Person::principal));
                    all.extend(owner.into_iter().flat_map(|owner| self.providers(owner)));
                    all.insert(Principal::Everybody);
                }
                Trusted::Account(id) if self.world.account(id).is_some() => {
                    let own = reaching().into_iter().filter(|person| person.account == id);
                    all.extend(own.map(Person::principal));
                }
                Trusted::Account(id) => {
                    all.insert(Principal::Account { account: id.to_string() });
                }
                Trusted::Arn(text) => all.extend(self.named(text)),
                Trusted::Id(id) => {
                    let place = self.people.with_id(id);
                    all.extend(place.and_then(|place| Some(self.people.get(place)?.principal())));
                }
                Trusted::Federated(provider) => {
                    all.insert(federated(provider));
                }
                Trusted::Service(name) => {
                    all.insert(Principal::Service { name: name.to_owned() });
                }
            }
        }
        all.extend(sessions_named(&all, role, &self.people));
        all
    }

    /// Whom an ARN in a trust policy names. Users and roles in view stand there by id where
    /// the policy is one that could be written today, and by ARN where it is not.
    fn named(&self, text: &str) -> Option<Principal> {
        let arn: Arn = text.parse().ok()?;
        if let Some(place) = self.people.place_of(&arn) {
            return self.people.get(place).map(Person::principal);
        }
        let account = arn.account()?;
        let Some(home) = self.world.account(account) else {
            let can_call = ["user/", "role/", "assumed-role/"];
            let can_call = can_call.iter().any(|kind| arn.resource().starts_with(kind));
            return can_call.then(|| Principal::Outsider { arn: text.to_owned() });
        };
        if let Some((role, session)) = arn.resource_of("assumed-role")?.split_once('/') {
            let role = home.snapshot.role_by_name(role)?;
            let arn = role.arn(account).to_string();
            return Some(Principal::Role { arn, session: Some(session.to_owned()) });
        }
        None
    }

    /// The identity providers whose tokens could be used in an account.
    fn providers(&self, account: AccountId) -> Vec<Principal> {
        let Some(account) = self.world.account(account) else { return Vec::new() };
        let registered = account.snapshot.oidc_providers().map(|it| federated(it.arn.as_str()));
        let saml = account.saml_providers.iter().map(|arn| federated(arn.as_str()));
        registered.chain(saml).chain(NAMED_PROVIDERS.map(federated)).collect()
    }
}

impl Person {
    pub(crate) fn principal(&self) -> Principal {
        let arn = self.arn.to_string();
        match self.kind {
            Kind::User => Principal::User { arn },
            Kind::Role => Principal::Role { arn, session: None },
        }
    }
}

fn federated(provider: &str) -> Principal {
    let provider = provider.to_owned();
    if provider.contains(":saml-provider/") {
        Principal::Saml { provider }
    } else {
        Principal::WebIdentity { provider, audiences: Vec::new() }
    }
}

/// Sessions whose names stand in a condition on `aws:userid`, which for a session is the
/// role's id and its name.
fn sessions_named(
    found: &BTreeSet<Principal>,
    role: &Role,
    people: &super::people::People,
) -> Vec<Principal> {
    let text = role.trust.stored().as_str();
    if !text.to_ascii_lowercase().contains("aws:userid") {
        return Vec::new();
    }
    let mut sessions = Vec::new();
    for principal in found {
        let Principal::Role { arn, session: None } = principal else { continue };
        let place = arn.parse().ok().and_then(|arn| people.place_of(&arn));
        let Some(person) = place.and_then(|place| people.get(place)) else { continue };
        let begin = format!("{}:", person.id);
        for (at, _) in text.match_indices(&begin) {
            let rest = text.get(at + begin.len()..).unwrap_or_default();
            let name = rest.split('"').next().unwrap_or_default();
            if !name.is_empty() && !name.contains(['*', '?', '$', '\\']) {
                let session = Some(name.to_owned());
                sessions.push(Principal::Role { arn: arn.clone(), session });
            }
        }
    }
    sessions
}

/// The calls by which the role is assumed.
pub(crate) fn hops_to(role: &Arn, edges: &[Edge]) -> Vec<Hop> {
    let hops = edges.iter().map(|edge| Hop {
        from: edge.principal.clone(),
        action: edge.action.to_owned(),
        to: role.to_string(),
        verdict: edge.verdict,
        conditions: edge.conditions.clone(),
    });
    hops.collect()
}

pub(super) fn order(one: &Reached, other: &Reached) -> std::cmp::Ordering {
    let key = |it: &Reached| (it.verdict, it.path.len());
    key(one).cmp(&key(other)).then_with(|| one.principal.cmp(&other.principal))
}

pub(super) fn cut_note() -> String {
    format!("chains of more than {CHAIN_HOPS_MAX} hops were not followed")
}
