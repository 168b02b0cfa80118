//! What calls have begun and later ones ask about.

use std::mem::size_of;
use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use stead_service::{Access, Job, Jobs};
use stead_types::AccountId;

use crate::limits::{JOB_BYTES_MAX, JOB_LIFETIME};

/// Jobs by their account and id.
///
/// Bound: [`JOB_BYTES_MAX`], the least recently used go first; each is gone after
/// [`JOB_LIFETIME`]. Nothing is invalidated: a report is of its moment. Who may read one is
/// asked each time.
#[derive(Debug)]
pub(crate) struct JobLog(Cache<(AccountId, String), Arc<Job>>);

impl JobLog {
    pub(crate) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(JOB_BYTES_MAX)
                .weigher(|(_, id): &(AccountId, String), job: &Arc<Job>| {
                    u32::try_from(id.len().saturating_add(bytes(job))).unwrap_or(u32::MAX)
                })
                .time_to_live(JOB_LIFETIME)
                // The default would rather keep the old than admit the new.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

/// About how much memory a job takes.
fn bytes(job: &Job) -> usize {
    let Job::AccessReport(report) = job else { return size_of::<Job>() };
    let actions = report.services.iter().map(|(_, actions)| actions.len().saturating_add(2));
    let accesses = report.entities.iter().map(|entity| entity.accesses.len().saturating_add(1));
    let actions: usize = actions.sum::<usize>().saturating_mul(size_of::<&str>());
    let accesses: usize = accesses.sum::<usize>().saturating_mul(size_of::<Access>() * 2);
    actions.saturating_add(accesses).saturating_add(size_of::<Job>())
}

impl Jobs for JobLog {
    fn find(&self, account: AccountId, id: &str) -> Option<Arc<Job>> {
        self.0.get(&(account, id.to_owned()))
    }

    fn keep(&self, account: AccountId, id: &str, job: Job) {
        self.0.insert((account, id.to_owned()), Arc::new(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_in_its_account_alone() {
        let log = JobLog::new();
        let [one, other]: [AccountId; 2] =
            ["111122223333", "444455556666"].map(|number| number.parse().unwrap());
        log.keep(one, "a", Job::RoleDeletion);
        assert_eq!(log.find(one, "a").as_deref(), Some(&Job::RoleDeletion));
        assert_eq!((log.find(one, "b"), log.find(other, "a")), (None, None));
    }
}
