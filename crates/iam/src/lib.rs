//! The control plane: one handler per IAM operation, a file per resource.
//!
//! Every operation goes the same way: it is asked for as its row says (see
//! [`authorization`]), then the directory's command does it or refuses, then the refusal is worded
//! (see `error`) or the entity is shown (see `view`). Nothing here decides, and
//! nothing here knows a rule of IAM that the directory could know.
//!
//! Permission comes before existence: what a caller may not do is refused alike,
//! whether or not there is something to do it to.

// What every operation is asked for, from one table.
mod ask;
pub mod authorization;

// What every operation shares.
mod certificate;
mod error;
mod input;
mod pagination;
mod target;
mod view;

// Users and groups.
mod group;
mod membership;
mod user;
mod user_tags;

// What users sign in with.
mod access_key;
mod access_key_last_used;
mod change_password;
mod credential_report;
mod login_profile;
mod mfa_assignment;
mod mfa_device;
mod password;
mod password_policy;
mod service_credential;
mod signing_certificate;
mod ssh_public_key;

// Roles, and how machines get them.
mod instance_profile;
mod role;
mod service_linked_role;

// What servers have.
mod server_certificate;

// What is uploaded, as its readers are tried.
pub mod uploads;

// Identity providers.
mod oidc_provider;
mod provider_arn;
mod provider_tags;
mod saml_provider;

// The account as a whole.
mod account_alias;
mod account_details;
mod account_summary;
mod organizations_access;
mod organizations_features;
mod outbound_federation;
mod token_preferences;

// Policies: managed, embedded, attached, and boundaries.
mod attachment;
mod boundary;
mod holder;
mod inline_policy;
mod managed_policy;
mod policy_arn;

// What one account asks of another.
mod delegation;

// What policies would say, and what was done with them.
mod service_access;
mod simulation;

pub use outbound_federation::replace_token_keys;

/// Identity and Access Management: implements `Handle` for every operation it has built.
#[derive(Clone, Copy, Debug)]
pub struct Iam;
