//! Accounts that an organization has asked for: created, made members, and taken up again
//! after a failure or a restart. Each step can be done once more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use stead_directory::organization::commands::account;
use stead_directory::organization::entity::{AccountRequest, AccountRequestState};
use stead_store::{Store, StoreError};
use stead_types::{AccountId, OrganizationId};
use thiserror::Error;

use super::{ChangeError, Organizations, Version};
use crate::accounts::CreateError;
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::http::Stop;
use crate::installation::{InstallationError, NewAccount};

/// After how long what has failed is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why an account was not created yet.
#[derive(Debug, Error)]
pub(super) enum NotCreated {
    #[error(transparent)]
    Account(#[from] CreateError),
    #[error(transparent)]
    Role(#[from] InstallationError),
    /// Somebody else has created it, and it is not the organization's to take.
    #[error("account {0} exists and does not come from this request")]
    NotOurs(AccountId),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// The requests that are not at their end, with the account that manages each organization.
pub(super) fn open_requests(
    stored: &BTreeMap<OrganizationId, Version>,
) -> impl Iterator<Item = (AccountId, &Arc<AccountRequest>)> {
    let organizations = stored.values().map(|version| &version.organization);
    let standing = organizations.filter(|organization| !organization.is_dissolved());
    standing.flat_map(|organization| {
        let requests = organization.account_requests();
        let open = requests.filter(|request| request.state == AccountRequestState::InProgress);
        open.map(|request| (organization.management(), request))
    })
}

impl<S: Store> Organizations<S> {
    /// Creates the accounts that are asked for, until told to stop.
    pub(crate) async fn create_accounts(self: Arc<Self>, clock: Arc<dyn Clock>, mut stop: Stop) {
        loop {
            let again = match self.create_requested(&*clock).await {
                Ok(()) => None,
                Err(error) => {
                    tracing::error!(%error, "an account of an organization is not created yet");
                    Some(RETRY_AFTER)
                }
            };
            tokio::select! {
                () = stop.requested() => return,
                () = self.requested.notified() => {}
                () = wait(again) => {}
            }
        }
    }

    /// Creates every account that is asked for. One that fails keeps no other from it.
    pub(super) async fn create_requested(
        self: &Arc<Self>,
        clock: &dyn Clock,
    ) -> Result<(), NotCreated> {
        let open: Vec<(AccountId, Arc<AccountRequest>)> = {
            let writer = self.writer.lock().await;
            let stored = writer.stored.iter().flat_map(open_requests);
            stored.map(|(management, request)| (management, Arc::clone(request))).collect()
        };
        let mut failed = Ok(());
        for (management, request) in open {
            if let Err(error) = self.create(management, &request, clock).await {
                failed = Err(error);
            }
        }
        failed
    }

    async fn create(
        self: &Arc<Self>,
        management: AccountId,
        request: &AccountRequest,
        clock: &dyn Clock,
    ) -> Result<(), NotCreated> {
        match self.create_account(management, request, clock).await {
            Ok(()) => tracing::info!(account = %request.account, "account created"),
            Err(NotCreated::Account(CreateError::Exists(_))) => {
                self.expect_ours(request).await?;
            }
            Err(error) => return Err(error),
        }
        let change = self.begin().await?;
        let Some(mut draft) = change.draft_of(management)? else { return Ok(()) };
        account::complete(&mut draft, &request.id, clock.now()).map_err(ChangeError::Unwritable)?;
        change.commit(draft).await?;
        Ok(())
    }

    /// The account with its one role: nobody has credentials of its own in it.
    async fn create_account(
        &self,
        management: AccountId,
        request: &AccountRequest,
        clock: &dyn Clock,
    ) -> Result<(), NotCreated> {
        let mut entropy = SystemEntropy;
        let _root_key_stays = self.accounts.allow_creation().await;
        let root_keys = self.accounts.root_keys();
        let id = request.account;
        let mut new = NewAccount::new(id, root_keys.current(), clock.now(), &mut entropy);
        new.add_access_role(&request.role, management, &mut entropy)?;
        Ok(new.commit(&self.accounts).await?)
    }

    /// An account that exists already was created by an earlier attempt at this request, or is
    /// somebody else's: that is older, or has no role of this name.
    async fn expect_ours(&self, request: &AccountRequest) -> Result<(), NotCreated> {
        let account = self.accounts.find(request.account).await?;
        let is_ours = account.is_some_and(|account| {
            let snapshot = &account.durable().snapshot;
            let role = snapshot.role_by_name(request.role.as_str());
            role.is_some_and(|role| role.created_at >= request.requested_at)
        });
        if is_ours { Ok(()) } else { Err(NotCreated::NotOurs(request.account)) }
    }
}

async fn wait(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}
