//! From settings to a server that answers, and back to nothing.
//!
//! The order matters and is written down once, in [`start`]: what can be refused
//! without a trace is checked first, then the directory is taken, then what is
//! missing is made, and the ready file comes last.

mod at_rest;
mod error;
mod first;
mod open;
mod open_files;
mod running;

pub use at_rest::{administer_offline, create_account_offline, list_accounts_offline};
pub use error::StartError;
pub use open::Footprint;
pub use running::{Running, start, start_on};
