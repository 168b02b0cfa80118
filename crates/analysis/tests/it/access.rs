//! Who can, and what somebody can.

pub(crate) mod accounts;
mod actions;
mod complete;
mod conditions;
mod roles;
