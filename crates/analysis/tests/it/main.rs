//! Tests of what is explained.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod access;
mod agreement;
mod audit;
mod corpus;
mod damaged;
mod denial;
mod export;
mod fixes;
mod identities;
mod mutants;
mod numbers;
mod requests;
mod simulated;
mod supposed;
mod variants;
