//! Passwords, access keys and roles that nobody uses, that are old, or that want a second
//! factor.

mod report;

use std::time::Duration;

use stead_types::{AccountId, Arn, Timestamp};

pub use report::{CredentialReport, CredentialReportError};

use super::finding::AuditFinding;
use super::rule::{self, AuditRule};
use super::{Asked, asker};
use report::{AccessKey, Password, Row};

/// How old an access key may be.
///
/// Spec: AWS Security Hub IAM.3: 90 days.
const KEY_DAYS_MAX: u64 = 90;

/// The seconds of a day.
const DAY: u64 = 86_400;

/// What of the report and of the roles is looked at.
pub(super) struct Credentials<'c> {
    pub(super) reports: &'c [CredentialReport],
    pub(super) now: Timestamp,
    /// After how many days something counts as unused.
    pub(super) unused_days: u32,
}

impl Credentials<'_> {
    pub(super) fn findings(&self, asked: &Asked<'_, '_>) -> Vec<AuditFinding> {
        let rows = self.reports.iter().flat_map(|report| &report.rows);
        let of_rows =
            rows.flat_map(|row| if row.is_root { self.root(row) } else { self.user(row) });
        of_rows.chain(self.roles(asked)).collect()
    }

    /// What could not be looked at.
    pub(super) fn notes(&self, asked: &Asked<'_, '_>) -> Vec<String> {
        let mut notes = Vec::new();
        for account in asked.access.world().accounts() {
            let number = account.snapshot.account();
            if !self.reports.iter().any(|report| report.account == Some(number)) {
                notes.push(format!(
                    "no credential report of account {number} was given: passwords, access keys \
                     and second factors were not looked at"
                ));
            }
            if account.snapshot.role_count() > 0 && account.last_used.is_empty() {
                notes.push(format!(
                    "no role of account {number} says when it was used last: unused ones were not \
                     looked for"
                ));
            }
        }
        notes
    }

    fn root(&self, row: &Row) -> Vec<AuditFinding> {
        let account = row.arn.account().map(|id| id.to_string()).unwrap_or_default();
        let mut findings = Vec::new();
        for key in row.keys.iter().filter(|key| key.is_active) {
            let message = format!("the root user of account {account} has an access key");
            let finding = AuditFinding::new(&rule::ROOT_ACCESS_KEY, &row.arn, message);
            findings.push(finding.detail(key.name).shown_by(row.shown(key.name), None));
        }
        if !row.has_second_factor && row.password != Password::HasNone {
            let message = format!("the root user of account {account} has no second factor");
            let finding = AuditFinding::new(&rule::ROOT_SECOND_FACTOR, &row.arn, message);
            findings.push(finding.shown_by("mfa_active is false in the credential report", None));
        }
        findings
    }

    fn user(&self, row: &Row) -> Vec<AuditFinding> {
        let name = row.arn.resource();
        let mut findings = Vec::new();
        let has_password = row.password == Password::Has;
        if has_password && !row.has_second_factor {
            let message = format!("`{name}` has a password and no second factor");
            let finding = AuditFinding::new(&rule::USER_SECOND_FACTOR, &row.arn, message);
            findings.push(finding.shown_by("mfa_active is false in the credential report", None));
        }
        if has_password {
            findings.extend(self.unused(
                &rule::UNUSED_PASSWORD,
                &row.arn,
                &format!("the password of `{name}`"),
                row.password_last_used,
                row.password_last_changed.or(row.created_at),
            ));
        }
        for key in row.keys.iter().filter(|key| key.is_active) {
            findings.extend(self.key(row, key));
        }
        if !has_password && !row.keys.iter().any(|key| key.is_active) {
            let message = format!("`{name}` has neither a password nor an active access key");
            findings.push(AuditFinding::new(&rule::USER_WITHOUT_CREDENTIALS, &row.arn, message));
        }
        findings
    }

    fn key(&self, row: &Row, key: &AccessKey) -> Vec<AuditFinding> {
        let what = format!("{} of `{}`", key.name, row.arn.resource());
        let unused =
            self.unused(&rule::UNUSED_ACCESS_KEY, &row.arn, &what, key.last_used, key.rotated_at);
        let old = key.rotated_at.filter(|at| self.is_before(*at, KEY_DAYS_MAX)).map(|at| {
            let message = format!("{what} is from {at}, more than {KEY_DAYS_MAX} days ago");
            AuditFinding::new(&rule::OLD_ACCESS_KEY, &row.arn, message)
        });
        let shown = |it: AuditFinding| it.detail(key.name).shown_by(row.shown(key.name), None);
        unused.into_iter().chain(old).map(shown).collect()
    }

    /// What was last used too long ago, or never and is as old.
    fn unused(
        &self,
        rule: &'static AuditRule,
        subject: &Arn,
        what: &str,
        last_used: Option<Timestamp>,
        since: Option<Timestamp>,
    ) -> Option<AuditFinding> {
        let days = u64::from(self.unused_days);
        let message = match (last_used, since) {
            (Some(at), _) if self.is_before(at, days) => {
                format!("{what} was used last at {at}, more than {days} days ago")
            }
            (None, Some(since)) if self.is_before(since, days) => {
                format!("{what} was never used that is known, and is from {since}")
            }
            _ => return None,
        };
        Some(AuditFinding::new(rule, subject, message))
    }

    fn is_before(&self, at: Timestamp, days: u64) -> bool {
        at < self.now.minus(Duration::from_secs(days.saturating_mul(DAY)))
    }

    /// Roles that nobody has assumed for long.
    ///
    /// Spec: IAM API Reference, RoleLastUsed: of the last 400 days; empty where the role was
    /// not used in them.
    fn roles(&self, asked: &Asked<'_, '_>) -> Vec<AuditFinding> {
        let mut findings = Vec::new();
        for account in asked.access.world().accounts() {
            for (arn, used) in account.last_used.iter() {
                if asker::is_linked_to_service(arn) {
                    continue;
                }
                let what = format!("`{}`", arn.resource());
                let (at, since) = (used.last_used, used.created_at);
                let found = self.unused(&rule::UNUSED_ROLE, arn, &what, at, since);
                let place = asked.access.world().place_of_entity(arn).map(str::to_owned);
                findings.extend(found.map(|it| it.shown_by("the role", place)));
            }
        }
        findings
    }
}

impl Row {
    fn shown(&self, key: &str) -> String {
        format!("{key} in the row of `{}` in the credential report", self.name)
    }
}

/// The account that all rows are of.
fn account_of(rows: &[Row]) -> Option<AccountId> {
    rows.first().and_then(|row| row.arn.account())
}
