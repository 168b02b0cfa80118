//! The operations of STS, called as a client calls them: see `stead_world`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod assume_role;
mod assume_root;
mod denial;
mod duration;
mod federated;
mod federation_token;
mod mfa;
mod organization;
mod requests;
mod saml;
mod saml_encryption;
mod session_token;
mod source_identity;
mod tags;
mod web_identity;
