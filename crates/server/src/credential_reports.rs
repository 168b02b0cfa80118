//! The last credential report of each account.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use stead_service::{CredentialReport, CredentialReports};
use stead_types::AccountId;

use crate::limits::{REPORT_BYTES_MAX, REPORT_LIFETIME};

/// Reports by their account.
///
/// Bound: [`REPORT_BYTES_MAX`], the least recently used go first; each is gone after
/// [`REPORT_LIFETIME`]. Nothing is invalidated: a report is of its moment. It tells no
/// secret, and who may read it is asked each time.
#[derive(Debug)]
pub(crate) struct ReportLog(Cache<AccountId, Arc<CredentialReport>>);

impl ReportLog {
    pub(crate) fn new() -> Self {
        let weigh = |_: &AccountId, report: &Arc<CredentialReport>| {
            u32::try_from(report.content.len()).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(REPORT_BYTES_MAX)
                .weigher(weigh)
                .time_to_live(REPORT_LIFETIME)
                // The default would rather keep the old than admit the new.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl CredentialReports for ReportLog {
    fn find(&self, account: AccountId) -> Option<Arc<CredentialReport>> {
        self.0.get(&account)
    }

    fn keep(&self, account: AccountId, report: CredentialReport) {
        self.0.insert(account, Arc::new(report));
    }
}

/// A day and not the four hours of a report: that one has expired is told as such.
const _: () = assert!(REPORT_LIFETIME.as_secs() > Duration::from_secs(4 * 3_600).as_secs());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_report_of_an_account_is_found() {
        let log = ReportLog::new();
        let [one, other]: [AccountId; 2] =
            ["111122223333", "444455556666"].map(|number| number.parse().unwrap());
        let report = |second| CredentialReport {
            made_at: stead_types::Timestamp::from_epoch_seconds(second),
            content: Vec::new(),
        };
        log.keep(one, report(1));
        log.keep(one, report(2));
        assert_eq!(log.find(one).as_deref(), Some(&report(2)));
        assert_eq!(log.find(other), None);
    }
}
