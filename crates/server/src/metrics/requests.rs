//! Requests, by what was asked and what became of it.

use std::collections::BTreeMap;
use std::time::Duration;

use stead_api::iam::IamOperation;
use stead_api::organizations::OrganizationsOperation;
use stead_api::sts::StsOperation;
use stead_api::{ErrorCode, KnownOperation, Service};

use super::number::{Counter, Histogram};

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered.
    Ok,
    /// A policy said no.
    Denied,
    /// Something else about it was wrong, or there was too much of it.
    Refused,
    /// The server could not.
    Failed,
}

/// How often an operation came to what.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) ok: Counter,
    pub(super) denied: Counter,
    pub(super) refused: Counter,
    pub(super) failed: Counter,
}

/// Every operation and every error code has its place from the start.
#[derive(Debug)]
pub(crate) struct Requests {
    pub(super) operations: BTreeMap<KnownOperation, Outcomes>,
    /// Requests that name no operation, or none that there is.
    pub(super) unknown: Outcomes,
    pub(super) errors: BTreeMap<ErrorCode, Counter>,
    pub(super) sts_seconds: Histogram,
    pub(super) iam_seconds: Histogram,
    pub(super) organizations_seconds: Histogram,
    pub(super) unknown_seconds: Histogram,
}

impl Default for Requests {
    fn default() -> Self {
        let sts = StsOperation::ALL.iter().copied().map(KnownOperation::Sts);
        let iam = IamOperation::ALL.iter().copied().map(KnownOperation::Iam);
        let organizations = OrganizationsOperation::ALL.iter().copied();
        let all = sts.chain(iam).chain(organizations.map(KnownOperation::Organizations));
        Self {
            operations: all.map(|known| (known, Outcomes::default())).collect(),
            unknown: Outcomes::default(),
            errors: ErrorCode::ALL.iter().map(|code| (*code, Counter::default())).collect(),
            sts_seconds: Histogram::default(),
            iam_seconds: Histogram::default(),
            organizations_seconds: Histogram::default(),
            unknown_seconds: Histogram::default(),
        }
    }
}

impl Requests {
    /// Notes an answer: two searches in trees that never change, four additions.
    pub(crate) fn note(
        &self,
        operation: Option<KnownOperation>,
        outcome: Outcome,
        error: Option<ErrorCode>,
        took: Duration,
    ) {
        let outcomes = operation.and_then(|known| self.operations.get(&known));
        outcomes.unwrap_or(&self.unknown).of(outcome).add_one();
        if let Some(errors) = error.and_then(|code| self.errors.get(&code)) {
            errors.add_one();
        }
        self.seconds(operation).note(took);
    }

    /// Credentials that were given out.
    pub(super) fn sessions_issued(&self) -> impl Iterator<Item = (&'static str, u64)> {
        const ISSUE: [StsOperation; 5] = [
            StsOperation::AssumeRole,
            StsOperation::AssumeRoleWithSAML,
            StsOperation::AssumeRoleWithWebIdentity,
            StsOperation::GetFederationToken,
            StsOperation::GetSessionToken,
        ];
        ISSUE.into_iter().map(|operation| {
            let outcomes = self.operations.get(&KnownOperation::Sts(operation));
            (operation.name(), outcomes.map_or(0, |outcomes| outcomes.ok.value()))
        })
    }

    fn seconds(&self, operation: Option<KnownOperation>) -> &Histogram {
        match operation.map(KnownOperation::service) {
            Some(Service::Sts) => &self.sts_seconds,
            Some(Service::Iam) => &self.iam_seconds,
            Some(Service::Organizations) => &self.organizations_seconds,
            None => &self.unknown_seconds,
        }
    }
}

impl Outcomes {
    const fn of(&self, outcome: Outcome) -> &Counter {
        match outcome {
            Outcome::Ok => &self.ok,
            Outcome::Denied => &self.denied,
            Outcome::Refused => &self.refused,
            Outcome::Failed => &self.failed,
        }
    }

    pub(super) fn values(&self) -> [(&'static str, u64); 4] {
        [
            ("ok", self.ok.value()),
            ("denied", self.denied.value()),
            ("refused", self.refused.value()),
            ("failed", self.failed.value()),
        ]
    }
}
