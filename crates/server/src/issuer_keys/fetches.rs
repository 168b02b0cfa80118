//! How fetches of keys have ended.

use super::fault::{Answer, KeyFault};
use crate::metrics::Counter;

/// Counts of fetches, by their end.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    done: Counter,
    unreachable: Counter,
    unusable: Counter,
    untrusted: Counter,
}

impl Fetches {
    pub(super) fn note(&self, fault: Option<&KeyFault>) {
        let count = match fault.map(|fault| fault.cause.answer()) {
            None => &self.done,
            Some(Answer::Communication) => &self.unreachable,
            Some(Answer::NoVerificationKey) => &self.unusable,
            Some(Answer::Thumbprint) => &self.untrusted,
        };
        count.add_one();
    }

    pub(crate) fn values(&self) -> [(&'static str, u64); 4] {
        [
            ("ok", self.done.value()),
            (Answer::Communication.name(), self.unreachable.value()),
            (Answer::NoVerificationKey.name(), self.unusable.value()),
            (Answer::Thumbprint.name(), self.untrusted.value()),
        ]
    }
}
