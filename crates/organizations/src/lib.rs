//! Organizations: one handler per operation, a file per resource.
//!
//! Every operation goes the same way: it is asked for literally, then the organization's
//! command does it or refuses, then the refusal is worded (see `error`) or what there is is
//! shown. Nothing here decides.

mod error;
mod organization;

/// Organizations: implements `Authorization` and `Handle` for every operation it has built.
#[derive(Clone, Copy, Debug)]
pub struct Organizations;
