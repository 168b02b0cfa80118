//! The built binary, as people and scripts meet it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "in a test, a surprise is a failure, and waiting for a process takes a clock"
)]

mod access;
mod audit;
mod audit_issuers;
mod calls;
mod crash;
mod credentials;
mod endings;
mod exec;
mod explain;
mod explain_accounts;
mod golden;
mod lint;
mod process;
mod running;
mod running_organization;
mod simulate;
mod token;
mod token_saml;
mod traces;
mod troubleshooting;
