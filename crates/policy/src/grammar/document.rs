use super::findings::{Dialect, Findings, quoted};
use super::{VersionRule, statement};
use crate::diagnostics::Stage;
use crate::json::{self, Json, JsonError, JsonValue, Member};
use crate::limits::{DOCUMENT_BYTES_MAX, NESTING_DEPTH_MAX, STATEMENTS_MAX};
use crate::{
    Diagnostic, DiagnosticCode, DocumentKind, Effect, Shape, Span, Spanned, Statement, Version,
};

/// What could be read of a document, also when parts of it could not.
pub(crate) struct Document {
    pub(crate) version: Version,
    pub(crate) version_is_written: bool,
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) statements: Vec<Form>,
    pub(crate) statements_shape: Shape,
}

/// A statement, or where one stood.
pub(crate) enum Form {
    /// It says something; whether AWS would accept it is another question.
    Read(Box<Statement>),
    /// It cannot be told what it says.
    Broken {
        /// Where it stands.
        span: Span,
        /// Its effect, if that much can be told.
        effect: Option<Effect>,
    },
}

/// Reads what can be read; `None` when not even statements can be told apart.
pub(crate) fn read(text: &str, kind: DocumentKind) -> (Option<Document>, Vec<Diagnostic>) {
    let mut findings = Findings::new(kind);
    let document = read_into(text, VersionRule::Either, &mut findings);
    (document, findings.into_diagnostics())
}

pub(super) fn read_into(
    text: &str,
    rule: VersionRule,
    findings: &mut Findings,
) -> Option<Document> {
    if text.len() > DOCUMENT_BYTES_MAX {
        let message = format!("the document has more than {DOCUMENT_BYTES_MAX} bytes");
        findings.syntax(DiagnosticCode::TooLarge, Span::new(0, text.len()), message);
        return None;
    }
    let json = match json::read(text) {
        Ok(json) => json,
        Err(error) => {
            refuse_text(error, findings);
            return None;
        }
    };
    let object = findings.object(&json, "policy")?;
    let mut fields = Fields::default();
    for member in object.members {
        fields.take(member, findings);
    }
    let id = fields.id.and_then(|id| findings.string(id, "Id"));
    let version = read_version(fields.version, rule, json.span, findings);
    let statements = read_statements(fields.statement, json.span, findings)?;
    if fields.unknown || !object.unique {
        // What an unknown key was to mean cannot be told, so neither what the
        // statements beside it were to mean.
        return None;
    }
    Some(Document {
        version: version?,
        version_is_written: fields.version.is_some(),
        id,
        statements,
        statements_shape: fields.statement.map_or(Shape::Array, |json| json.value.shape()),
    })
}

#[derive(Default)]
struct Fields<'j> {
    version: Option<&'j Json>,
    id: Option<&'j Json>,
    statement: Option<&'j Json>,
    unknown: bool,
}

impl<'j> Fields<'j> {
    fn take(&mut self, member: &'j Member, findings: &mut Findings) {
        match member.key.value.as_str() {
            "Version" => self.version = Some(&member.value),
            "Id" => self.id = Some(&member.value),
            "Statement" => self.statement = Some(&member.value),
            other => {
                self.unknown = true;
                refuse_field(other, member.key.span, findings);
            }
        }
    }
}

/// A key that neither documents nor statements have.
pub(super) fn refuse_field(name: &str, span: Span, findings: &mut Findings) {
    let message = format!("there is no element `{}`", quoted(name));
    if findings.dialect() == Dialect::Resource {
        // Observed: quoted for trust policies.
        let wire = format!("Unknown field {}", quoted(name));
        findings.refuse(Stage::Syntax, DiagnosticCode::UnknownField, span, wire, message);
    } else {
        findings.syntax(DiagnosticCode::UnknownField, span, message);
    }
}

fn refuse_text(error: JsonError, findings: &mut Findings) {
    let (code, span, message) = match error {
        JsonError::Invalid { span, reason } => {
            (DiagnosticCode::InvalidJson, span, format!("this is not JSON: {}", quoted(&reason)))
        }
        JsonError::Deep { span } => {
            let message = format!("the document nests deeper than {NESTING_DEPTH_MAX} levels");
            (DiagnosticCode::TooLarge, span, message)
        }
    };
    // Observed: IAM tells text from JSON only for documents with principals.
    let wire = match findings.dialect() {
        Dialect::Identity | Dialect::Organization => "Syntax errors in policy.",
        Dialect::Resource => "This policy contains invalid Json",
    };
    findings.refuse(Stage::Json, code, span, wire.to_owned(), message);
}

fn read_version(
    json: Option<&Json>,
    rule: VersionRule,
    whole: Span,
    findings: &mut Findings,
) -> Option<Version> {
    // Spec: UG:reference_policies_elements_version, without it 2008-10-17 is meant.
    let (version, span) = match json {
        None => (Version::V2008, whole),
        Some(json) => (version_named(json, findings)?, json.span),
    };
    if version == Version::V2008 && findings.dialect() == Dialect::Organization {
        // Spec: ORG:orgs_manage_policies_scps_syntax and ..._rcps_syntax, every policy
        // must say this version.
        let message = "a policy of an organization must have version `2012-10-17`".to_owned();
        findings.syntax(DiagnosticCode::InvalidVersion, span, message);
    }
    if version == Version::V2008 && rule == VersionRule::Newer {
        let wire = "Policy document must be version 2012-10-17 or greater.".to_owned();
        let message = "a managed policy must have version `2012-10-17`".to_owned();
        findings.refuse(Stage::Version, DiagnosticCode::InvalidVersion, span, wire, message);
    }
    Some(version)
}

fn version_named(json: &Json, findings: &mut Findings) -> Option<Version> {
    let message = match &json.value {
        JsonValue::String(text) if text == "2012-10-17" => return Some(Version::V2012),
        JsonValue::String(text) if text == "2008-10-17" => return Some(Version::V2008),
        JsonValue::String(text) => {
            format!("version `{}` is neither `2012-10-17` nor `2008-10-17`", quoted(text))
        }
        other => format!("`Version` must be a string, not {}", other.type_name()),
    };
    if findings.dialect() == Dialect::Resource {
        // Observed: quoted for trust policies.
        let wire = "The policy must contain a valid version string".to_owned();
        findings.refuse(Stage::Syntax, DiagnosticCode::InvalidVersion, json.span, wire, message);
    } else {
        findings.syntax(DiagnosticCode::InvalidVersion, json.span, message);
    }
    None
}

fn read_statements(json: Option<&Json>, whole: Span, findings: &mut Findings) -> Option<Vec<Form>> {
    let forms: &[Json] = match json {
        None => &[],
        Some(Spanned { value: JsonValue::Array(elements), .. }) => elements,
        Some(single) => std::slice::from_ref(single),
    };
    if forms.is_empty() {
        refuse_empty(json.map_or(whole, |json| json.span), findings);
        return None;
    }
    if forms.len() > STATEMENTS_MAX {
        let excess = forms.get(STATEMENTS_MAX).map_or(whole, |form| form.span);
        let message = format!("the document has more than {STATEMENTS_MAX} statements");
        findings.syntax(DiagnosticCode::TooLarge, excess, message);
        return None;
    }
    let mut statements = Vec::with_capacity(forms.len());
    for (index, form) in forms.iter().enumerate() {
        findings.enter_statement(index);
        statements.push(statement::read(form, findings));
    }
    check_sids(findings);
    findings.leave_statements();
    Some(statements)
}

fn refuse_empty(span: Span, findings: &mut Findings) {
    let message = "the document has no statement".to_owned();
    if findings.dialect() == Dialect::Resource {
        // Observed: quoted for trust policies.
        let wire = "Could not parse the policy: Statement is empty!".to_owned();
        findings.refuse(Stage::Version, DiagnosticCode::MissingField, span, wire, message);
    } else {
        findings.syntax(DiagnosticCode::MissingField, span, message);
    }
}

fn check_sids(findings: &mut Findings) {
    let mut sids = findings.take_sids();
    sids.sort_by(|(left, _), (right, _)| (&left.value, left.span).cmp(&(&right.value, right.span)));
    for pair in sids.windows(2) {
        let [(first, _), (second, index)] = pair else { continue };
        if first.value != second.value {
            continue;
        }
        findings.enter_statement(index.saturating_sub(1));
        let wire = match findings.dialect() {
            Dialect::Identity | Dialect::Organization => {
                "Statement IDs (SID) in a single policy must be unique."
            }
            // Observed: quoted for trust policies.
            Dialect::Resource => "The Statement Ids in the policy are not unique",
        };
        let message = format!("two statements have the Sid `{}`", quoted(&second.value));
        let code = DiagnosticCode::DuplicateSid;
        findings.refuse(Stage::Sid, code, second.span, wire.to_owned(), message);
    }
}
