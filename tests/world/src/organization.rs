//! Organizations, kept as the shell keeps them.

use std::sync::Arc;

use stead_directory::organization::entity::AccountRequestState;
use stead_directory::organization::{Organization, OrganizationDraft, commands};

use crate::World;

impl World {
    /// The organizations as they are now.
    #[must_use]
    pub fn organizations(&self) -> &[Arc<Organization>] {
        &self.organizations
    }

    /// Keeps what an operation has changed, and carries requests to create accounts out.
    pub(crate) fn change_organization(&mut self, draft: Option<OrganizationDraft>) {
        let Some(mut draft) = draft else { return };
        let organization = draft.organization().clone();
        let open = organization.account_requests();
        let open = open.filter(|request| request.state == AccountRequestState::InProgress);
        for request in open {
            self.create_account(&request.account.to_string());
            commands::account::complete(&mut draft, &request.id, self.now).expect("a request");
        }
        let changed = draft.into_parts().organization;
        self.organizations.retain(|organization| organization.id() != changed.id());
        if !changed.is_dissolved() {
            self.organizations.push(Arc::new(changed));
        }
    }
}
