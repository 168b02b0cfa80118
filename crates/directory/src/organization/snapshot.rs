use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use stead_types::{
    AccountId, CreateAccountRequestId, HandshakeId, OrganizationId, OrganizationPolicyId,
    OrganizationalUnitId, RootTask,
};

use super::commands::root_access;
use super::entity::{
    AccountRequest, AttachedControls, ControlKind, ControlPolicy, Handshake, MemberAccount,
    MemberStatus, OrganizationKey, OrganizationRoot, OrganizationalUnit, Parent, Target,
};

/// An organization as it was at one moment.
///
/// A clone shares everything. Units, accounts and policies are found by id in O(log n), and
/// by what they lie under or are attached to by looking through all of them: that is asked
/// by who manages the organization, and a call that is decided asks a
/// [`Membership`](super::Membership) instead.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(super) root: Arc<OrganizationRoot>,
    pub(super) units: OrdMap<OrganizationalUnitId, Arc<OrganizationalUnit>>,
    pub(super) accounts: OrdMap<AccountId, Arc<MemberAccount>>,
    pub(super) policies: OrdMap<OrganizationPolicyId, Arc<ControlPolicy>>,
    pub(super) requests: OrdMap<CreateAccountRequestId, Arc<AccountRequest>>,
    pub(super) handshakes: OrdMap<HandshakeId, Arc<Handshake>>,
    /// Keys of records that can't be read; as long as there is one, nothing is written.
    pub(super) unreadable: OrdSet<Arc<str>>,
    /// Whether it was deleted.
    pub(super) dissolved: bool,
}

impl Organization {
    pub(super) fn empty(root: OrganizationRoot) -> Self {
        Self {
            root: Arc::new(root),
            units: OrdMap::new(),
            accounts: OrdMap::new(),
            policies: OrdMap::new(),
            requests: OrdMap::new(),
            handshakes: OrdMap::new(),
            unreadable: OrdSet::new(),
            dissolved: false,
        }
    }

    /// The organization itself.
    #[must_use]
    pub const fn root(&self) -> &Arc<OrganizationRoot> {
        &self.root
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &OrganizationId {
        &self.root.id
    }

    /// The account that manages it.
    #[must_use]
    pub fn management(&self) -> AccountId {
        self.root.management
    }

    /// Whether all of its records could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
    }

    /// Whether it was deleted.
    #[must_use]
    pub const fn is_dissolved(&self) -> bool {
        self.dissolved
    }

    /// A unit.
    #[must_use]
    pub fn unit(&self, id: &OrganizationalUnitId) -> Option<&Arc<OrganizationalUnit>> {
        self.units.get(id)
    }

    /// All units, by id.
    pub fn units(&self) -> impl Iterator<Item = &Arc<OrganizationalUnit>> {
        self.units.values()
    }

    /// The units right under a parent, by id.
    pub fn units_under(&self, parent: &Parent) -> impl Iterator<Item = &Arc<OrganizationalUnit>> {
        self.units.values().filter(move |unit| unit.parent == *parent)
    }

    /// A member account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Arc<MemberAccount>> {
        self.accounts.get(&id)
    }

    /// All member accounts, the management account among them, by number.
    pub fn accounts(&self) -> impl Iterator<Item = &Arc<MemberAccount>> {
        self.accounts.values()
    }

    /// The accounts right under a parent, by number.
    pub fn accounts_under(&self, parent: &Parent) -> impl Iterator<Item = &Arc<MemberAccount>> {
        self.accounts.values().filter(move |account| account.parent == *parent)
    }

    /// A policy of the organization's own.
    #[must_use]
    pub fn policy(&self, id: &OrganizationPolicyId) -> Option<&Arc<ControlPolicy>> {
        self.policies.get(id)
    }

    /// The policies of the organization's own, by id.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<ControlPolicy>> {
        self.policies.values()
    }

    /// A request to create an account.
    #[must_use]
    pub fn account_request(&self, id: &CreateAccountRequestId) -> Option<&Arc<AccountRequest>> {
        self.requests.get(id)
    }

    /// All requests to create accounts, by id.
    pub fn account_requests(&self) -> impl Iterator<Item = &Arc<AccountRequest>> {
        self.requests.values()
    }

    /// An invitation.
    #[must_use]
    pub fn handshake(&self, id: &HandshakeId) -> Option<&Arc<Handshake>> {
        self.handshakes.get(id)
    }

    /// All invitations, by id.
    pub fn handshakes(&self) -> impl Iterator<Item = &Arc<Handshake>> {
        self.handshakes.values()
    }

    /// Whether a kind of policies takes effect.
    #[must_use]
    pub fn is_enabled(&self, kind: ControlKind) -> bool {
        self.root.enabled.contains(&kind)
    }

    /// Whether IAM may act in the organization.
    #[must_use]
    pub fn trusts_iam(&self) -> bool {
        self.root.trusted_services.contains_key(root_access::IAM)
    }

    /// Whether the account that manages it may begin sessions of the root user of this account
    /// for a task: of an open member, never of itself.
    #[must_use]
    pub fn admits_root_task(&self, account: AccountId, task: RootTask) -> bool {
        let is_enabled = self.root.root_features.iter().any(|feature| feature.admits(task));
        let member = self.accounts.get(&account).filter(|_| account != self.management());
        let is_open = member.is_some_and(|member| member.status == MemberStatus::Active);
        !self.dissolved && self.trusts_iam() && is_enabled && is_open
    }

    /// The ids of the policies attached to a target; `None` where there is no such target.
    #[must_use]
    pub fn attached(&self, target: &Target) -> Option<&AttachedControls> {
        Some(match target {
            Target::Root => &self.root.policies,
            Target::Unit(id) => &self.units.get(id)?.policies,
            Target::Account(id) => &self.accounts.get(id)?.policies,
        })
    }

    /// Everything that policies can be attached to: the root, then units, then accounts.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        let units = self.units.keys().cloned().map(Target::Unit);
        let accounts = self.accounts.keys().copied().map(Target::Account);
        std::iter::once(Target::Root).chain(units).chain(accounts)
    }

    /// What a policy is attached to.
    pub fn targets_of(&self, policy: &OrganizationPolicyId) -> impl Iterator<Item = Target> {
        self.targets()
            .filter(move |target| self.attached(target).is_some_and(|held| held.contains(policy)))
    }

    /// The units from the root down to this parent; `None` where one is missing or they form
    /// a circle, which no command makes and a damaged record could.
    #[must_use]
    pub fn path_to(&self, parent: &Parent) -> Option<Vec<&Arc<OrganizationalUnit>>> {
        let mut path = Vec::new();
        let mut parent = parent;
        while let Parent::Unit(id) = parent {
            let unit = self.units.get(id)?;
            if path.len() >= self.units.len() {
                return None;
            }
            path.push(unit);
            parent = &unit.parent;
        }
        path.reverse();
        Some(path)
    }

    /// The path of what lies under a parent, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`.
    ///
    /// Spec: UG:reference_policies_condition-keys, aws:PrincipalOrgPaths.
    #[must_use]
    pub fn path_text(&self, parent: &Parent) -> Option<String> {
        let mut text = format!("{}/{}/", self.root.id, self.root.root);
        for unit in self.path_to(parent)? {
            text.push_str(unit.id.as_str());
            text.push('/');
        }
        Some(text)
    }

    pub(super) fn delete(&mut self, key: &OrganizationKey) {
        match key {
            OrganizationKey::Organization => {}
            OrganizationKey::Unit(id) => {
                self.units.remove(id);
            }
            OrganizationKey::Account(id) => {
                self.accounts.remove(id);
            }
            OrganizationKey::Policy(id) => {
                self.policies.remove(id);
            }
            OrganizationKey::AccountRequest(id) => {
                self.requests.remove(id);
            }
            OrganizationKey::Handshake(id) => {
                self.handshakes.remove(id);
            }
        }
    }
}
