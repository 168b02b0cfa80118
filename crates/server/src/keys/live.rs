use std::sync::Arc;

use arc_swap::ArcSwap;
use stead_session::Keyring;

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
}
