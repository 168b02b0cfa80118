//! What whoever runs a server asks of it and what they are told, and what a backup says of
//! itself. No I/O.
//!
//! One [`Command`] and one [`Outcome`] are each a line of JSON on the administrative socket;
//! a [`Manifest`] is the text that stands beside the files of a backup. Both come from
//! outside the process that reads them, so both are bounded and read strictly.
//!
//! This crate is internal: the protocol changes with the `stead` binary, which is at both
//! ends of it. The manifest's format may not: it has a number.

pub mod limits;
mod manifest;
mod protocol;

pub use manifest::{DATABASE, FileDigest, Manifest, ManifestFault, ROOT_KEY, VERSION};
pub use protocol::{
    Command, KeyDigits, KeysShown, NewKey, Outcome, RecordText, Refusal, RewrapShown, ServiceShown,
    SessionKeyShown, UserKey,
};
