//! One function per parser of outside bytes, and for the policy language one each for
//! patterns and decisions.
//!
//! Each takes whatever bytes come, must neither panic nor hang, and asserts what must
//! hold of everything the parser accepts. Those of the policy language build without
//! the rest: `--no-default-features`.

#[cfg(feature = "administration")]
mod administration;
#[cfg(feature = "services")]
mod audit;
#[cfg(feature = "federation")]
mod federation;
mod policy;
#[cfg(feature = "federation")]
mod saml;
#[cfg(feature = "services")]
mod services;

#[cfg(feature = "administration")]
pub use administration::admin_socket;
#[cfg(feature = "services")]
pub use audit::audit_log;
#[cfg(feature = "federation")]
pub use federation::{key_set, web_identity_token};
pub use policy::{decision, pattern, policy_document};
#[cfg(feature = "federation")]
pub use saml::{saml_metadata, saml_response};
#[cfg(feature = "services")]
pub use services::{
    account_records, denial_message, query_form, session_token, signature_claim, words,
};
