//! Checks of the repository itself.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod graph;
