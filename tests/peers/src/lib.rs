//! The policy engine beside independent ones.
//!
//! [`cedar`] says in Cedar what a policy of the subset says that both languages have,
//! [`simulate`] drives an engine for AWS's language that runs in a Node process,
//! [`documents`] reads the policies AWS itself has written.

pub mod case;
pub mod cedar;
pub mod classes;
pub mod compare;
pub mod disagreements;
pub mod documents;
pub mod generate;
pub mod random;
pub mod real_world;
pub mod rewrite;
pub mod simulate;
pub mod variables;
