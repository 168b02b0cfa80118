//! Who can do something other than assuming a role.

use std::collections::BTreeSet;

use stead_authorizer::Resource;
use stead_types::{AccountId, Arn};

use super::chain::{cut_note, order};
use super::people::{Kind, Person, Reaches};
use super::{Access, AccessAnswer, AccessError, Hop, Principal};
use crate::FORMAT_VERSION;

/// The actions by which roles are assumed.
const ASSUMING: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];

impl Access<'_> {
    /// Who can do this to that: a user or role whose policies allow it, the root user of the
    /// resource's account, and whoever can become such a role.
    ///
    /// # Errors
    /// What is no action or no resource; for the assuming of roles, a role not in view.
    pub fn who_can(&self, action: &str, resource: &str) -> Result<AccessAnswer, AccessError> {
        check_action(action)?;
        if ASSUMING.iter().any(|known| known.eq_ignore_ascii_case(action)) {
            return match resource {
                "*" => Ok(self.who_can_assume_any()),
                role => self.who_can_assume(role),
            };
        }
        let owner = check_resource(resource)?;
        let mut hops = Vec::new();
        for who in self.actors(action, resource, owner) {
            let Some(home) = home_of(&who) else { continue };
            let asked = self.resource(resource, owner.unwrap_or(home));
            if let Some((verdict, conditions)) = self.may_act(&who, action, &asked) {
                let (action, to) = (action.to_owned(), resource.to_owned());
                hops.push(Hop { from: who, action, to, verdict, conditions });
            }
        }
        hops.sort_by_key(|hop| !hop.conditions.is_empty());
        let (mut principals, cut) = self.reached(hops);
        principals.sort_by(order);
        let mut notes = self.notes();
        notes.extend(cut.then(cut_note));
        if resource != "*" {
            notes.push(
                "policies of resources other than roles are not in view: whom one names besides \
                 is not here, and what one denies is not seen"
                    .to_owned(),
            );
        }
        let (action, resource) = (action.to_owned(), resource.to_owned());
        Ok(AccessAnswer { version: FORMAT_VERSION, action, resource, principals, notes })
    }

    /// Whoever need be asked.
    fn actors(
        &self,
        action: &str,
        resource: &str,
        owner: Option<AccountId>,
    ) -> BTreeSet<Principal> {
        let reaches = Reaches::of(self.world, &self.people, action);
        let places = reaches.candidates(resource);
        let people = places.iter().filter_map(|place| Some(self.people.get(*place)?.principal()));
        let accounts = self.world.accounts().map(|account| account.snapshot.account());
        let roots = accounts
            .filter(|account| owner.is_none_or(|owner| owner == *account))
            .map(|account| Principal::RootUser { account: account.to_string() });
        people.chain(roots).collect()
    }

    /// The resource, with its tags where it is a user or role in view.
    pub(crate) fn resource(&self, arn: &str, account: AccountId) -> Resource {
        let found = arn.parse().ok().and_then(|arn| self.people.place_of(&arn));
        let person = found.and_then(|place| self.people.get(place));
        let tags = person.and_then(|Person { account, id, kind, .. }| {
            let home = &self.world.account(*account)?.snapshot;
            match kind {
                Kind::User => Some(home.user(id)?.tags.clone()),
                Kind::Role => Some(home.role(id)?.tags.clone()),
            }
        });
        if arn == "*" {
            return Resource::Any { account };
        }
        Resource::Plain { account, arn: arn.to_owned(), tags }
    }
}

/// The account whose policies speak for somebody in view.
pub(super) fn home_of(who: &Principal) -> Option<AccountId> {
    match who {
        Principal::User { arn } | Principal::Role { arn, .. } => arn.parse::<Arn>().ok()?.account(),
        Principal::RootUser { account } => account.parse().ok(),
        _ => None,
    }
}

/// Spec: service authorization reference: a prefix, a colon and a name of letters and digits.
fn check_action(action: &str) -> Result<(), AccessError> {
    let is_word = |text: &str, more: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        !text.is_empty() && text.chars().all(is_part)
    };
    match action.split_once(':') {
        Some((service, name)) if is_word(service, "-") && is_word(name, "") => Ok(()),
        _ => Err(AccessError::Action(action.to_owned())),
    }
}

/// The account of a resource, where its ARN says one.
fn check_resource(resource: &str) -> Result<Option<AccountId>, AccessError> {
    if resource == "*" {
        return Ok(None);
    }
    match resource.parse::<Arn>() {
        Ok(arn) if !resource.contains(['*', '?']) => Ok(arn.account()),
        _ => Err(AccessError::Resource(resource.to_owned())),
    }
}
