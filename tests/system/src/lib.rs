//! A server to be tested, and the means to test it from outside.
//!
//! Nothing here looks into the server: it is started as its users start it, and
//! what it says is read from its sockets. Requests are bytes, so that a malformed
//! one can be sent as it is. This crate is internal.

mod clock;
mod process;
mod scratch;
mod server;

mod answer;
mod wire;

mod client;
mod credentials;
mod one_time_code;

pub use answer::Answer;
pub use client::{Client, Signing, form, sign};
pub use clock::SetClock;
pub use credentials::{Credentials, Service};
pub use one_time_code::{OneTimeCodes, code_at};
pub use process::{Built, Process};
pub use scratch::Scratch;
pub use server::{Options, Server};
pub use wire::{Message, Response, exchange, exchange_and_end, hold};

pub use stead_sigv4::{Payload, TokenPlacement};
