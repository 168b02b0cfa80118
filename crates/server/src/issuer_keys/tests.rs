//! The whole, against providers on loopback ports.

mod access_tokens;
mod certificates;
mod configuration;
mod fetching;
mod proxy;
