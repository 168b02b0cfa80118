//! From a request to its answer: the one place where the pure crates meet.
//!
//! A request is read ([`stead_query`]), its caller is established
//! ([`authenticate`]), the operation is planned, authorized and carried out over
//! snapshots ([`plan`], [`perform`]), and what changed is durable before the
//! answer leaves.

mod answer;
mod authenticate;
mod federate;
mod federate_saml;
mod log_line;
mod perform;
mod plan;
mod record;
mod refused_call;
mod refused_proof;
mod region;
mod registered_service;
#[cfg(test)]
mod tests;
mod token_issuer;

use std::sync::{Arc, Mutex};

use stead_service::{IssuerBase, LoopbackIssuers, Simulator};
use stead_sigv4::SigningKeyCache;
use stead_store::Store;
use tokio::sync::Semaphore;

use crate::accounts::Accounts;
use crate::audit::AuditLog;
use crate::clock::Clock;
use crate::code_attempts::CodeAttempts;
use crate::config::{Region, Saml};
use crate::credential_reports::ReportLog;
use crate::denials::DenialLog;
use crate::issuer_keys::IssuerKeys;
use crate::jobs::JobLog;
use crate::keys::LiveKeyring;
use crate::limits::{PASSWORD_TURNS, SAML_QUEUE_MAX, SAML_VERIFICATIONS_MAX, SIGNING_KEYS_MAX};
use crate::metrics::Metrics;
use crate::organizations::Organizations;
use crate::services::LiveServices;
use crate::throttle::{Rates, Throttle};
use crate::traces::Traces;

pub(crate) use self::log_line::CallLines;

/// Answers the requests of STS, IAM and Organizations.
pub(crate) struct Gateway<S> {
    accounts: Arc<Accounts<S>>,
    organizations: Arc<Organizations<S>>,
    keyring: Arc<LiveKeyring>,
    /// Those that sign with a key of their own.
    services: Arc<LiveServices>,
    clock: Arc<dyn Clock>,
    style: DenialStyle,
    /// Bound: [`SIGNING_KEYS_MAX`]; see [`SigningKeyCache`] for the rest.
    signing_keys: Mutex<SigningKeyCache>,
    denials: DenialLog,
    reports: ReportLog,
    jobs: JobLog,
    code_attempts: CodeAttempts,
    /// How many passwords may be hashed at a time.
    password_turns: Semaphore,
    throttle: Throttle,
    issuer_keys: IssuerKeys,
    loopback_issuers: LoopbackIssuers,
    saml: Saml,
    simulator: Simulator,
    issuer_base: IssuerBase,
    /// Where STS gives out no credentials.
    inactive_sts_regions: Vec<Region>,
    /// Bound: [`SAML_VERIFICATIONS_MAX`].
    saml_places: Arc<Semaphore>,
    /// Those with a place and those that wait for one. Bound: [`SAML_QUEUE_MAX`].
    saml_queue: Arc<Semaphore>,
    /// Where calls are recorded, if they are.
    audit: Option<Arc<AuditLog>>,
    call_lines: CallLines,
    metrics: Arc<Metrics>,
    traces: Traces,
}

/// What the message of a denial refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DenialStyle {
    /// The id under which this process keeps the denial.
    Id,
    /// The denial itself, sealed.
    Sealed,
    /// Nothing: messages are exactly AWS's.
    Strict,
}

impl<S: Store> Gateway<S> {
    pub(crate) fn new(
        organizations: Arc<Organizations<S>>,
        keyring: Arc<LiveKeyring>,
        clock: Arc<dyn Clock>,
        style: DenialStyle,
        issuer_keys: IssuerKeys,
        saml: Saml,
        rates: Rates,
    ) -> Self {
        let loopback_issuers = issuer_keys.loopback();
        Self {
            accounts: Arc::clone(organizations.accounts()),
            organizations,
            keyring,
            services: Arc::default(),
            clock,
            style,
            signing_keys: Mutex::new(SigningKeyCache::new(SIGNING_KEYS_MAX)),
            denials: DenialLog::new(),
            reports: ReportLog::new(),
            jobs: JobLog::new(),
            code_attempts: CodeAttempts::new(),
            password_turns: Semaphore::new(PASSWORD_TURNS),
            throttle: Throttle::new(rates),
            issuer_keys,
            loopback_issuers,
            saml,
            simulator: Simulator::default(),
            issuer_base: IssuerBase::new(""),
            inactive_sts_regions: Vec::new(),
            saml_places: Arc::new(Semaphore::new(SAML_VERIFICATIONS_MAX)),
            saml_queue: Arc::new(Semaphore::new(SAML_QUEUE_MAX)),
            audit: None,
            call_lines: CallLines::All,
            metrics: Arc::default(),
            traces: Traces::default(),
        }
    }

    /// The same, with policy simulation that answers so.
    #[must_use]
    pub(crate) const fn simulating(mut self, simulator: Simulator) -> Self {
        self.simulator = simulator;
        self
    }

    /// The same, with issuers of identity tokens below this URL.
    #[must_use]
    pub(crate) fn issuing(mut self, issuer_base: IssuerBase) -> Self {
        self.issuer_base = issuer_base;
        self
    }

    /// The same, for these registered services too.
    #[must_use]
    pub(crate) fn serving(mut self, services: Arc<LiveServices>) -> Self {
        self.services = services;
        self
    }

    /// The same, with no credentials from STS in these regions.
    #[must_use]
    pub(crate) fn without_sts_in(mut self, regions: Vec<Region>) -> Self {
        self.inactive_sts_regions = regions;
        self
    }

    /// The same, recording every call.
    #[must_use]
    pub(crate) fn recording(mut self, audit: Option<Arc<AuditLog>>) -> Self {
        self.audit = audit;
        self
    }

    /// The same, with log lines of these calls.
    #[must_use]
    pub(crate) const fn logging(mut self, call_lines: CallLines) -> Self {
        self.call_lines = call_lines;
        self
    }

    /// The same, with a span for every request.
    #[must_use]
    pub(crate) fn tracing(mut self, traces: Traces) -> Self {
        self.traces = traces;
        self
    }

    /// What it counts.
    pub(crate) const fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}

impl<S> std::fmt::Debug for Gateway<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").field("style", &self.style).finish_non_exhaustive()
    }
}
