//! The compiled evaluation against the literal one, and what the comparison reaches.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's own ground"
)]

mod agreement;
mod corpus;
mod decisions;
mod distribution;
