//! What is found in documents.

#![expect(clippy::unwrap_used, reason = "in a test, a surprise is a failure")]

mod corpus;
mod documentation;
mod managed;
mod rules;
