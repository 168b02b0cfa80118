use super::findings::{Dialect, Findings, quoted};
use super::statement::{Fields, patterns};
use crate::diagnostics::Stage;
use crate::glob::Glob;
use crate::{DiagnosticCode, DocumentKind, Patterns, Span, Spanned};

/// Spec: UG:reference-arns; the partitions AWS runs.
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// What IAM resources begin with. Observed: listed in IAM's own message.
const IAM_RESOURCES: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What IAM's message does not list. Spec: Service Authorization Reference, IAM, resource
/// types: policies name these.
const UNLISTED_IAM_RESOURCES: [&str; 1] = ["delegation-request/"];

/// Reads Resource or NotResource: `Some(None)` for documents that have none.
#[expect(clippy::option_option, reason = "absent and unreadable are different things here")]
pub(super) fn read(
    fields: &Fields<'_>,
    span: Span,
    findings: &mut Findings,
) -> Option<Option<Patterns>> {
    if findings.kind == DocumentKind::Trust {
        return if refuse_in_trust(fields, findings) { None } else { Some(None) };
    }
    let element = patterns(fields.resource, fields.not_resource, findings).ok()?;
    let Some(resources) = element.filter(|resources| !resources.values.is_empty()) else {
        refuse_missing(span, findings);
        return None;
    };
    if findings.dialect() != Dialect::Resource {
        for resource in &resources.values {
            check(resource, findings);
        }
    }
    Some(Some(resources))
}

/// Observed: quoted for trust policies.
fn refuse_in_trust(fields: &Fields<'_>, findings: &mut Findings) -> bool {
    let texts = [
        (fields.resource, "Has prohibited field Resource"),
        (fields.not_resource, "AssumeRole policy must not contain resources."),
    ];
    for (member, wire) in texts {
        let Some(member) = member else { continue };
        let message =
            format!("a trust policy cannot have `{}`: it is about its role", member.key.value);
        let code = DiagnosticCode::ProhibitedField;
        findings.refuse(Stage::Resources, code, member.key.span, wire.to_owned(), message);
    }
    fields.resource.or(fields.not_resource).is_some()
}

fn refuse_missing(span: Span, findings: &mut Findings) {
    let wire = match findings.dialect() {
        // Observed: recorded from IAM; an empty array counts as none.
        Dialect::Identity | Dialect::Organization => "Policy statement must contain resources.",
        // Choice: formed as the messages for other missing elements.
        Dialect::Resource => "Missing required field Resource",
    };
    let message = "the statement has neither `Resource` nor `NotResource`".to_owned();
    let code = DiagnosticCode::MissingField;
    findings.refuse(Stage::Resources, code, span, wire.to_owned(), message);
}

/// Observed: the texts and their order are recorded from IAM.
fn check(resource: &Spanned<String>, findings: &mut Findings) {
    let text = resource.value.as_str();
    if text == "*" {
        return;
    }
    let fault = form_fault(text);
    if let Some(wire) = fault {
        let message = format!("resource `{}` is not an ARN of a known shape", quoted(text));
        let code = DiagnosticCode::InvalidResource;
        return findings.refuse(Stage::ResourceForm, code, resource.span, wire, message);
    }
    let mut parts = text.split(':');
    let service_is_empty = parts.nth(2) == Some("");
    let is_short = text.bytes().filter(|byte| *byte == b':').count() < 5;
    if service_is_empty || (is_short && text.contains("::")) {
        // Observed: once one resource is of the wrong form, the old parser is not
        // asked about those behind it.
        let stage = if findings.has(DiagnosticCode::InvalidResource) {
            Stage::ResourceForm
        } else {
            Stage::Legacy
        };
        let wire = "The policy failed legacy parsing".to_owned();
        let message = format!("resource `{}` lacks a component of an ARN", quoted(text));
        findings.refuse(stage, DiagnosticCode::MalformedArn, resource.span, wire, message);
    }
}

/// AWS's text about the form of a resource, when it is not one of an ARN.
fn form_fault(text: &str) -> Option<String> {
    let shown = quoted(text);
    let not_an_arn = || format!("Resource {shown} must be in ARN format or \"*\".");
    let Some((first, rest)) = text.split_once(':') else { return Some(not_an_arn()) };
    let mut parts = rest.splitn(5, ':');
    let partition = parts.next().unwrap_or_default();
    let pattern = Glob::new(partition);
    if !PARTITIONS.iter().any(|known| pattern.matches(known)) {
        return Some(partition_fault(partition, rest));
    }
    if first != "arn" {
        // Choice: AWS's messages print `arn` in place of any first component, and
        // whether it then accepts such a resource is not known. It is refused.
        return Some(not_an_arn());
    }
    let service = parts.next().unwrap_or_default();
    if text.splitn(3, ':').nth(2).is_none() || service.contains(['*', '?']) {
        return Some(
            "Resource vendor must be fully qualified and cannot contain regexes.".to_owned(),
        );
    }
    let region = parts.next().unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    let path = parts.next();
    match service {
        "iam" if !region.is_empty() && path.is_some() => {
            Some(format!("IAM resource {shown} cannot contain region information."))
        }
        // Access points have a region and an account, buckets neither.
        "s3" if !region.is_empty() && account.is_empty() && path.is_some() => {
            Some(format!("Resource {shown} can not contain region information."))
        }
        "iam" => path.filter(|path| !is_iam_path(path)).map(|_| iam_path_fault()),
        _ => None,
    }
}

/// Observed: missing components are printed as `*`.
fn partition_fault(partition: &str, rest: &str) -> String {
    let mut components: Vec<&str> = rest.splitn(5, ':').collect();
    components.resize(components.len().max(5), "*");
    let printed = components.join(":");
    format!(
        "Partition \"{}\" is not valid for resource \"arn:{}\".",
        quoted(partition),
        quoted(&printed)
    )
}

/// Choice: a pattern passes when it could match an allowed beginning.
fn is_iam_path(path: &str) -> bool {
    let literal = path.split(['*', '?']).next().unwrap_or_default();
    path == "root"
        || IAM_RESOURCES.iter().chain(&UNLISTED_IAM_RESOURCES).any(|start| {
            path.starts_with(start) || (literal.len() < path.len() && start.starts_with(literal))
        })
}

fn iam_path_fault() -> String {
    let starts = IAM_RESOURCES.join(", ");
    format!("IAM resource path must either be \"*\", root, or start with {starts}.")
}
