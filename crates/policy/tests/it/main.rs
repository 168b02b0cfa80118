//! Case files and properties.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this whole crate is tests; a panic is a failed test"
)]

mod completions;
mod conditions;
mod corpus;
mod decisions;
mod extremes;
mod grammar;
mod index;
mod managed;
mod points;
mod properties;
mod rewriting;
mod traces;
mod unknown;
