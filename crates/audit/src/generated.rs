//! What `cargo xtask codegen` writes.

mod iam;
mod sts;
