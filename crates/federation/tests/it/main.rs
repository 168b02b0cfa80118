//! Tokens as issuers sign them, metadata as providers write it, and both as attackers
//! change them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed"
)]

mod compact;
mod conditions;
mod discovery;
mod key_sets;
mod properties;
mod refusals;
mod saml_claims;
mod saml_documents;
mod saml_encryption;
mod saml_identity_providers;
mod saml_metadata;
mod saml_responses;
mod saml_signatures;
mod saml_support;
mod saml_wrapping;
mod saml_xmlsec;
mod session;
mod signatures;
mod support;
mod wycheproof;
