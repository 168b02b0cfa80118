//! An organization: its units, its member accounts, and the policies that limit them.
//!
//! An aggregate beside the accounts, with a snapshot ([`Organization`]), a draft that
//! [`commands`] work on, and records of its own. What it says of an account's requests is a
//! [`Membership`].

pub mod commands;
mod controls;
mod draft;
pub mod entity;
mod error;
mod membership;
mod quotas;
mod records;
mod snapshot;
#[cfg(test)]
mod tests;

pub use controls::{full_access_arn, full_access_document, full_access_id, full_access_name};
pub use draft::{OrganizationDraft, OrganizationParts};
pub use error::{Missing, OrganizationError};
pub use membership::{Membership, Memberships};
pub use quotas::OrganizationQuota;
pub use snapshot::Organization;
