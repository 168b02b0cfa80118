use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use stead_authorizer::{CallerFacts, RequestFacts, VerifiedCaller};
use stead_directory::organization::{Memberships, Organization};
use stead_directory::{PrincipalLookup, PrincipalStatus, Snapshot};
use stead_session::vault::SecretVault;
use stead_types::{AccountId, Arn, UniqueId};

use crate::{AssertionUse, CodeAttempts, IssuerBase, LoopbackIssuers, Simulator};

/// A call: who, over which state, with which facts.
///
/// What it says of the caller is no proof; see [`VerifiedCall`].
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// Who calls.
    pub caller: &'a CallerFacts,
    /// The caller's account, at one revision for the whole request.
    pub account: &'a Snapshot,
    /// The other accounts the operation asked to see.
    pub others: &'a Accounts,
    /// What organizations are to the accounts that belong to one.
    pub memberships: &'a Memberships,
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
    /// How policy simulation answers.
    pub simulator: Simulator,
    /// Where the issuers of identity tokens are reached.
    pub issuer_base: &'a IssuerBase,
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

/// A call whose caller has proved who they are: for no other is a permit made.
///
/// A handler's questions can also be asked of a call by somebody supposed, for an
/// explanation; such a call is not authorized:
///
/// ```compile_fail,E0308
/// use stead_api::sts::GetSessionToken;
/// use stead_service::{Asks, Call, authorize};
///
/// fn permit(asks: &Asks, call: &Call<'_>) {
///     let _ = authorize::<GetSessionToken>(asks, call);
/// }
/// ```
///
/// while one by a verified caller is:
///
/// ```
/// use stead_api::sts::GetSessionToken;
/// use stead_authorizer::VerifiedCaller;
/// use stead_service::{Asks, Call, authorize};
///
/// fn permit(asks: &Asks, call: Call<'_>, caller: &VerifiedCaller) {
///     let _ = authorize::<GetSessionToken>(asks, &call.by(caller));
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedCall<'a> {
    // INVARIANT: `call.caller` is of `caller`.
    call: Call<'a>,
    caller: &'a VerifiedCaller,
}

impl<'a> VerifiedCall<'a> {
    pub(crate) const fn verified_caller(&self) -> &'a VerifiedCaller {
        self.caller
    }
}

impl<'a> Deref for VerifiedCall<'a> {
    type Target = Call<'a>;

    fn deref(&self) -> &Call<'a> {
        &self.call
    }
}

impl<'a> Call<'a> {
    /// The same call, made by this caller.
    #[must_use]
    pub fn by<'b>(self, caller: &'b VerifiedCaller) -> VerifiedCall<'b>
    where
        'a: 'b,
    {
        VerifiedCall { call: Call { caller, ..self }, caller }
    }

    /// The organization that the caller's account belongs to; `None` where it is in none.
    #[must_use]
    pub fn organization(&self) -> Option<&'a Organization> {
        let membership = self.memberships.of(self.account.account())?;
        Some(membership.organization())
    }

    /// Every snapshot that the call sees, that of the caller's account first.
    pub fn snapshots(&self) -> impl Iterator<Item = &'a Snapshot> + use<'a> {
        std::iter::once(self.account).chain(self.others.0.values().map(AsRef::as_ref))
    }

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
