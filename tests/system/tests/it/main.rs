//! The built server, driven from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod audit;
mod audit_disk;
mod backup;
mod cast;
mod crash;
mod denials;
mod disk;
mod drawn;
mod durability;
mod foreign;
mod formats;
mod golden;
mod issuer;
mod kept;
mod key_crashes;
mod keys;
mod large_bodies;
mod malformed;
mod managed_policies;
mod matrix;
mod requirements;
mod revocation;
mod rotation;
mod scenario;
mod simulated;
