use std::collections::BTreeSet;
use std::sync::Arc;

use super::entity::{
    AccountRequest, ControlPolicy, Handshake, MemberAccount, OrganizationKey, OrganizationRoot,
    OrganizationalUnit,
};
use super::{Organization, OrganizationError, records};
use crate::{EncodedChange, NameChange};

/// A unit of work on an organization, as [`Draft`](crate::Draft) is on an account.
#[derive(Clone, Debug)]
pub struct OrganizationDraft {
    /// As it was; `None` for one that is new.
    before: Option<Organization>,
    now: Organization,
    changed: BTreeSet<OrganizationKey>,
}

/// What has become of a draft.
#[derive(Clone, Debug)]
pub struct OrganizationParts {
    /// The organization with all changes.
    pub organization: Organization,
    /// The changes, one per record, in the order of their keys.
    pub changes: Vec<EncodedChange>,
    /// What they do to names of the installation: one is held for each member.
    pub names: Vec<NameChange>,
}

impl OrganizationDraft {
    /// Begins on top of an organization.
    ///
    /// # Errors
    /// [`OrganizationError::Unreadable`] where not all of its records can be read: no rule
    /// could be checked in full.
    pub fn new(organization: &Organization) -> Result<Self, OrganizationError> {
        if !organization.is_complete() {
            return Err(OrganizationError::Unreadable);
        }
        let (before, now) = (Some(organization.clone()), organization.clone());
        Ok(Self { before, now, changed: BTreeSet::new() })
    }

    pub(super) fn found(root: OrganizationRoot) -> Self {
        let changed = BTreeSet::from([OrganizationKey::Organization]);
        Self { before: None, now: Organization::empty(root), changed }
    }

    /// The organization with all changes so far.
    #[must_use]
    pub const fn organization(&self) -> &Organization {
        &self.now
    }

    /// Whether nothing has been changed.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }

    /// The organization and what was changed.
    #[must_use]
    pub fn into_parts(self) -> OrganizationParts {
        let Self { before, now, changed } = self;
        let changes = changed.iter().map(|key| records::encode(&now, key)).collect();
        let members = changed.iter().filter_map(|key| match key {
            OrganizationKey::Account(account) => Some(*account),
            _ => None,
        });
        let was = |account| before.as_ref().is_some_and(|it| it.accounts.contains_key(&account));
        let names = members.filter_map(|account| {
            let name = MemberAccount::unique_name(account);
            match (was(account), now.accounts.contains_key(&account)) {
                (false, true) => Some(NameChange::Reserve(name)),
                (true, false) => Some(NameChange::Release(name)),
                (true, true) | (false, false) => None,
            }
        });
        let names = names.collect();
        OrganizationParts { organization: now, changes, names }
    }

    /// The organization is gone with the commit of this draft. Its other records may stay:
    /// there may be more of them than a commit changes, and nobody reads them any more.
    pub(super) fn dissolve(&mut self) {
        self.delete(OrganizationKey::Account(self.now.management()));
        self.now.dissolved = true;
        self.changed.insert(OrganizationKey::Organization);
    }

    pub(super) fn edit_root(&mut self, edit: impl FnOnce(&mut OrganizationRoot)) {
        edit(Arc::make_mut(&mut self.now.root));
        self.changed.insert(OrganizationKey::Organization);
    }

    pub(super) fn put_unit(&mut self, unit: OrganizationalUnit) {
        self.changed.insert(OrganizationKey::Unit(unit.id.clone()));
        self.now.units.insert(unit.id.clone(), Arc::new(unit));
    }

    pub(super) fn put_account(&mut self, account: MemberAccount) {
        self.changed.insert(OrganizationKey::Account(account.account));
        self.now.accounts.insert(account.account, Arc::new(account));
    }

    pub(super) fn put_policy(&mut self, policy: ControlPolicy) {
        self.changed.insert(OrganizationKey::Policy(policy.id.clone()));
        self.now.policies.insert(policy.id.clone(), Arc::new(policy));
    }

    pub(super) fn put_request(&mut self, request: AccountRequest) {
        self.changed.insert(OrganizationKey::AccountRequest(request.id.clone()));
        self.now.requests.insert(request.id.clone(), Arc::new(request));
    }

    pub(super) fn put_handshake(&mut self, handshake: Handshake) {
        self.changed.insert(OrganizationKey::Handshake(handshake.id.clone()));
        self.now.handshakes.insert(handshake.id.clone(), Arc::new(handshake));
    }

    pub(super) fn delete(&mut self, key: OrganizationKey) {
        self.now.delete(&key);
        self.changed.insert(key);
    }
}
