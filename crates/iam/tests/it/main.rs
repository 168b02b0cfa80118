//! The operations of IAM, called as a client calls them: see `stead_world`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod account_details;
mod authorization;
mod corpus;
mod credential_report;
mod credentials;
mod delegation;
mod documents;
mod drawn_rules;
mod identity_providers;
mod outbound_federation;
mod policy_asks;
mod root_access;
mod script;
mod service_access;
mod simulation;
mod trust_policies;
mod wire;
