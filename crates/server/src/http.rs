//! HTTP as far as it goes without knowing AWS: sockets, TLS, bounds, source
//! addresses, health, and a task per request that may end in any way without
//! taking the server along.
//!
//! What a request means is behind [`Respond`].

mod body;
mod connection;
mod exchange;
mod forwarded;
mod idle;
mod large_bodies;
mod listen;
mod medium_bodies;
mod places;
mod pulse;
mod tls;
mod traffic;

pub use exchange::{Arrival, Body, BodyOwner, Readiness, Reply, Respond, Transport};
pub use forwarded::TrustedProxies;
pub use listen::{HttpLimits, Listener, Stop, serve};
pub(crate) use places::network;
pub use tls::{Certificate, TlsError};
pub(crate) use traffic::Traffic;

#[cfg(test)]
mod tests;
