//! Organizations: one handler per operation, a file per resource.
//!
//! Every operation goes the same way: it is asked for literally (see `authorization`), then
//! the organization's command does it or refuses, then the refusal is worded (see `error`) or
//! what there is is shown (see `view`). Nothing here decides.

mod account;
mod account_request;
mod attachment;
mod authorization;
mod delegated_administrator;
mod error;
mod handshake;
mod organization;
mod pagination;
mod policy;
mod policy_type;
mod scope;
mod tags;
mod tree;
mod trusted_service;
mod unit;
mod view;

/// Organizations: implements `Authorization` and `Handle` for every operation it has built.
#[derive(Clone, Copy, Debug)]
pub struct Organizations;
