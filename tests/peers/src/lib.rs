//! The policy engine beside independent ones.
//!
//! [`cedar`] says in Cedar what a policy of the subset says that both languages have,
//! [`simulate`] drives an engine for AWS's language that runs in a Node process,
//! [`documents`] reads the policies AWS itself has written.

pub mod case;
pub mod cedar;
pub mod documents;
pub mod random;
pub mod simulate;
