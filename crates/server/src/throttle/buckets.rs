use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::{BuildHasher as _, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::{BUCKET_DEPTH, BUCKETS_PER_SHARD_MAX};

/// How many parts of the table can be looked at at once.
const SHARDS: usize = 64;

const NANOSECONDS: u64 = 1_000_000_000;

/// Token buckets of one rate, by key.
///
/// A bucket is one number, the moment at which it is full again (the generic cell rate
/// algorithm, as in ITU-T I.371). One that is full says nothing and is forgotten when room
/// is needed. Bound: 64 times [`BUCKETS_PER_SHARD_MAX`]; where none is full, the fullest
/// goes, so that whoever has more addresses than there is room wins a new bucket for each,
/// and nobody loses what they may send.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    /// Between two tokens, in nanoseconds.
    interval: u64,
    /// How far ahead of now a bucket may be full, in nanoseconds.
    depth: u64,
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<K, u64>>>,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    /// Buckets that get `rate` tokens a second and hold those of [`BUCKET_DEPTH`].
    pub(super) fn new(rate: u32) -> Self {
        let interval = NANOSECONDS / u64::from(rate.max(1));
        Self {
            interval,
            depth: nanoseconds(BUCKET_DEPTH).max(interval),
            hasher: RandomState::new(),
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
        }
    }

    /// Takes a token at a moment of a clock that never goes back; no where there is none.
    pub(super) fn take(&self, key: K, now: Duration) -> bool {
        let now = nanoseconds(now);
        let mut shard = self.shard(&key);
        if shard.len() >= BUCKETS_PER_SHARD_MAX && !shard.contains_key(&key) {
            make_room(&mut shard, now);
        }
        let full_at = match shard.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(now),
        };
        let next = (*full_at).max(now).saturating_add(self.interval);
        let has_token = next - now <= self.depth;
        if has_token {
            *full_at = next;
        }
        has_token
    }

    /// Puts a token back that was taken.
    pub(super) fn give_back(&self, key: &K) {
        if let Some(full_at) = self.shard(key).get_mut(key) {
            *full_at = full_at.saturating_sub(self.interval);
        }
    }

    fn shard(&self, key: &K) -> MutexGuard<'_, HashMap<K, u64>> {
        let shards = u64::try_from(SHARDS).unwrap_or(1);
        let place = usize::try_from(self.hasher.hash_one(key) % shards).unwrap_or(0);
        #[expect(clippy::indexing_slicing, reason = "a remainder of the number of shards is one")]
        let shard = &self.shards[place];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets the buckets that are full, or, where none is, the fullest. A few microseconds.
fn make_room<K: Copy + Eq + Hash>(shard: &mut HashMap<K, u64>, now: u64) {
    shard.retain(|_, full_at| *full_at > now);
    if shard.len() >= BUCKETS_PER_SHARD_MAX {
        let fullest = shard.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| *key);
        if let Some(key) = fullest {
            shard.remove(&key);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(1000);

    fn taken(buckets: &Buckets<u32>, key: u32, now: Duration, times: u32) -> u32 {
        (0..times).map(|_| u32::from(buckets.take(key, now))).sum()
    }

    #[test]
    fn a_bucket_holds_what_comes_in_its_depth_and_fills_at_its_rate() {
        let depth = u32::try_from(BUCKET_DEPTH.as_secs()).unwrap();
        let buckets = Buckets::new(10);
        assert_eq!(taken(&buckets, 1, START, 100), 10 * depth);
        assert_eq!(taken(&buckets, 1, START + Duration::from_millis(99), 5), 0);
        assert_eq!(taken(&buckets, 1, START + Duration::from_millis(100), 5), 1);
        assert_eq!(taken(&buckets, 1, START + Duration::from_secs(1), 100), 9);
        assert_eq!(taken(&buckets, 1, START + Duration::from_secs(3600), 100), 10 * depth);
        assert_eq!(taken(&buckets, 2, START, 100), 10 * depth, "another has its own");
    }

    #[test]
    fn the_lowest_rate_still_gives_a_token() {
        let buckets = Buckets::new(1);
        assert!(taken(&buckets, 1, START, 100) >= 1);
        assert_eq!(taken(&buckets, 1, START + Duration::from_secs(1), 100), 1);
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_no_more() {
        let buckets = Buckets::new(1);
        let all = taken(&buckets, 1, START, 100);
        buckets.give_back(&1);
        assert_eq!(taken(&buckets, 1, START, 100), 1);
        for _ in 0..100 {
            buckets.give_back(&1);
        }
        assert_eq!(taken(&buckets, 1, START, 100), all, "a bucket is never more than full");
    }

    #[test]
    fn the_table_is_bounded_and_the_emptiest_bucket_stays() {
        let buckets = Buckets::new(1);
        let spent = taken(&buckets, 0, START, 100);
        assert!(spent > 0);
        let many = u32::try_from(3 * SHARDS * BUCKETS_PER_SHARD_MAX).unwrap();
        for key in 1..many {
            assert!(buckets.take(key, START));
        }
        let entries: usize = buckets.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(entries <= SHARDS * BUCKETS_PER_SHARD_MAX);
        assert_eq!(taken(&buckets, 0, START, 100), 0);
    }
}
