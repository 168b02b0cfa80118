//! The SQLite backend: the suite every store passes, and what is its own:
//! opening, modes, locks, backups and crashes.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod backup;
mod conformance;
mod crash;
mod erasure;
mod model;
mod opening;
mod place;
