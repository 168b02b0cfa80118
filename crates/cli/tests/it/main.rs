//! The built binary, as people and scripts meet it.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "in a test, a surprise is a failure, and waiting for a process takes a clock"
)]

mod crash;
mod endings;
mod process;
