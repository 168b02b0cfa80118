use crate::diagnostics::Stage;
use crate::json::{Json, JsonValue, Member};
use crate::limits::{DIAGNOSTICS_MAX, QUOTED_CHARACTERS_MAX, VALUES_MAX};
use crate::{Diagnostic, DiagnosticCode, DocumentKind, Severity, Span, Spanned};

/// The problems found so far in one document.
pub(super) struct Findings {
    pub(super) kind: DocumentKind,
    diagnostics: Vec<Diagnostic>,
    // How many strings the document may still have.
    values_left: usize,
    // The statement being read, from 1; 0 outside statements.
    statement: usize,
    // The ids of statements, those that could not be read included.
    sids: Vec<(Spanned<String>, usize)>,
}

/// The members of an object.
pub(super) struct Object<'j> {
    /// All of them, so that what is wrong with them is found.
    pub(super) members: &'j [Member],
    /// Whether no key occurs twice. Otherwise it cannot be told what is meant.
    pub(super) unique: bool,
}

/// Which of AWS's validators speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// For policies without principals.
    Identity,
    /// For trust and other resource policies.
    Resource,
    /// For policies of an organization.
    Organization,
}

impl Findings {
    pub(super) const fn new(kind: DocumentKind) -> Self {
        Self {
            kind,
            diagnostics: Vec::new(),
            values_left: VALUES_MAX,
            statement: 0,
            sids: Vec::new(),
        }
    }

    pub(super) const fn dialect(&self) -> Dialect {
        match self.kind {
            DocumentKind::Identity | DocumentKind::Boundary | DocumentKind::Session => {
                Dialect::Identity
            }
            DocumentKind::Trust | DocumentKind::Resource => Dialect::Resource,
            DocumentKind::ServiceControl | DocumentKind::ResourceControl => Dialect::Organization,
        }
    }

    /// From here on problems belong to this statement, counted from 0.
    pub(super) const fn enter_statement(&mut self, index: usize) {
        self.statement = index + 1;
    }

    /// From here on problems belong to the document.
    pub(super) const fn leave_statements(&mut self) {
        self.statement = 0;
    }

    /// The statement being read has this id.
    pub(super) fn note_sid(&mut self, sid: &Spanned<String>) {
        self.sids.push((sid.clone(), self.statement));
    }

    /// The ids of all statements, with the statement; an empty one is none.
    ///
    /// Observed: an empty Sid may stand twice.
    pub(super) fn take_sids(&mut self) -> Vec<(Spanned<String>, usize)> {
        let mut sids = std::mem::take(&mut self.sids);
        sids.retain(|(sid, _)| !sid.value.is_empty());
        sids
    }

    /// A problem of keys or types, for which AWS has one text only.
    pub(super) fn syntax(&mut self, code: DiagnosticCode, span: Span, message: String) {
        let wire = match self.dialect() {
            // Observed: recorded from IAM.
            Dialect::Identity => "Syntax errors in policy.",
            // Observed: quoted for trust policies.
            Dialect::Resource => "Syntax error in policy.",
            Dialect::Organization => ORGANIZATION,
        };
        self.refuse(Stage::Syntax, code, span, wire.to_owned(), message);
    }

    /// A problem with a text of its own.
    pub(super) fn refuse(
        &mut self,
        stage: Stage,
        code: DiagnosticCode,
        span: Span,
        wire: String,
        message: String,
    ) {
        let (wire, statement) = match self.dialect() {
            Dialect::Identity => (wire, 0),
            Dialect::Resource => (wire, self.statement),
            Dialect::Organization => (ORGANIZATION.to_owned(), 0),
        };
        let severity = Severity::Error;
        let order = (statement, stage);
        let help = code.help().map(str::to_owned);
        self.push(Diagnostic { code, severity, span, message, help, wire, order });
    }

    /// Something AWS accepts that cannot be meant.
    pub(super) fn warn(&mut self, code: DiagnosticCode, span: Span, message: String, help: &str) {
        self.push(Diagnostic {
            code,
            severity: Severity::Warning,
            span,
            message,
            help: Some(help.to_owned()),
            wire: String::new(),
            order: (usize::MAX, Stage::ActionForm),
        });
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        // Beyond the bound only the first error counts: a document must not pass
        // because its faults came behind a hundred warnings.
        let errors = self.diagnostics.iter().any(|found| found.severity == Severity::Error);
        let needed = diagnostic.severity == Severity::Error && !errors;
        if self.diagnostics.len() < DIAGNOSTICS_MAX || needed {
            self.diagnostics.push(diagnostic);
        }
    }

    /// What was found, in the order of the text.
    pub(super) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|found| found.span);
        self.diagnostics
    }

    /// Whether anything refused so far has this code.
    pub(super) fn has(&self, code: DiagnosticCode) -> bool {
        self.diagnostics.iter().any(|found| found.code == code)
    }

    /// The members of an object; reports every other type and keys that occur twice.
    ///
    /// Choice: AWS does not document what it does with a key that occurs twice.
    /// Parsers differ in which value they keep, so nobody can tell what is meant.
    pub(super) fn object<'j>(&mut self, json: &'j Json, what: &str) -> Option<Object<'j>> {
        let JsonValue::Object(members) = &json.value else {
            self.wrong_type(json, what, "an object");
            return None;
        };
        let mut keys: Vec<&Spanned<String>> = members.iter().map(|member| &member.key).collect();
        keys.sort_by(|left, right| (&left.value, left.span).cmp(&(&right.value, right.span)));
        let mut unique = true;
        for pair in keys.windows(2) {
            if let [first, second] = pair
                && first.value == second.value
            {
                unique = false;
                let message = format!("`{}` occurs twice in one object", quoted(&second.value));
                self.syntax(DiagnosticCode::DuplicateKey, second.span, message);
            }
        }
        Some(Object { members, unique })
    }

    /// A string; reports every other type.
    pub(super) fn string(&mut self, json: &Json, what: &str) -> Option<Spanned<String>> {
        if let JsonValue::String(text) = &json.value {
            self.count(json.span)?;
            Some(Spanned::new(json.span, text.clone()))
        } else {
            self.wrong_type(json, what, "a string");
            None
        }
    }

    /// One string or an array of strings; reports everything else.
    pub(super) fn strings(&mut self, json: &Json, what: &str) -> Option<Vec<Spanned<String>>> {
        match &json.value {
            JsonValue::String(_) => Some(vec![self.string(json, what)?]),
            JsonValue::Array(elements) => {
                let strings: Vec<_> =
                    elements.iter().map(|element| self.string(element, what)).collect();
                strings.into_iter().collect()
            }
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::Object(_) => {
                self.wrong_type(json, what, "a string or an array of strings");
                None
            }
        }
    }

    pub(super) fn wrong_type(&mut self, json: &Json, what: &str, expected: &str) {
        let found = json.value.type_name();
        let message = format!("`{what}` must be {expected}, not {found}");
        self.syntax(DiagnosticCode::WrongType, json.span, message);
    }

    /// Counts one string against the document's limit.
    pub(super) fn count(&mut self, span: Span) -> Option<()> {
        if let Some(left) = self.values_left.checked_sub(1) {
            self.values_left = left;
            return Some(());
        }
        if !self.has(DiagnosticCode::TooLarge) {
            let message = format!("the document has more than {VALUES_MAX} values");
            self.syntax(DiagnosticCode::TooLarge, span, message);
        }
        None
    }
}

/// Spec: the Organizations model, `MalformedPolicyDocumentException`.
const ORGANIZATION: &str =
    "The provided policy document does not meet the requirements of the specified policy type.";

/// The beginning of a text from outside, for messages.
pub(crate) fn quoted(text: &str) -> &str {
    match text.char_indices().nth(QUOTED_CHARACTERS_MAX) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}
