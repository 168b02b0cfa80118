use super::findings::{Dialect, Findings, quoted};
use super::statement::{Fields, patterns};
use crate::diagnostics::Stage;
use crate::services::is_under_resource_control;
use crate::{DiagnosticCode, DocumentKind, Patterns, Span, Spanned};

/// The actions a trust policy can say anything about.
///
/// Spec: the service authorization reference of STS, actions on role resources.
const ASSUME_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

/// Reads Action or NotAction.
pub(super) fn read(fields: &Fields<'_>, span: Span, findings: &mut Findings) -> Option<Patterns> {
    let element = patterns(fields.action, fields.not_action, findings).ok()?;
    let Some(actions) = element.filter(|actions| !actions.values.is_empty()) else {
        refuse_missing(span, findings);
        return None;
    };
    if findings.kind == DocumentKind::ResourceControl && fields.not_action.is_some() {
        // Spec: ORG:orgs_manage_policies_rcps_syntax, NotAction is not supported.
        let message = "a resource control policy cannot have `NotAction`".to_owned();
        findings.syntax(DiagnosticCode::ProhibitedField, actions.span, message);
    }
    for action in &actions.values {
        match findings.kind {
            DocumentKind::Trust => check_trust_action(action, findings),
            DocumentKind::ResourceControl => check_resource_control_action(action, findings),
            _ => check_form(action, findings),
        }
    }
    Some(actions)
}

fn refuse_missing(span: Span, findings: &mut Findings) {
    let wire = match findings.dialect() {
        // Observed: recorded from IAM; an empty array counts as none.
        Dialect::Identity | Dialect::Organization => "Policy statement must contain actions.",
        // Observed: quoted for trust policies.
        Dialect::Resource => "Missing required field Action",
    };
    let message = "the statement has neither `Action` nor `NotAction`".to_owned();
    let code = DiagnosticCode::MissingField;
    findings.refuse(Stage::Actions, code, span, wire.to_owned(), message);
}

/// `service:Name`, or `*` for everything.
///
/// Observed: recorded from IAM. Service prefixes may hold letters, digits, dots and
/// hyphens and need not exist; names may hold anything but a colon.
fn check_form(action: &Spanned<String>, findings: &mut Findings) {
    let text = action.value.as_str();
    // Choice: `*:*` says what `*` says and is seen in the wild.
    if text == "*" || text == "*:*" {
        return;
    }
    let Some((vendor, name)) = text.split_once(':') else {
        let wire = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        let message = format!("action `{}` has no service prefix", quoted(text));
        return refuse(action.span, wire.to_owned(), message, findings);
    };
    if name.contains(':') {
        let wire = "Actions/Condition can contain only one colon.".to_owned();
        let message = format!("action `{}` has more than one colon", quoted(text));
        return refuse(action.span, wire, message, findings);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if vendor.is_empty() || !vendor.bytes().all(plain) {
        let wire = format!("Vendor {} is not valid", quoted(vendor));
        let message = format!("`{}` cannot be a service prefix", quoted(vendor));
        refuse(action.span, wire, message, findings);
    }
}

/// Spec: ORG:orgs_manage_policies_rcps_syntax: not `*`; a service must be named.
/// Observed: `iam:CreateUser` is refused, `SQS:SendMessage` and `sqs:Unknown` are not
/// (radkawar/stackd, recorded in 2026).
fn check_resource_control_action(action: &Spanned<String>, findings: &mut Findings) {
    let service = action.value.split_once(':').map_or(&*action.value, |(service, _)| service);
    if service == "*" {
        let message = "a resource control policy names the services it is about".to_owned();
        return findings.syntax(DiagnosticCode::InvalidAction, action.span, message);
    }
    if !is_under_resource_control(service) {
        let message = format!("`{}` is not under resource control policies", quoted(service));
        return findings.syntax(DiagnosticCode::InvalidAction, action.span, message);
    }
    check_form(action, findings);
}

fn refuse(span: Span, wire: String, message: String, findings: &mut Findings) {
    findings.refuse(Stage::ActionForm, DiagnosticCode::InvalidAction, span, wire, message);
}

/// Observed: `*`, `sts:*`, `STS:assumerolewithwebidentity` (recorded by the project
/// radkawar/stackd), `sts:TagSessions` (quoted in public) and every service prefix but
/// `sts` are refused: the names are compared as they stand.
/// Choice: so is every other wildcard, which would say less than it seems to, and in
/// NotAction too.
fn check_trust_action(action: &Spanned<String>, findings: &mut Findings) {
    if !ASSUME_ACTIONS.contains(&action.value.as_str()) {
        let wire = "AssumeRole policy may only specify STS AssumeRole actions.".to_owned();
        let message = format!("`{}` is not an action that assumes a role", quoted(&action.value));
        let code = DiagnosticCode::ProhibitedAction;
        findings.refuse(Stage::Actions, code, action.span, wire, message);
    }
}
