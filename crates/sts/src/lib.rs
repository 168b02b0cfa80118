//! The token plane: AssumeRole and its family.
//!
//! One file per operation, and one per rule they share. Nothing here is stored: a
//! session is its sealed token. The only thing that outlives a call is the guard of a
//! one-time code (see `mfa`), which the shell claims.

mod assume_role;
mod assume_role_with_saml;
mod assume_role_with_web_identity;
mod assume_root;
mod credentials;
mod decode_authorization_message;
mod duration;
mod get_access_key_info;
mod get_caller_identity;
mod get_delegated_access_token;
mod get_federation_token;
mod get_session_token;
mod get_web_identity_token;
mod mfa;
mod outbound;
mod rehearse;
mod role_arn;
mod role_session;
mod saml_error;
mod session_policies;
mod session_tags;
mod web_identity_error;

pub use outbound::{discovery_document, key_set};
pub use rehearse::Rehearse;
pub use role_arn::{account_of_role, account_of_target};
pub use saml_error::{no_saml_provider, not_a_saml_response, refused_saml};
pub use web_identity_error::{
    no_provider, no_role_for_web_identity, not_a_token, other_access_token, refused_token,
    rejected_access_token, unavailable_keys, unknown_certificate, unreachable_issuer,
};

/// The Security Token Service: implements `Handle` for every operation it has built.
#[derive(Clone, Copy, Debug)]
pub struct Sts;
