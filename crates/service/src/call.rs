use std::collections::BTreeMap;
use std::sync::Arc;

use stead_authorizer::{RequestFacts, VerifiedCaller};
use stead_directory::{PrincipalLookup, PrincipalStatus, Snapshot};
use stead_session::vault::SecretVault;
use stead_types::{AccountId, Arn, UniqueId};

use crate::{AssertionUse, CodeAttempts, LoopbackIssuers};

/// A call whose signature was verified: who, over which state, with which facts.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Who calls.
    pub caller: &'a VerifiedCaller,
    /// The caller's account, at one revision for the whole request.
    pub account: &'a Snapshot,
    /// The other accounts the operation asked to see.
    pub others: &'a Accounts,
    /// What the connection says.
    pub facts: &'a RequestFacts,
    /// Wraps secrets of the caller's account for rest and unwraps them.
    pub vault: &'a dyn SecretVault,
    /// How often one-time codes may still be guessed.
    pub code_attempts: &'a dyn CodeAttempts,
    /// Whether issuers on the loopback may be registered in plain text.
    pub loopback_issuers: LoopbackIssuers,
    /// How often one SAML assertion is good.
    pub assertion_use: AssertionUse,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Call")
            .field("caller", &self.caller)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl<'a> Call<'a> {
    /// The snapshot of an account, when it is hosted here and was asked for.
    #[must_use]
    pub fn snapshot_of(&self, account: AccountId) -> Option<&'a Snapshot> {
        if account == self.account.account() {
            Some(self.account)
        } else {
            self.others.find(account)
        }
    }
}

/// Snapshots of accounts besides the caller's, each at one revision.
#[derive(Clone, Debug, Default)]
pub struct Accounts(BTreeMap<AccountId, Arc<Snapshot>>);

impl Accounts {
    /// The snapshot of an account, when it was loaded.
    #[must_use]
    pub fn find(&self, account: AccountId) -> Option<&Snapshot> {
        self.0.get(&account).map(AsRef::as_ref)
    }
}

impl FromIterator<Arc<Snapshot>> for Accounts {
    fn from_iter<I: IntoIterator<Item = Arc<Snapshot>>>(snapshots: I) -> Self {
        Self(snapshots.into_iter().map(|snapshot| (snapshot.account(), snapshot)).collect())
    }
}

/// Principals are looked up in the caller's account and in those that were loaded.
impl PrincipalLookup for Call<'_> {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        match arn.account().and_then(|account| self.snapshot_of(account)) {
            Some(snapshot) => snapshot.lookup(arn),
            None => PrincipalStatus::NotHosted,
        }
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        let own = self.account.arn_of(id);
        own.or_else(|| self.others.0.values().find_map(|snapshot| snapshot.arn_of(id)))
    }
}
