//! Foreign proofs of identity, read and verified. No I/O, no clock, no store.
//!
//! [`oidc`] turns a token of an OpenID Connect provider, the provider's keys and the
//! time into verified claims, and those into what AWS makes of them: condition keys,
//! session tags, authorized roles and a source identity.
//!
//! This crate is internal: its API may change with the services that use it.

pub mod oidc;
