use std::sync::Arc;

use arc_swap::ArcSwap;
use stead_session::Keyring;
use stead_types::Timestamp;

/// The keyring of a server that runs: a request takes it once and uses it to its end.
#[derive(Debug)]
pub(crate) struct LiveKeyring(ArcSwap<Keyring>);

impl LiveKeyring {
    pub(crate) fn new(keyring: Keyring) -> Self {
        Self(ArcSwap::from_pointee(keyring))
    }

    /// The keyring at this moment. Costs a counter.
    pub(crate) fn current(&self) -> Arc<Keyring> {
        self.0.load_full()
    }

    /// Puts a keyring in place that is durable.
    pub(super) fn replace(&self, keyring: Keyring) {
        self.0.store(Arc::new(keyring));
    }

    /// Whether a key has opened its last session.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        let keyring = self.current();
        keyring.keys().any(|key| key.state.opens_until().is_some_and(|until| until <= now))
    }
}
