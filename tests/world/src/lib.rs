//! Accounts, callers and signed calls in memory, for the tests of the services.
//!
//! A [`World`] does what the shell does, without a socket, a store or a clock: it
//! signs and verifies a request, identifies the caller, asks, executes, and keeps
//! what changed. Nothing of the path of a call is left out but bytes on a wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's own ground")]

mod call;
mod entropy;
mod issuer;
mod organization;
mod population;
mod saml_idp;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use stead_directory::Snapshot;
use stead_directory::organization::Organization;
use stead_service::{
    Access, AssertionUse, CodeAttempts, CredentialReport, CredentialReports, DenialRecord,
    DenialRecords, IssuerBase, Job, Jobs, LastUsed, LoopbackIssuers, ReplayGuard, Simulator, Usage,
};
use stead_session::Keyring;
use stead_session::vault::{AccountVault, DataKey};
use stead_types::{AccessKeyId, AccountId, Arn, Secret, Timestamp, UniqueId};

pub use call::Failure;
pub use entropy::Counted;
pub use issuer::{Issuer, TokenKey, token_claims};
pub use population::METADATA_VALID_SECONDS;
pub use saml_idp::{DECRYPTION_KEY, Said, SamlIdp};

/// When every world begins: 2026-03-01T12:00:00Z.
pub const BEGINNING: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// An installation in memory.
#[derive(Debug)]
pub struct World {
    /// The present moment; tests move it.
    pub now: Timestamp,
    /// The guards that calls have claimed, in order.
    pub guards: Vec<ReplayGuard>,
    accounts: BTreeMap<AccountId, Hosted>,
    organizations: Vec<Arc<Organization>>,
    keyring: Keyring,
    entropy: Counted,
    denials: Denials,
    /// By the id of the key or the role.
    usage: BTreeMap<String, LastUsed>,
    /// The calls of users and roles, by their unique ids; only what a test says.
    pub accesses: BTreeMap<UniqueId, Vec<Access>>,
    /// How many wrong one-time codes are looked at; any number unless a test says so.
    pub wrong_codes_left: CodesLeft,
    /// Issuers that do not answer when they are registered.
    pub silent_issuers: Vec<String>,
    /// The last credential reports.
    pub reports: Reports,
    /// The last jobs.
    pub jobs: KeptJobs,
    /// Whether issuers on the loopback may be registered in plain text.
    pub loopback_issuers: LoopbackIssuers,
    /// How often one SAML assertion is good.
    pub assertion_use: AssertionUse,
    /// How policy simulation answers.
    pub simulator: Simulator,
    /// Where the issuers of identity tokens are reached.
    pub issuer_base: IssuerBase,
}

#[derive(Debug)]
struct Hosted {
    snapshot: Snapshot,
    vault: AccountVault,
}

/// Credentials as a client holds them.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: Secret<String>,
    /// The session token of temporary credentials.
    pub session_token: Option<Secret<String>>,
}

#[derive(Debug, Default)]
struct Denials(RefCell<BTreeMap<String, Arc<DenialRecord>>>);

impl DenialRecords for Denials {
    fn find(&self, encoded_message: &str) -> Option<Arc<DenialRecord>> {
        self.0.borrow().get(encoded_message).cloned()
    }
}

/// How many wrong one-time codes are looked at, whatever the device.
#[derive(Debug)]
pub struct CodesLeft(pub Cell<u32>);

impl CodeAttempts for CodesLeft {
    fn begin(&self, _: &Arn) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }

    fn right(&self, _: &Arn) {
        self.0.set(self.0.get() + 1);
    }
}

/// The last credential reports.
#[derive(Debug, Default)]
pub struct Reports(RefCell<BTreeMap<AccountId, Arc<CredentialReport>>>);

impl CredentialReports for Reports {
    fn find(&self, account: AccountId) -> Option<Arc<CredentialReport>> {
        self.0.borrow().get(&account).cloned()
    }

    fn keep(&self, account: AccountId, report: CredentialReport) {
        self.0.borrow_mut().insert(account, Arc::new(report));
    }
}

/// The last jobs.
#[derive(Debug, Default)]
pub struct KeptJobs(RefCell<BTreeMap<(AccountId, String), Arc<Job>>>);

impl Jobs for KeptJobs {
    fn find(&self, account: AccountId, id: &str) -> Option<Arc<Job>> {
        self.0.borrow().get(&(account, id.to_owned())).cloned()
    }

    fn keep(&self, account: AccountId, id: &str, job: Job) {
        self.0.borrow_mut().insert((account, id.to_owned()), Arc::new(job));
    }
}

impl Usage for World {
    fn key_last_used(&self, key: &AccessKeyId) -> Option<LastUsed> {
        self.usage.get(key.as_str()).cloned()
    }

    fn role_last_used(&self, role: &UniqueId) -> Option<LastUsed> {
        self.usage.get(role.as_str()).cloned()
    }

    fn accesses(&self, principal: &UniqueId) -> Vec<Access> {
        self.accesses.get(principal).cloned().unwrap_or_default()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world without accounts.
    #[must_use]
    pub fn new() -> Self {
        let mut entropy = Counted::default();
        Self {
            now: BEGINNING,
            guards: Vec::new(),
            accounts: BTreeMap::new(),
            organizations: Vec::new(),
            keyring: Keyring::new(BEGINNING, &mut entropy),
            entropy,
            denials: Denials::default(),
            usage: BTreeMap::new(),
            accesses: BTreeMap::new(),
            jobs: KeptJobs::default(),
            wrong_codes_left: CodesLeft(Cell::new(1_000)),
            reports: Reports::default(),
            silent_issuers: Vec::new(),
            loopback_issuers: LoopbackIssuers::Refused,
            assertion_use: AssertionUse::default(),
            simulator: Simulator::default(),
            issuer_base: IssuerBase::new("https://sts.example.com"),
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(std::time::Duration::from_secs(seconds));
    }

    /// An account as it is now.
    #[must_use]
    pub fn account(&self, account: AccountId) -> &Snapshot {
        &self.accounts.get(&account).expect("a hosted account").snapshot
    }

    /// Says when a key or a role was last used, by its id.
    pub fn used(&mut self, id: &str, last: LastUsed) {
        self.usage.insert(id.to_owned(), last);
    }

    fn new_vault(&mut self, account: AccountId) -> AccountVault {
        AccountVault::new(account, &DataKey::generate(&mut self.entropy))
    }
}
