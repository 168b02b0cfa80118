//! Tests of the public API.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    reason = "a test that panics has failed, which is what it is for"
)]

mod blobs;
mod fixtures;
mod golden;
mod packed;
mod rotation;
mod tampering;
mod tokens;
mod vault;
