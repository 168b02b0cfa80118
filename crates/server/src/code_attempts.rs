//! Wrong one-time codes, counted so that they cannot be guessed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use stead_types::Arn;

use crate::limits::{CODE_ATTEMPTS_MAX, CODE_ATTEMPTS_WINDOW, CODE_DEVICES_MAX};

/// Wrong codes by the serial number of their device, which names its account.
///
/// Bound: [`CODE_DEVICES_MAX`], the least recently used go first; only the owner of a
/// device makes an entry. Each is gone [`CODE_ATTEMPTS_WINDOW`] after its first code.
/// A restart forgets all, which gives a guesser one more window.
#[derive(Debug)]
pub(crate) struct CodeAttempts(Cache<Arn, Arc<AtomicU32>>);

impl CodeAttempts {
    pub(crate) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(CODE_DEVICES_MAX)
                .time_to_live(CODE_ATTEMPTS_WINDOW)
                // The default would rather keep the old than admit the new.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }
}

impl stead_service::CodeAttempts for CodeAttempts {
    fn begin(&self, serial: &Arn) -> bool {
        let wrong = self.0.get_with(serial.clone(), Arc::default);
        let counted = |count: u32| (count < CODE_ATTEMPTS_MAX).then(|| count + 1);
        wrong.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted).is_ok()
    }

    fn right(&self, serial: &Arn) {
        if let Some(wrong) = self.0.get(serial) {
            let counted = |count: u32| count.checked_sub(1);
            // There is nothing to take back in an entry that is new by now.
            let _ = wrong.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted);
        }
    }
}

#[cfg(test)]
mod tests {
    use stead_service::CodeAttempts as _;

    use super::*;

    #[test]
    fn wrong_codes_are_bounded_per_device_and_right_ones_are_not() {
        let attempts = CodeAttempts::new();
        let [one, other]: [Arn; 2] = ["one", "other"]
            .map(|name| format!("arn:aws:iam::111122223333:mfa/{name}").parse().unwrap());
        for _ in 0..2 * CODE_ATTEMPTS_MAX {
            assert!(attempts.begin(&one));
            attempts.right(&one);
        }
        for _ in 0..CODE_ATTEMPTS_MAX {
            assert!(attempts.begin(&one));
        }
        assert!(!attempts.begin(&one));
        assert!(!attempts.begin(&one));
        assert!(attempts.begin(&other));
    }
}
