use std::sync::Arc;

use stead_types::{AccountId, Timestamp};

/// The credential report of an account, as it was made at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// The report: text in the form CSV.
    pub content: Vec<u8>,
}

/// The last credential reports that were made.
///
/// Kept in memory and for a bounded time: whoever finds none has one made again.
pub trait CredentialReports {
    /// The last report of an account.
    fn find(&self, account: AccountId) -> Option<Arc<CredentialReport>>;

    /// Keeps a report in the place of the last one.
    fn keep(&self, account: AccountId, report: CredentialReport);
}
