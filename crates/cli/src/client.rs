//! Calls of STS, IAM and Organizations: what the demonstration, the credential helpers and
//! the analyses send.
//!
//! One connection for one bounded answer, HTTP or HTTPS. Nothing is followed, and of
//! the environment nothing is read here.

mod answer;
mod endpoint;
mod query;
mod reply;
mod transport;

pub(crate) use answer::Answer;
pub(crate) use endpoint::Endpoint;
pub(crate) use query::{Caller, Client, Credentials, Service};
pub(crate) use reply::Reply;
pub(crate) use transport::Trust;
