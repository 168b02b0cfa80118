use stead_policy::Span;

use crate::Rule;

/// One thing that was found in a document.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What kind of thing.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// Where, in bytes of the text.
    pub span: Span,
    /// What is wrong, for people: one line, lower case, input in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Changes of the text after which it says the same without the finding; none where
    /// nobody can tell what is meant.
    pub fix: Vec<Edit>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses the document, or it lets strangers in.
    Error,
    /// It is accepted, and does not do what it seems to say.
    Warning,
    /// It does what it says; worth a look.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`, which are SARIF's words too.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is taken out.
    pub span: Span,
    /// What is put there: JSON text.
    pub text: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, span: Span, message: String) -> Self {
        Self { rule, severity: rule.severity, span, message, help: None, fix: Vec::new() }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(crate) fn fix(self, edit: Edit) -> Self {
        Self { fix: vec![edit], ..self }
    }
}
