//! The text that Prometheus reads.
//!
//! Spec: Prometheus, Exposition formats, "Text-based format" (version 0.0.4). Choice:
//! written here, since what a library would add is a registry of names that come up while
//! it runs, and here there are none.

use std::fmt::{Display, Write as _};

use super::family::{Family, Kind};
use super::number::Histogram;

/// What the text is, for `Content-Type`.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Begins a family, whose samples follow.
    pub(super) fn begin(&mut self, family: &'static Family) -> Samples<'_> {
        let Family { name, kind, help, .. } = family;
        let kind = kind.name();
        // Writing to a string never fails.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        Samples { family, text: &mut self.0 }
    }

    /// A family of one sample without labels.
    pub(super) fn single(&mut self, family: &'static Family, value: impl Display) {
        self.begin(family).value([], value);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// The samples of a family. Values of labels are words of this program: nothing in them
/// needs to be escaped.
#[derive(Debug)]
pub(super) struct Samples<'a> {
    family: &'static Family,
    text: &'a mut String,
}

impl Samples<'_> {
    pub(super) fn value<const N: usize>(&mut self, labels: [&str; N], value: impl Display) {
        self.sample("", labels, None, value);
    }

    pub(super) fn histogram<const N: usize>(&mut self, labels: [&str; N], values: &Histogram) {
        debug_assert!(self.family.kind == Kind::Histogram, "{}", self.family.name);
        let mut count = 0;
        for (bound, up_to) in values.up_to() {
            self.sample("_bucket", labels, Some(bound), up_to);
            count = up_to;
        }
        self.sample("_sum", labels, None, values.total().as_secs_f64());
        self.sample("_count", labels, None, count);
    }

    fn sample<const N: usize>(
        &mut self,
        suffix: &str,
        labels: [&str; N],
        bound: Option<&str>,
        value: impl Display,
    ) {
        debug_assert!(self.family.labels.len() == N, "{}", self.family.name);
        let _ = write!(self.text, "{}{suffix}", self.family.name);
        let names = self.family.labels.iter().copied().zip(labels);
        let mut before = '{';
        for (name, value) in names.chain(bound.map(|bound| ("le", bound))) {
            let _ = write!(self.text, "{before}{name}=\"{value}\"");
            before = ',';
        }
        let end = if before == '{' { "" } else { "}" };
        let _ = writeln!(self.text, "{end} {value}");
    }
}
