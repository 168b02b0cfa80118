//! Tokens as issuers sign them, and as attackers change them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod key_sets;
mod refusals;
mod signatures;
mod support;
