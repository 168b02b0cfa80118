//! The built server, driven from outside.
