//! What a listener counts.

use crate::metrics::{Counter, Gauge};

/// Connections, and requests that nobody looked at.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) open: Gauge,
    pub(crate) accepted: Counter,
    pub(crate) refused_address: Counter,
    pub(crate) refused_all: Counter,
    /// Closed, since others needed the place.
    pub(crate) made_room: Counter,
    pub(crate) handshakes_failed: Counter,
    pub(crate) shed_overload: Counter,
    pub(crate) shed_bodies: Counter,
    /// Requests that took too long or whose task failed.
    pub(crate) unfinished: Counter,
}
