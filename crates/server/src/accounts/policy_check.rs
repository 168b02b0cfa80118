//! Says what is wrong with stored policies, beside the requests.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use stead_directory::Snapshot;

/// Looks through the policies of accounts that were loaded: it takes as long as compiling
/// all of them, and nothing depends on it.
///
/// One thread for all accounts, from the first one on: after a start many are loaded at
/// once, and a thread for each would take the processors from calls.
#[derive(Default)]
pub(super) struct PolicyCheck(OnceLock<Sender<Arc<Snapshot>>>);

impl PolicyCheck {
    pub(super) fn look_through(&self, snapshot: Arc<Snapshot>) {
        let sent = self.0.get_or_init(start).send(snapshot);
        if sent.is_err() {
            tracing::warn!("stored policies are not looked through");
        }
    }
}

/// It ends with the sender. Where no thread can be started, the receiver is dropped.
fn start() -> Sender<Arc<Snapshot>> {
    let (sender, loaded) = channel();
    let look = move || look_at(&loaded);
    if let Err(error) = std::thread::Builder::new().name("policy-check".into()).spawn(look) {
        tracing::warn!(%error, "a thread cannot be started");
    }
    sender
}

fn look_at(loaded: &Receiver<Arc<Snapshot>>) {
    for snapshot in loaded {
        super::tell(snapshot.account(), snapshot.damaged_policies());
    }
}
