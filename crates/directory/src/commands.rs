//! IAM's rules, one file per resource: each command reads a draft, refuses or
//! records what changes, and is nothing but a function of its arguments.
//!
//! A refused command has changed nothing. Names are found in any case, as
//! [`crate::Snapshot`] says. Where AWS shows several reasons to refuse, its order
//! of checks is kept as far as it was observed; elsewhere what is wrong with the
//! request itself comes first, then what is missing, then conflicts, then quotas.

pub mod access_key;
pub mod account_alias;
pub mod attachment;
pub mod boundary;
pub mod data_key;
pub mod delegation;
pub mod group;
pub mod inline_policy;
pub mod instance_profile;
pub mod login_profile;
pub mod managed_policy;
pub mod mfa_device;
pub mod oidc_provider;
pub mod outbound_federation;
pub mod password_policy;
pub mod role;
pub mod root_login_profile;
pub mod saml_provider;
pub mod server_certificate;
pub mod service_credential;
pub mod service_linked_role;
pub mod signing_certificate;
pub mod ssh_public_key;
pub mod tags;
pub mod token_preferences;
pub mod user;

mod find;
mod holder;

pub use holder::PolicyHolder;

#[cfg(test)]
mod tests;
