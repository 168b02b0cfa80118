use super::condition::Block;
use super::document::{Form, refuse_field};
use super::findings::{Dialect, Findings, quoted};
use super::{action, condition, principal, resource};
use crate::diagnostics::Stage;
use crate::json::{Json, JsonValue, Member};
use crate::{
    DiagnosticCode, DocumentKind, Effect, Patterns, Polarity, Principals, Span, Spanned, Statement,
};

/// Reads one statement as far as it goes.
pub(super) fn read(json: &Json, findings: &mut Findings) -> Form {
    let Some(object) = findings.object(json, "Statement") else {
        return Form::Broken { span: json.span, effect: None };
    };
    let mut fields = Fields::default();
    for member in object.members {
        fields.take(member, findings);
    }
    let effect = read_effect(fields.effect, json.span, findings);
    let statement = read_elements(&fields, effect.as_ref(), json.span, findings);
    match statement.filter(|_| object.unique) {
        Some(statement) => Form::Read(Box::new(statement)),
        // The key that occurs twice may have been the effect.
        None if !object.unique => Form::Broken { span: json.span, effect: None },
        None => Form::Broken { span: json.span, effect: effect.map(|effect| effect.value) },
    }
}

/// The elements of a statement, before they are read.
#[derive(Default)]
pub(super) struct Fields<'j> {
    sid: Option<&'j Json>,
    effect: Option<&'j Json>,
    pub(super) principal: Option<&'j Member>,
    pub(super) not_principal: Option<&'j Member>,
    pub(super) action: Option<&'j Member>,
    pub(super) not_action: Option<&'j Member>,
    pub(super) resource: Option<&'j Member>,
    pub(super) not_resource: Option<&'j Member>,
    pub(super) condition: Option<&'j Json>,
    unknown: bool,
}

impl<'j> Fields<'j> {
    fn take(&mut self, member: &'j Member, findings: &mut Findings) {
        match member.key.value.as_str() {
            "Sid" => self.sid = Some(&member.value),
            "Effect" => self.effect = Some(&member.value),
            "Principal" => self.principal = Some(member),
            "NotPrincipal" => self.not_principal = Some(member),
            "Action" => self.action = Some(member),
            "NotAction" => self.not_action = Some(member),
            "Resource" => self.resource = Some(member),
            "NotResource" => self.not_resource = Some(member),
            "Condition" => self.condition = Some(&member.value),
            other => {
                self.unknown = true;
                refuse_field(other, member.key.span, findings);
            }
        }
    }
}

/// Reads every element, so that every problem is found, then puts them together.
fn read_elements(
    fields: &Fields<'_>,
    effect: Option<&Spanned<Effect>>,
    span: Span,
    findings: &mut Findings,
) -> Option<Statement> {
    let sid = read_sid(fields.sid, findings);
    let principals = principal::read(fields, effect.map(|effect| effect.value), span, findings);
    let actions = action::read(fields, span, findings);
    let resources = resource::read(fields, span, findings);
    let block = condition::read(fields.condition, findings);
    if fields.unknown {
        return None;
    }
    let principals: Option<Principals> = principals?;
    let resources: Option<Patterns> = resources?;
    let Block { operators, conditions } = block?;
    Some(Statement {
        span,
        sid: sid?,
        effect: effect?.clone(),
        principals,
        actions: actions?,
        resources,
        operators,
        conditions,
    })
}

fn read_effect(
    json: Option<&Json>,
    span: Span,
    findings: &mut Findings,
) -> Option<Spanned<Effect>> {
    let Some(json) = json else {
        let message = "the statement has no `Effect`".to_owned();
        if findings.dialect() == Dialect::Resource {
            // Observed: quoted for trust policies.
            let wire = "Missing required field Effect".to_owned();
            findings.refuse(Stage::Syntax, DiagnosticCode::MissingField, span, wire, message);
        } else {
            findings.syntax(DiagnosticCode::MissingField, span, message);
        }
        return None;
    };
    let JsonValue::String(text) = &json.value else {
        findings.wrong_type(json, "Effect", "a string");
        return None;
    };
    let effect = match text.as_str() {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        _ => {
            refuse_effect(text, json.span, findings);
            return None;
        }
    };
    if findings.kind == DocumentKind::ResourceControl && effect == Effect::Allow {
        // Spec: ORG:orgs_manage_policies_rcps_syntax, Effect supports only Deny.
        let message = "a resource control policy can only deny".to_owned();
        findings.syntax(DiagnosticCode::InvalidEffect, json.span, message);
    }
    Some(Spanned::new(json.span, effect))
}

fn refuse_effect(text: &str, span: Span, findings: &mut Findings) {
    let message = format!("effect `{}` is neither `Allow` nor `Deny`", quoted(text));
    let code = DiagnosticCode::InvalidEffect;
    let cased = ["Allow", "Deny"].iter().any(|effect| effect.eq_ignore_ascii_case(text));
    match findings.dialect() {
        // Observed: recorded from IAM; only the letters' case is left to the old parser.
        Dialect::Identity if cased => {
            let wire = "The policy failed legacy parsing".to_owned();
            findings.refuse(Stage::Legacy, code, span, wire, message);
        }
        Dialect::Resource => {
            // Observed: quoted for trust policies.
            let wire = format!("Invalid effect: {}", quoted(text));
            findings.refuse(Stage::Syntax, code, span, wire, message);
        }
        Dialect::Identity | Dialect::Organization => findings.syntax(code, span, message),
    }
}

/// The Sid: `Some(None)` when there is none, `None` when it is not a string.
#[expect(clippy::option_option, reason = "absent and unreadable are different things here")]
fn read_sid(json: Option<&Json>, findings: &mut Findings) -> Option<Option<Spanned<String>>> {
    let Some(json) = json else { return Some(None) };
    let sid = findings.string(json, "Sid")?;
    findings.note_sid(&sid);
    let plain = sid.value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Spec: UG:reference_policies_elements_sid, letters and digits only; other
    // services' resource policies allow more.
    if !plain && findings.dialect() == Dialect::Identity {
        let wire = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies \
                    the regular expression [0-9A-Za-z]*";
        let message =
            format!("Sid `{}` has other characters than letters and digits", quoted(&sid.value));
        let code = DiagnosticCode::InvalidSid;
        findings.refuse(Stage::Sid, code, sid.span, wire.to_owned(), message);
    }
    Some(Some(sid))
}

/// One of two elements of which only one may stand, as patterns.
pub(super) fn patterns(
    positive: Option<&Member>,
    negative: Option<&Member>,
    findings: &mut Findings,
) -> Result<Option<Patterns>, Unreadable> {
    let (member, polarity) = match (positive, negative) {
        (None, None) => return Ok(None),
        (Some(member), None) => (member, Polarity::Any),
        (None, Some(member)) => (member, Polarity::NoneOf),
        (Some(first), Some(second)) => {
            let message =
                format!("`{}` and `{}` exclude each other", first.key.value, second.key.value);
            findings.syntax(DiagnosticCode::ConflictingFields, second.key.span, message);
            return Err(Unreadable);
        }
    };
    let values = findings.strings(&member.value, &member.key.value).ok_or(Unreadable)?;
    Ok(Some(Patterns {
        span: member.value.span,
        polarity,
        values,
        shape: member.value.value.shape(),
    }))
}

/// An element that cannot be told; the reason is among the findings.
pub(super) struct Unreadable;
