//! The shell: HTTP, TLS, clock, randomness, caches, denial records, logs, traces.
//!
//! Everything that happens in a process and not in a value lives here. What a
//! request means is decided by the crates below, which are given the time, the
//! random bytes and the snapshots they need.
//!
//! This crate is internal: its interface changes with the `stead` binary.

mod accounts;
pub mod admin;
pub mod audit;
pub mod authorities;
pub mod backup;
pub mod check;
pub mod clock;
mod code_attempts;
pub mod config;
mod credential_reports;
mod denials;
pub mod entropy;
mod gateway;
pub mod http;
pub mod installation;
pub mod issuer_keys;
mod jobs;
mod keys;
pub mod limits;
pub mod logging;
mod managed_policies;
mod metrics;
mod organizations;
mod own_certificate;
pub mod private_file;
pub mod profile;
pub mod request_id;
pub mod root_key;
mod runtime;
#[cfg(test)]
mod scratch;
mod services;
pub mod start;
pub mod throttle;
mod token_keys;
mod traces;

pub use runtime::runtime;
