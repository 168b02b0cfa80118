//! One function per parser of outside bytes, and for the policy language one each for
//! patterns and decisions.
//!
//! Each takes whatever bytes come, must neither panic nor hang, and asserts what must
//! hold of everything the parser accepts. Those of the policy language build without
//! the rest: `--no-default-features`.

#[cfg(feature = "administration")]
mod administration;
#[cfg(feature = "analysis")]
mod analysis;
#[cfg(feature = "services")]
mod audit;
#[cfg(feature = "federation")]
mod federation;
#[cfg(feature = "services")]
mod form;
#[cfg(feature = "services")]
mod json_body;
#[cfg(feature = "analysis")]
mod lint;
mod policy;
#[cfg(feature = "federation")]
mod saml;
#[cfg(feature = "services")]
mod services;
#[cfg(feature = "services")]
mod session;
#[cfg(feature = "services")]
mod signature;
#[cfg(feature = "services")]
mod templates;
#[cfg(feature = "services")]
mod uploads;

#[cfg(feature = "administration")]
pub use administration::admin_socket;
#[cfg(feature = "analysis")]
pub use analysis::{account_export, decoded_denial, denial_case, recorded_event, request_table};
#[cfg(feature = "services")]
pub use audit::audit_log;
#[cfg(feature = "federation")]
pub use federation::{key_set, web_identity_token};
#[cfg(feature = "services")]
pub use form::query_form;
#[cfg(feature = "services")]
pub use json_body::json_body;
#[cfg(feature = "analysis")]
pub use lint::policy_lint;
pub use policy::{decision, pattern, policy_document};
#[cfg(feature = "federation")]
pub use saml::{saml_metadata, saml_response};
#[cfg(feature = "services")]
pub use services::{account_records, denial_message, words};
#[cfg(feature = "services")]
pub use session::session_token;
#[cfg(feature = "services")]
pub use signature::signature_claim;
#[cfg(feature = "services")]
pub use templates::delegation_template;
#[cfg(feature = "services")]
pub use uploads::{managed_policy, upload};
