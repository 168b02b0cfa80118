//! Signatures against the public test cases, an independent reading of the
//! specification, and whoever changes a request on its way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed"
)]

mod aws_text;
mod corpus;
mod limits;
mod payload;
mod presigned;
mod properties;
mod reference;
mod request;
mod tampering;
