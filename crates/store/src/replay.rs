use stead_types::Timestamp;

use crate::{Aggregate, GuardKey};

/// Something that may be used once: a step of a one-time password, an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayGuard {
    /// Where the proof belongs; guards of different aggregates never meet.
    pub aggregate: Aggregate,
    /// What was used.
    pub key: GuardKey,
    /// When the guard may be forgotten: later than the proof's own end by at
    /// least what a clock may be set back, or it could be used again then.
    pub expires_at: Timestamp,
}

/// Whether something that may be used once was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    /// It was not, and now counts as used, also after a restart.
    Fresh,
    /// It was, or the guard has expired already and would protect nothing.
    Seen,
}
