//! The policy language twice: what `stead-policy` compiles, checked against a slow
//! evaluator that reads the documented rules literally.
//!
//! - [`literal`] evaluates; it shares the description of the caller with
//!   `stead-policy` and nothing else.
//! - [`generate`] makes documents and requests out of numbers or bytes.
//! - [`agree`] asks both evaluators and compares all they say.
//! - [`shrink`] makes a disagreement small.
//! - [`statistics`] shows that what is generated reaches every rule.
//!
//! Everything here is for tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test's own ground"
)]

pub mod agree;
pub mod generate;
pub mod literal;
pub mod shrink;
pub mod statistics;
