//! What `cargo xtask codegen` writes.

mod iam;
mod organizations;
mod sts;
