//! The table of what can be found.

use std::sync::LazyLock;

use stead_policy::DocumentKind;

use crate::{Severity, families};

/// Something that can be wrong with a document.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// A stable name to look up, such as `action/unknown`.
    pub code: &'static str,
    /// How bad it is, unless the finding says otherwise.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Why it matters and what to do.
    pub text: &'static str,
    /// Whether a fix that keeps the meaning is offered.
    pub fixable: bool,
    /// A document that shows it.
    pub shown: Example,
    /// One that is nearly the same and does not.
    pub clean: Example,
}

/// A document for a rule.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What it is for.
    pub kind: DocumentKind,
    text: &'static str,
    // How many letters stand for `PADDING` in it.
    padding: usize,
}

impl Example {
    /// A document, or statements without what is around them.
    pub(crate) const fn new(kind: DocumentKind, text: &'static str) -> Self {
        Self { kind, text, padding: 0 }
    }

    /// A document with so many letters in the place of `PADDING`.
    pub(crate) const fn padded(kind: DocumentKind, text: &'static str, padding: usize) -> Self {
        Self { kind, text, padding }
    }

    /// The whole document.
    #[must_use]
    pub fn document(&self) -> String {
        let text = self.text.replace("PADDING", &"A".repeat(self.padding));
        if self.is_whole() {
            return text;
        }
        format!("{{\"Version\": \"2012-10-17\", \"Statement\": {text}}}")
    }

    /// As much of it as says what it is about.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    fn is_whole(&self) -> bool {
        self.text.contains("\"Statement\"") || !self.text.starts_with(['{', '['])
    }
}

/// Every rule, in the order of the codes.
#[must_use]
pub fn rules() -> &'static [&'static Rule] {
    static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
        let mut rules: Vec<_> = families::rules().collect();
        rules.sort_by_key(|rule| rule.code);
        rules
    });
    &RULES
}

/// The rule with this code.
#[must_use]
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().iter().copied().find(|rule| rule.code == code)
}
