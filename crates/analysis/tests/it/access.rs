//! Who can, and what somebody can.

mod accounts;
mod actions;
mod complete;
mod conditions;
mod roles;
