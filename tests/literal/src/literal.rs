//! An evaluator for reading, not for speed: one function per documented rule, on the
//! text of the documents, with the plainest algorithm there is.
//!
//! Where AWS is silent it follows the table of choices in
//! `docs/decisions/0004-the-policy-language.md`. It has no limits on size: what is too
//! large for the compiled form to be read is not its subject.

pub mod answer;
pub mod condition;
pub mod decision;
pub mod document;
pub mod json;
pub mod keys;
pub mod operator;
pub mod pattern;
pub mod principal;
pub mod resource;
pub mod value;

pub use answer::{Answer, Blocker, Cause, Decision, Layer, Place};
pub use decision::{Policies, Question, Side, answer};
pub use document::{Document, Kind};
pub use keys::{Given, Keys};
