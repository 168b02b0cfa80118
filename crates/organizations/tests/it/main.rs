//! The operations of Organizations, called as a client calls them: see `stead_world`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod accounts;
mod administrators;
mod authorization;
mod fixture;
mod handshakes;
mod organization;
mod policies;
mod units;
