//! An account: its entities, IAM's rules as commands, and the immutable compiled
//! snapshot; and the organization that accounts can belong to. This crate is internal and may change freely.
//!
//! Requests read a [`Snapshot`]. A write begins a [`Draft`] on top of one, runs
//! commands on it, and commits the [`EntityChange`]s that come out; the draft's
//! snapshot is then the next revision. [`Snapshot::apply`] and [`Snapshot::load`]
//! give the same account, so it does not matter which way a node learns of a change.
//!
//! There is no I/O, no clock and no random generator here, and no wire text:
//! commands take the time and [`Entropy`](stead_types::Entropy), and fail with a
//! [`DirectoryError`] that the control plane words. Nothing here authorizes:
//! commands are what the rules of IAM say once a caller may do something.

// What an account holds, and how much.
pub mod entity;
mod principal;
mod quotas;
mod trust;

// The account at one moment, and changes of it.
mod catalogue;
mod change;
mod draft;
pub mod imported;
mod snapshot;

// What accounts can belong to.
pub mod organization;

// The rules.
pub mod commands;
mod error;

mod limits;
mod policy_document;
mod records;
#[cfg(test)]
mod testing;

pub use catalogue::{
    CatalogueInUse, PolicyFileFault, add_aws_managed_policies, aws_managed_policies,
    aws_managed_policy, read_aws_managed_policy,
};
pub use change::{EncodedChange, EncodedRecord, EntityChange, NameChange};
pub use draft::Draft;
pub use error::{DeleteConflict, DirectoryError, EntityKind};
pub use policy_document::StoredPolicy;
pub use principal::{PrincipalLookup, PrincipalStatus};
pub use quotas::Quota;
pub use snapshot::{LoadProblem, LoadReason, PolicyUse, Snapshot};
pub use trust::TrustPolicy;
