//! Organizations, kept as the shell keeps them.

use std::sync::Arc;

use stead_directory::organization::commands::account::{self, NewAccount};
use stead_directory::organization::commands::{self, policy};
use stead_directory::organization::entity::{AccountRequestState, ControlKind, Target};
use stead_directory::organization::{
    Memberships, Organization, OrganizationDraft, OrganizationError,
};
use stead_policy::PolicyText;
use stead_types::{AccountId, OrganizationId, OrganizationPolicyId, RootId};

use crate::{Counted, World};

impl World {
    /// The organizations as they are now.
    #[must_use]
    pub fn organizations(&self) -> &[Arc<Organization>] {
        &self.organizations
    }

    /// Begins an organization with these accounts, the first of which manages it. Both kinds of
    /// policies take effect, and limit nothing.
    pub fn create_organization(&mut self, accounts: &[AccountId]) {
        let (management, members) = accounts.split_first().expect("who manages it");
        let id = OrganizationId::generate(&mut self.entropy);
        let root = RootId::generate(&mut self.entropy);
        let owner = (*management, "main", "main@example.com");
        let mut draft = commands::create(id, root, owner, self.now);
        for kind in ControlKind::ALL {
            policy::enable_kind(&mut draft, kind).expect("a kind");
        }
        for member in members {
            let new = NewAccount {
                account: *member,
                name: member.to_string().into(),
                email: format!("{member}@example.com").into(),
                role: "OrganizationAccountAccessRole".parse().expect("a name"),
                tags: Vec::new(),
            };
            let request = account::request(&mut draft, new, &mut self.entropy, self.now);
            account::complete(&mut draft, &request.expect("a request"), self.now)
                .expect("a member");
        }
        self.change_organization(Some(draft));
    }

    /// Changes the organization that an account belongs to.
    pub fn edit_organization<T>(
        &mut self,
        member: AccountId,
        edit: impl FnOnce(&mut OrganizationDraft, &mut Counted) -> Result<T, OrganizationError>,
    ) -> T {
        let memberships = Memberships::of_all(&self.organizations);
        let organization = memberships.of(member).expect("a member").organization();
        let mut draft = OrganizationDraft::new(organization).expect("a readable one");
        let edited = edit(&mut draft, &mut self.entropy).expect("a change");
        self.change_organization(Some(draft));
        edited
    }

    /// Creates a policy in the organization of an account, and attaches it.
    pub fn limit(
        &mut self,
        member: AccountId,
        kind: ControlKind,
        target: &Target,
        policy: &str,
    ) -> OrganizationPolicyId {
        self.edit_organization(member, |draft, entropy| {
            let name = format!("policy {}", draft.organization().policies().count());
            let text = PolicyText::new(policy);
            let id = policy::create(draft, kind, (&name, ""), text, Vec::new(), entropy)?;
            policy::attach(draft, &id, target)?;
            Ok(id)
        })
    }

    /// Keeps what an operation has changed, and carries requests to create accounts out.
    pub(crate) fn change_organization(&mut self, draft: Option<OrganizationDraft>) {
        let Some(mut draft) = draft else { return };
        let organization = draft.organization().clone();
        let open = organization.account_requests();
        let open = open.filter(|request| request.state == AccountRequestState::InProgress);
        for request in open {
            self.create_account(&request.account.to_string());
            account::complete(&mut draft, &request.id, self.now).expect("a request");
        }
        let changed = draft.into_parts().organization;
        self.organizations.retain(|organization| organization.id() != changed.id());
        if !changed.is_dissolved() {
            self.organizations.push(Arc::new(changed));
        }
    }
}
