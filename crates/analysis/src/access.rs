//! Who can do something, and what somebody can do: over all accounts in view.
//!
//! Indexes say who need not be asked about. Whoever is said to be able was asked about by
//! [`replay`](crate::replay()) or `stead_authorizer::judge`, with every condition key that
//! they need: see the module on questions.

mod ability;
mod action;
mod answer;
mod chain;
mod circumstances;
mod people;
mod principal;
mod question;
mod statements;
mod wanted;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use stead_types::{Arn, Timestamp};

pub use ability::{Abilities, Ability, AbilityResource};
pub use answer::{AccessAnswer, Condition, Hop, Reached, Test, Verdict};
pub(crate) use chain::{Edge, hops_to};
pub(crate) use people::{Kind, People, Person, Reaches};
pub use principal::Principal;
pub(crate) use statements::{documents, name_of};
pub(crate) use wanted::Wanted;

use crate::World;

/// Accounts made ready for questions about all of their users and roles.
///
/// Reads every policy of them once.
#[derive(Debug)]
pub struct Access<'w> {
    world: &'w World,
    now: Timestamp,
    people: Rc<People>,
    /// Whose policies may let them assume which roles.
    assume: Rc<Reaches>,
    /// Whose policies may let them do further actions.
    reaches: Rc<BTreeMap<&'static str, Reaches>>,
    /// Who can assume a role, for those that were asked about.
    edges: RefCell<Edges>,
}

/// Who can assume a role so that its session is as wanted.
type Edges = BTreeMap<(Arn, Wanted), Rc<[Edge]>>;

/// Why nothing was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// No account in view has this user or role.
    #[error("no account in view has `{name}`")]
    Unknown {
        /// As it was named.
        name: String,
        /// ARNs of those that are much alike.
        alike: Vec<String>,
    },
    /// Several accounts have one of this name.
    #[error("`{name}` is the name of several")]
    Ambiguous {
        /// As it was named.
        name: String,
        /// Their ARNs.
        arns: Vec<String>,
    },
    /// What is asked about is no action.
    #[error("`{0}` is no action: expected `service:Action` without wildcards")]
    Action(String),
    /// What is asked about is no resource.
    #[error("`{0}` is no resource: expected an ARN without wildcards, or `*`")]
    Resource(String),
}

impl<'w> Access<'w> {
    /// Makes ready. Questions are asked about calls at this moment.
    #[must_use]
    pub fn new(world: &'w World, now: Timestamp) -> Self {
        Self::about(world, now, &[])
    }

    /// The same, for questions about these actions besides.
    pub(crate) fn about(world: &'w World, now: Timestamp, actions: &[&'static str]) -> Self {
        let people = Rc::new(People::of(world));
        let all: Vec<&'static str> =
            std::iter::once(people::ASSUME_ROLE).chain(actions.iter().copied()).collect();
        let mut reaches = Reaches::of_each(world, &people, &all).into_iter();
        let assume = Rc::new(reaches.next().unwrap_or_default());
        let reaches = Rc::new(actions.iter().copied().zip(reaches).collect());
        Self { world, now, people, assume, reaches, edges: RefCell::default() }
    }

    /// The same users and roles in a world in which something of them is different.
    pub(crate) fn over<'v>(&self, world: &'v World) -> Access<'v> {
        let (people, assume) = (Rc::clone(&self.people), Rc::clone(&self.assume));
        let reaches = Rc::clone(&self.reaches);
        Access { world, now: self.now, people, assume, reaches, edges: RefCell::default() }
    }

    /// Whose policies may let them do this, among some people. The action must be one that
    /// questions are [about](Self::about), or the policies are all read again.
    pub(crate) fn reaches(&self, action: &str, is_asked: impl Fn(usize) -> bool) -> Reaches {
        match self.reaches.get(action) {
            Some(reaches) => reaches.among(is_asked),
            None => Reaches::of(self.world, &self.people, action).among(is_asked),
        }
    }

    pub(crate) const fn world(&self) -> &'w World {
        self.world
    }

    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// What of the accounts is not in view, in words.
    pub(crate) fn notes(&self) -> Vec<String> {
        let accounts = self.world.accounts();
        let notes = accounts.flat_map(|account| account.all_not_in_view().chain(&account.missing));
        let mut notes: Vec<String> = notes.map(|what| format!("not in view: {what}")).collect();
        notes.sort();
        notes.dedup();
        notes
    }
}
