//! The server as its clients meet it: over sockets, with real signatures.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "in a test, a surprise is a failure"
)]

mod authentication;
mod client;
mod connection;
mod denials;
mod json_protocol;
mod large_bodies;
mod metrics;
mod proxies;
mod refused_calls;
mod services;
mod storage;
mod throttle;
mod tls;
mod token_issuer;
mod wire;
