//! Exported accounts as the server would have them.

mod ids;
mod load;
mod organization;
mod saml;
mod used;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stead_directory::{EntityChange, PrincipalLookup, PrincipalStatus, Snapshot};
use stead_policy::{PolicySet, PolicySource, PolicyText};
use stead_types::{AccountId, Arn, UniqueId};

use crate::CaseError;
use crate::node::Node;
pub(crate) use used::{RoleUse, moment};

/// The accounts of a case, each with its snapshot and what surrounds it.
#[derive(Clone, Debug)]
pub struct World {
    accounts: BTreeMap<AccountId, Account>,
    places: Arc<Places>,
    owner: AccountId,
}

/// One account.
#[derive(Clone, Debug)]
pub struct Account {
    /// What the server has in memory of it.
    pub snapshot: Arc<Snapshot>,
    /// Where the account stands in the document, as a JSON pointer.
    pub place: String,
    pub(crate) saml_providers: Vec<Arn>,
    /// Those of them that have private keys, which no export has.
    pub(crate) saml_with_keys: Vec<Arn>,
    /// A set per level, from the root down.
    pub(crate) service_control: Vec<PolicySet>,
    pub(crate) resource_control: PolicySet,
    pub(crate) organization: Option<String>,
    /// What of the organization was not asked for, in words.
    pub(crate) organization_not_in_view: Option<String>,
    /// What is named and not there, in words.
    pub(crate) missing: Vec<String>,
    /// What of the account was not exported, in words.
    pub(crate) not_in_view: Vec<String>,
    /// Users, groups and roles of whose policies or boundary one was not exported.
    pub(crate) incomplete: Arc<BTreeSet<Arn>>,
    /// When each role was used last, of those that say it.
    pub(crate) last_used: Arc<BTreeMap<Arn, RoleUse>>,
    /// Documents of managed policies that are not the default version, by their names.
    pub(crate) other_versions: Arc<BTreeMap<Arn, Vec<(String, PolicyText)>>>,
}

/// Where each policy stands in the document, as JSON pointers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    inline: BTreeMap<(Arn, String), String>,
    managed: BTreeMap<Arn, String>,
    trust: BTreeMap<Arn, String>,
    controls: BTreeMap<Arn, String>,
    /// Users and roles themselves.
    entities: BTreeMap<Arn, String>,
}

impl Account {
    /// What is named in the account and not there, in words.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// What of the account was not exported, in words.
    #[must_use]
    pub fn not_in_view(&self) -> &[String] {
        &self.not_in_view
    }

    /// What of the account and of its organization was not exported, in words.
    pub(crate) fn all_not_in_view(&self) -> impl Iterator<Item = &String> {
        self.not_in_view.iter().chain(&self.organization_not_in_view)
    }

    /// Whether policies of an organization apply to it.
    #[must_use]
    pub fn has_control_policies(&self) -> bool {
        !self.service_control.is_empty() || !self.resource_control.is_empty()
    }

    /// The SAML providers. The snapshot has those whose metadata was exported.
    #[must_use]
    pub fn saml_providers(&self) -> &[Arn] {
        &self.saml_providers
    }

    /// The SAML providers that have private keys, which are not exported.
    #[must_use]
    pub fn saml_providers_with_keys(&self) -> &[Arn] {
        &self.saml_with_keys
    }
}

impl World {
    pub(crate) fn load(document: &Node<'_>) -> Result<Self, CaseError> {
        load::world(document)
    }

    /// The account that the document is about: the owner of the role.
    #[must_use]
    pub const fn owner(&self) -> AccountId {
        self.owner
    }

    /// An account, if it is in view.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The accounts in view, in the order of their numbers.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The same accounts with changes to one.
    pub(crate) fn changed(&self, id: AccountId, changes: &[EntityChange]) -> Self {
        let mut changed = self.clone();
        if let Some(account) = changed.accounts.get_mut(&id) {
            account.snapshot = Arc::new(account.snapshot.apply(changes));
        }
        changed
    }

    /// The JSON pointer to the document of a policy, where it stands in the case.
    #[must_use]
    pub fn place_of(&self, source: &PolicySource) -> Option<String> {
        let places = &self.places;
        let found = match source {
            PolicySource::Inline { owner, name } => {
                places.inline.get(&(owner.clone(), name.to_string()))
            }
            PolicySource::Managed { arn, .. }
            | PolicySource::Boundary { arn }
            | PolicySource::SessionManaged { arn } => places.managed.get(arn),
            PolicySource::Trust { role } => places.trust.get(role),
            PolicySource::ServiceControl { arn, .. }
            | PolicySource::ResourceControl { arn, .. } => places.controls.get(arn),
            PolicySource::SessionInline => {
                return Some("/attempt/caller/sessionPolicies/0".to_owned());
            }
            PolicySource::Restriction { .. } | PolicySource::Resource { .. } => None,
        };
        found.cloned()
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// The JSON pointer to a user or role.
    #[must_use]
    pub fn place_of_entity(&self, arn: &Arn) -> Option<&str> {
        self.places.entities.get(arn).map(String::as_str)
    }
}

impl Places {
    pub(crate) fn inline(&self, owner: &Arn, name: &str) -> Option<String> {
        self.inline.get(&(owner.clone(), name.to_owned())).cloned()
    }

    pub(crate) fn managed(&self, policy: &Arn) -> Option<String> {
        self.managed.get(policy).cloned()
    }

    pub(crate) fn trust(&self, role: &Arn) -> Option<String> {
        self.trust.get(role).cloned()
    }
}

/// Principals of every account in view.
impl PrincipalLookup for World {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        match arn.account().and_then(|account| self.account(account)) {
            Some(account) => account.snapshot.lookup(arn),
            None => PrincipalStatus::NotHosted,
        }
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        self.accounts().find_map(|account| account.snapshot.arn_of(id))
    }
}
