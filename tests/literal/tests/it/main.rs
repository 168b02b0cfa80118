//! The compiled evaluation against the literal one, and what the comparison reaches.
#![allow(clippy::expect_used, clippy::panic, reason = "a test's own ground")]

mod agreement;
mod distribution;
