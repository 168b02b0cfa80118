//! The operations of Organizations, called as a client calls them: see `stead_world`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod organization;
