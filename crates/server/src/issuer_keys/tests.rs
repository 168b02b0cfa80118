//! The whole, against providers on loopback ports.

mod certificates;
mod configuration;
mod fetching;
