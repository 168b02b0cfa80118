use std::sync::Arc;

use stead_api::KnownOperation;
use stead_api::iam::AccessAdvisorUsageGranularityType;
use stead_types::{AccountId, Timestamp, UniqueId};

/// The last call of one operation by a user or a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// What was called, allowed or not.
    pub operation: KnownOperation,
    /// When.
    pub at: Timestamp,
    /// The region it was called in.
    pub region: Box<str>,
}

/// What a user or role called, as a report of a moment has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accesses {
    /// The unique id of the user or role.
    pub entity: UniqueId,
    /// The last call of each operation.
    pub accesses: Vec<Access>,
}

/// A report of what services somebody could call and when that was last done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessReport {
    /// Who asked for it, and alone may read it: the user id of GetCallerIdentity.
    pub owner: String,
    /// Whether it tells single actions.
    pub granularity: AccessAdvisorUsageGranularityType,
    /// When it was made.
    pub made_at: Timestamp,
    /// The services that are granted, with the actions that are tracked of them; in order.
    pub services: Vec<(&'static str, Vec<&'static str>)>,
    /// Whose calls count.
    pub entities: Vec<Accesses>,
}

/// Work that a later call asks about by the id that it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// A report about last accesses.
    AccessReport(AccessReport),
    /// The deletion of a service-linked role, which is done.
    RoleDeletion,
}

/// The jobs that were begun lately.
///
/// Kept in memory and for a bounded time: whoever finds none has one made again.
pub trait Jobs {
    /// The job of an account with this id.
    fn find(&self, account: AccountId, id: &str) -> Option<Arc<Job>>;

    /// Keeps a job.
    fn keep(&self, account: AccountId, id: &str, job: Job);
}
