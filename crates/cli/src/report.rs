//! Reports as JSON: written one element after the other, since the tree of a long list
//! takes some ten times what its text takes.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::excerpt::printable_json;
use crate::exit::Failure;

/// A list whose elements are made when they are written.
pub(crate) struct Each<'a, T> {
    pub(crate) of: &'a [T],
    pub(crate) made: &'a dyn Fn(&T) -> Value,
}

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.of.iter().map(self.made))
    }
}

/// The text of a report, which cannot command a terminal.
pub(crate) fn pretty(report: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(report)
        .map_err(|error| Failure::new(format!("cannot write the answer: {error}")))?;
    Ok(printable_json(&text) + "\n")
}
