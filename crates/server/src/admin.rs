//! Administration of a running server, through a socket in its data directory
//! that only its own user can open.
//!
//! One line of JSON each way per command; the connection may stay open for more.

mod carry_out;
mod client;
mod record;
mod serve;

pub(crate) use carry_out::{Administration, created};
pub use client::{AdminClient, AdminClientError};
pub(crate) use record::Noted;
pub(crate) use serve::{AdminSocket, serve};

/// The socket's file in a data directory.
pub const SOCKET_NAME: &str = "admin.sock";
