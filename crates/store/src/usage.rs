use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use stead_types::Timestamp;
use thiserror::Error;

use crate::{Aggregate, RecordKey, UsageDetail, limits};

/// The last use of something, such as an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// When it was used.
    pub used_at: Timestamp,
    /// With what it was used, such as `sts/us-east-1`.
    pub detail: UsageDetail,
}

/// Uses that wait to be recorded, the latest of each thing only.
///
/// Uses are noted here in memory and recorded together from time to time, so
/// that a use costs no write. What was not recorded is lost with the process:
/// "last used" is a hint for people and never part of a decision.
#[derive(Clone, Debug, Default)]
pub struct UsageBatch {
    // INVARIANT: at most `limits::USAGE_BATCH_MAX` entries.
    uses: BTreeMap<(Aggregate, RecordKey), LastUse>,
}

/// The batch takes nothing new before it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a batch notes at most {} uses", limits::USAGE_BATCH_MAX)]
pub struct UsageBatchFull;

impl UsageBatch {
    /// Notes a use, unless a later one is noted.
    ///
    /// # Errors
    /// A full batch takes no use of what it does not know yet.
    pub fn note(
        &mut self,
        aggregate: Aggregate,
        key: RecordKey,
        last_use: LastUse,
    ) -> Result<(), UsageBatchFull> {
        let full = self.uses.len() >= limits::USAGE_BATCH_MAX;
        match self.uses.entry((aggregate, key)) {
            Entry::Occupied(mut known) => {
                if known.get().used_at <= last_use.used_at {
                    known.insert(last_use);
                }
            }
            Entry::Vacant(_) if full => return Err(UsageBatchFull),
            Entry::Vacant(place) => {
                place.insert(last_use);
            }
        }
        Ok(())
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.uses.is_empty()
    }

    /// What waits, by aggregate and key.
    pub fn iter(&self) -> impl Iterator<Item = (&Aggregate, &RecordKey, &LastUse)> {
        self.uses.iter().map(|((aggregate, key), last_use)| (aggregate, key, last_use))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_use(seconds: i64, detail: &str) -> LastUse {
        LastUse { used_at: Timestamp::from_epoch_seconds(seconds), detail: detail.parse().unwrap() }
    }

    #[test]
    fn the_latest_use_stays() {
        let mut batch = UsageBatch::default();
        assert!(batch.is_empty());
        for (seconds, detail) in [(20, "first"), (30, "latest"), (10, "late"), (29, "later")] {
            let key = "key/AKIAEXAMPLE".parse().unwrap();
            batch.note(Aggregate::Installation, key, last_use(seconds, detail)).unwrap();
        }
        let noted: Vec<_> = batch.iter().map(|(_, _, noted)| noted.clone()).collect();
        assert_eq!(noted, [last_use(30, "latest")]);
    }

    #[test]
    fn a_full_batch_still_updates_what_it_knows() {
        let mut batch = UsageBatch::default();
        let mut note = |index: usize, seconds| {
            let key = format!("key/{index}").parse().unwrap();
            batch.note(Aggregate::Installation, key, last_use(seconds, "sts"))
        };
        for index in 0..limits::USAGE_BATCH_MAX {
            assert_eq!(note(index, 1), Ok(()));
        }
        assert_eq!(note(0, 2), Ok(()));
        assert_eq!(note(limits::USAGE_BATCH_MAX, 2), Err(UsageBatchFull));
    }
}
