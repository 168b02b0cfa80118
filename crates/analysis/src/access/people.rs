//! The users and roles in view, and whose policies may let them do something to what.
//!
//! An index by the texts of policies, so that not everybody is asked about everything. It
//! only leaves out who cannot be allowed.

use std::collections::{BTreeMap, BTreeSet};

use stead_directory::Snapshot;
use stead_directory::entity::{AttachedPolicies, InlinePolicies};
use stead_policy::{CompiledPolicy, DocumentKind, PolicyRef, PolicyText, Reach};
use stead_types::{AccountId, Arn, UniqueId};

use crate::World;

/// The action of assuming a role with keys.
pub(super) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A user or role in view.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) arn: Arn,
    pub(crate) id: UniqueId,
    pub(crate) account: AccountId,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Role,
}

/// Everybody in view, by number.
#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    by_arn: BTreeMap<Arn, usize>,
    by_id: BTreeMap<UniqueId, usize>,
    by_account: BTreeMap<AccountId, Vec<usize>>,
}

impl People {
    pub(super) fn of(world: &World) -> Self {
        let mut people = Self::default();
        for account in world.accounts() {
            let (home, number) = (&account.snapshot, account.snapshot.account());
            for user in home.users("/", None) {
                people.add(user.arn(number), user.id.clone(), number, Kind::User);
            }
            for role in home.roles("/", None) {
                people.add(role.arn(number), role.id.clone(), number, Kind::Role);
            }
        }
        people
    }

    fn add(&mut self, arn: Arn, id: UniqueId, account: AccountId, kind: Kind) {
        let place = self.all.len();
        self.by_arn.insert(arn.clone(), place);
        self.by_id.insert(id.clone(), place);
        self.by_account.entry(account).or_default().push(place);
        self.all.push(Person { arn, id, account, kind });
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Person> {
        self.all.get(place)
    }

    pub(crate) fn place_of(&self, arn: &Arn) -> Option<usize> {
        self.by_arn.get(arn).copied()
    }

    pub(super) fn with_id(&self, id: &UniqueId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(super) fn in_account(&self, account: AccountId) -> &[usize] {
        self.by_account.get(&account).map_or(&[], Vec::as_slice)
    }

    /// Everybody, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Person)> {
        self.all.iter().enumerate()
    }

    pub(super) fn roles(&self) -> impl Iterator<Item = &Person> {
        self.all.iter().filter(|person| person.kind == Kind::Role)
    }
}

impl Person {
    /// The policies that the evaluator gathers for this user or role.
    pub(crate) fn identity_policies<'a>(&self, home: &'a Snapshot) -> Vec<PolicyRef<'a>> {
        match self.kind {
            Kind::User => home.user(&self.id).map(|user| home.identity_policies_of_user(user)),
            Kind::Role => home.role(&self.id).map(|role| home.identity_policies_of_role(role)),
        }
        .unwrap_or_default()
    }

    /// The texts of these policies. Of what cannot be read there is none: it allows nothing.
    fn documents<'a>(&self, home: &'a Snapshot) -> Vec<&'a PolicyText> {
        let texts = |inline: &'a InlinePolicies, attached: &'a AttachedPolicies| {
            let inline = inline.iter().map(|(_, policy)| &policy.text);
            let attached = attached.iter().filter_map(|arn| {
                let policy = home.policy(arn)?;
                Some(&policy.versions.get(&policy.default_version)?.text)
            });
            inline.chain(attached).collect::<Vec<_>>()
        };
        match self.kind {
            Kind::Role => home
                .role(&self.id)
                .map(|role| texts(&role.inline, &role.attached))
                .unwrap_or_default(),
            Kind::User => home.user(&self.id).map_or_else(Vec::new, |user| {
                let own = texts(&user.inline, &user.attached);
                let groups = home.groups_of(user).into_iter();
                own.into_iter()
                    .chain(groups.flat_map(|group| texts(&group.inline, &group.attached)))
                    .collect()
            }),
        }
    }

    /// The permissions boundary, as the evaluator gets it.
    pub(crate) fn boundary<'a>(&self, home: &'a Snapshot) -> Option<PolicyRef<'a>> {
        let boundary = match self.kind {
            Kind::User => home.user(&self.id)?.boundary.as_ref(),
            Kind::Role => home.role(&self.id)?.boundary.as_ref(),
        };
        boundary.map(|boundary| home.boundary_policy(boundary))
    }
}

/// Whose policies may let them do one action to what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reaches {
    /// By whole resources, and by what they begin with, both in lower case: the policies.
    whole: BTreeMap<String, BTreeSet<usize>>,
    prefixes: BTreeMap<String, BTreeSet<usize>>,
    /// Who has a policy. Many share one.
    holders: Vec<Vec<usize>>,
}

impl Reaches {
    /// Reads the policies of everybody, each once.
    pub(super) fn of(world: &World, people: &People, action: &str) -> Self {
        Self::of_each(world, people, &[action]).pop().unwrap_or_default()
    }

    /// The same for each of these actions.
    ///
    /// What is compiled for it is not kept: of a large account most policies are asked
    /// nothing else, and compiled they take several times what their texts take.
    pub(super) fn of_each(world: &World, people: &People, actions: &[&str]) -> Vec<Self> {
        let mut all = vec![Self::default(); actions.len()];
        // Policies that are shared are told by where they lie.
        let mut known: BTreeMap<*const u8, Vec<Option<usize>>> = BTreeMap::new();
        for (place, person) in people.iter() {
            let Some(account) = world.account(person.account) else { continue };
            for text in person.documents(&account.snapshot) {
                let numbers = known.entry(text.as_str().as_ptr()).or_insert_with(|| {
                    let kind = DocumentKind::Identity;
                    let (policy, _) = CompiledPolicy::compile_stored(text.as_str(), kind);
                    let each = all.iter_mut().zip(actions);
                    each.map(|(reaches, action)| reaches.add(policy.reach(action))).collect()
                });
                for (reaches, number) in all.iter_mut().zip(numbers.iter()) {
                    reaches.is_held(*number, place);
                }
            }
        }
        all
    }

    fn is_held(&mut self, number: Option<usize>, by: usize) {
        let holders = number.and_then(|number| self.holders.get_mut(number));
        if let Some(holders) = holders
            && holders.last() != Some(&by)
        {
            holders.push(by);
        }
    }

    /// What of it is about some people.
    pub(crate) fn among(&self, is_asked: impl Fn(usize) -> bool) -> Self {
        let mut few = self.clone();
        for holders in &mut few.holders {
            holders.retain(|place| is_asked(*place));
        }
        few
    }

    fn add<'a>(&mut self, reach: impl Iterator<Item = Reach<'a>>) -> Option<usize> {
        let number = self.holders.len();
        let mut is_any = false;
        for one in reach {
            is_any = true;
            let (index, text) = match one {
                Reach::Anything => (&mut self.prefixes, String::new()),
                Reach::Matching(text) => match literal_prefix(text) {
                    (prefix, true) => (&mut self.whole, prefix),
                    (prefix, false) => (&mut self.prefixes, prefix),
                },
            };
            index.entry(text).or_default().insert(number);
        }
        if !is_any {
            return None;
        }
        self.holders.push(Vec::new());
        Some(number)
    }

    /// Everybody whose policies may let them do it to something.
    pub(crate) fn holders(&self) -> BTreeSet<usize> {
        self.holders.iter().flatten().copied().collect()
    }

    /// Everybody whose policies may let them do it to this resource.
    pub(crate) fn candidates(&self, resource: &str) -> BTreeSet<usize> {
        let folded = resource.to_ascii_lowercase();
        let ends = folded.char_indices().map(|(at, _)| at).chain([folded.len()]);
        let begin = ends.filter_map(|end| self.prefixes.get(folded.get(..end)?));
        let policies: BTreeSet<usize> =
            begin.chain(self.whole.get(&folded)).flatten().copied().collect();
        let holders = policies.iter().filter_map(|number| self.holders.get(*number));
        holders.flatten().copied().collect()
    }
}

/// What a pattern begins with, in lower case, and whether that is all of it.
fn literal_prefix(pattern: &str) -> (String, bool) {
    let end = pattern.find(['*', '?', '$']);
    let prefix = end.map_or(pattern, |end| pattern.get(..end).unwrap_or_default());
    (prefix.to_ascii_lowercase(), end.is_none())
}
