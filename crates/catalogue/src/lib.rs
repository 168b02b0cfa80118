//! AWS's services with their actions, resource types and condition keys, as they were on
//! the day of the package that `catalogue.txt` is generated from (see [`source`]).
//!
//! Nothing is read before it is asked for: the first question finds where each service
//! begins in the text, and a service is taken apart when it is named.
//!
//! This crate is internal: it may change freely.
//!
//! ```
//! let s3 = stead_catalogue::service("S3").unwrap();
//! let action = s3.action("getobject").unwrap();
//! assert_eq!(action.name, "GetObject");
//! assert!(s3.has_key(action, "s3:ExistingObjectTag/team"));
//! assert!(stead_catalogue::global_key("aws:PrincipalOrgID").is_some());
//! ```

mod form;
mod key;
mod service;

pub use key::{Key, KeyKind};
pub use service::{Access, Action, ResourceType, Service};

use form::Form;

/// Where the catalogue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The package of npm.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The day of its data, such as `2026-09-26`.
    pub date: &'static str,
    /// Its licence, as an SPDX expression.
    pub licence: &'static str,
}

/// Where the catalogue comes from.
#[must_use]
pub fn source() -> Source {
    Form::get().source
}

/// The prefixes of all services, in order.
pub fn services() -> impl Iterator<Item = &'static str> {
    Form::get().services.iter().map(|place| place.name)
}

/// The service with this prefix, in any case.
#[must_use]
pub fn service(prefix: &str) -> Option<&'static Service> {
    Form::get().service(prefix)
}

/// The condition key of this name, in any case, if it is one that requests to many services
/// have: those that begin with `aws:`, and a few of services that give credentials.
#[must_use]
pub fn global_key(name: &str) -> Option<Key> {
    Form::get().globals.iter().find(|key| key.is(name)).copied()
}

/// The condition keys that are not of one service.
pub fn global_keys() -> impl Iterator<Item = Key> {
    Form::get().globals.iter().copied()
}
