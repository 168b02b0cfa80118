use stead_types::{AccountId, Arn, UniqueId, UniqueIdKind};

use super::findings::{Dialect, Findings, quoted};
use super::statement::Fields;
use crate::diagnostics::Stage;
use crate::json::{Json, JsonValue, Member};
use crate::{
    DiagnosticCode, DocumentKind, Effect, Polarity, PrincipalEntry, PrincipalKind, Principals,
    Shape, Span, Spanned,
};

/// Reads Principal or NotPrincipal: `Some(None)` for documents that have neither.
#[expect(clippy::option_option, reason = "absent and unreadable are different things here")]
pub(super) fn read(
    fields: &Fields<'_>,
    effect: Option<Effect>,
    span: Span,
    findings: &mut Findings,
) -> Option<Option<Principals>> {
    if !findings.kind.has_principal() {
        let member = fields.principal.or(fields.not_principal);
        return match member {
            None => Some(None),
            Some(member) => {
                refuse_principal(member, findings);
                None
            }
        };
    }
    let (member, polarity) = match (fields.principal, fields.not_principal) {
        (Some(member), None) => (member, Polarity::Any),
        (None, Some(member)) => (member, Polarity::NoneOf),
        (None, None) => {
            let wire = "Missing required field Principal".to_owned();
            refuse(
                DiagnosticCode::MissingField,
                span,
                wire,
                "the statement has no `Principal`".to_owned(),
                findings,
            );
            return None;
        }
        (Some(_), Some(second)) => {
            let message = "`Principal` and `NotPrincipal` exclude each other".to_owned();
            findings.syntax(DiagnosticCode::ConflictingFields, second.key.span, message);
            return None;
        }
    };
    if polarity == Polarity::NoneOf {
        check_not_principal(member.key.span, effect, findings);
    }
    let Read { kinds, entries } = read_value(&member.value, findings)?;
    Some(Some(Principals { span: member.value.span, polarity, kinds, entries }))
}

/// Observed: quoted for CreatePolicy and PutUserPolicy.
fn refuse_principal(member: &Member, findings: &mut Findings) {
    let wire = "Policy document should not specify a principal.".to_owned();
    let message = format!("this kind of policy cannot have `{}`", member.key.value);
    refuse(DiagnosticCode::ProhibitedField, member.key.span, wire, message, findings);
}

/// Spec: UG:reference_policies_elements_notprincipal: not in trust policies, and
/// only with Deny. Observed: the texts are quoted for trust policies.
fn check_not_principal(span: Span, effect: Option<Effect>, findings: &mut Findings) {
    let (wire, message) = match (findings.kind, effect) {
        (_, Some(Effect::Allow)) => (
            "Allow with NotPrincipal is not allowed.",
            "`NotPrincipal` with `Allow` would allow everybody else, the anonymous included",
        ),
        (DocumentKind::Resource, _) => return,
        _ => (
            "AssumeRole policy must not contain NotPrincipal field.",
            "this kind of policy cannot have `NotPrincipal`",
        ),
    };
    let code = DiagnosticCode::ProhibitedField;
    refuse(code, span, wire.to_owned(), message.to_owned(), findings);
}

/// The value of the element.
#[derive(Default)]
struct Read {
    kinds: Vec<(PrincipalKind, Shape)>,
    entries: Vec<PrincipalEntry>,
}

fn read_value(json: &Json, findings: &mut Findings) -> Option<Read> {
    match &json.value {
        JsonValue::String(text) => {
            let value = Spanned::new(json.span, text.clone());
            check_bare(&value, findings);
            let entries = vec![PrincipalEntry { kind: PrincipalKind::Everyone, value }];
            (text == "*").then(|| Read { kinds: Vec::new(), entries })
        }
        JsonValue::Object(_) => read_object(json, findings),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) | JsonValue::Array(_) => {
            findings.wrong_type(json, "Principal", "an object");
            None
        }
    }
}

/// A string in place of the object: only `*`, and not in trust policies.
fn check_bare(value: &Spanned<String>, findings: &mut Findings) {
    let text = quoted(&value.value);
    if findings.kind == DocumentKind::Trust {
        let wire = match value.value.as_str() {
            // Observed: quoted in public (aws/aws-cdk issue 5732) and recorded by the project
            // radkawar/stackd, although the page on Principal calls it the same as
            // `"AWS": "*"`. Nobody can save it; what was stored all the same is evaluated as
            // that page says.
            "*" => "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".".to_owned(),
            // Observed: quoted for trust policies.
            _ => "Principal must be a JSON object.".to_owned(),
        };
        let message = "a trust policy says under which key a principal stands".to_owned();
        refuse(DiagnosticCode::InvalidPrincipal, value.span, wire, message, findings);
    } else if text != "*" {
        let wire = format!("Invalid principal in policy: \"{text}\"");
        let message = format!("`{text}` must stand under `AWS`, `Service` or `Federated`");
        refuse(DiagnosticCode::InvalidPrincipal, value.span, wire, message, findings);
    }
}

fn read_object(json: &Json, findings: &mut Findings) -> Option<Read> {
    if findings.kind == DocumentKind::ResourceControl {
        // Spec: ORG:orgs_manage_policies_rcps_syntax, Principal supports only `*`.
        let message = "a resource control policy has the principal `*`".to_owned();
        findings.syntax(DiagnosticCode::InvalidPrincipal, json.span, message);
    }
    let object = findings.object(json, "Principal")?;
    let mut read = Read::default();
    let mut readable = object.unique;
    for member in object.members {
        readable &= read_member(member, &mut read, findings).is_some();
    }
    if readable && read.entries.is_empty() {
        // Observed: quoted for trust policies.
        let wire = "Missing required field Principal cannot be empty!".to_owned();
        let message = "the statement names no principal".to_owned();
        refuse(DiagnosticCode::MissingField, json.span, wire, message, findings);
        return None;
    }
    readable.then_some(read)
}

fn read_member(member: &Member, read: &mut Read, findings: &mut Findings) -> Option<()> {
    let kind = match member.key.value.as_str() {
        "AWS" => PrincipalKind::Aws,
        "Federated" => PrincipalKind::Federated,
        "Service" => PrincipalKind::Service,
        "CanonicalUser" if findings.kind != DocumentKind::Trust => PrincipalKind::CanonicalUser,
        other => {
            // Observed: quoted for trust policies.
            let wire = format!("Invalid principal in policy: \"{}\"", quoted(other));
            let message = format!("`{}` is no kind of principal here", quoted(other));
            refuse(DiagnosticCode::InvalidPrincipal, member.key.span, wire, message, findings);
            return None;
        }
    };
    read.kinds.push((kind, member.value.value.shape()));
    for value in findings.strings(&member.value, &member.key.value)? {
        check_value(kind, &value, findings);
        read.entries.push(PrincipalEntry { kind, value });
    }
    Some(())
}

/// Observed: recorded for `*` by the project radkawar/stackd, quoted in public for ARNs
/// that lack a part.
const FEDERATED: &str = "Federated principals must be valid domain names or SAML metadata ARNs";

/// Whether a principal can exist at all. Whether it does is not known here.
fn check_value(kind: PrincipalKind, value: &Spanned<String>, findings: &mut Findings) {
    let text = value.value.as_str();
    let shown = quoted(text);
    // Observed: quoted for trust policies.
    let invalid = |name: &str| format!("Invalid principal in policy: \"{name}\":\"{shown}\"");
    let (wire, sound) = match kind {
        PrincipalKind::Aws => {
            let origin = findings.kind == DocumentKind::Resource && is_origin_access(text);
            (invalid("AWS"), origin || is_aws_principal(text))
        }
        PrincipalKind::Federated => (FEDERATED.to_owned(), is_federated_principal(text)),
        PrincipalKind::Service => (invalid("SERVICE"), is_host_name(text)),
        PrincipalKind::CanonicalUser | PrincipalKind::Everyone => return,
    };
    if !sound {
        let message = format!("`{shown}` cannot be a principal");
        refuse(DiagnosticCode::InvalidPrincipal, value.span, wire, message, findings);
    }
}

/// Spec: UG:reference_policies_elements_principal: an account by number or root ARN,
/// a user, a role, a session of either kind, a unique id, or everybody. No partial
/// wildcards; groups are no principals.
fn is_aws_principal(text: &str) -> bool {
    if text == "*" || text.parse::<AccountId>().is_ok() {
        return true;
    }
    if let Ok(id) = text.parse::<UniqueId>() {
        return matches!(id.kind(), UniqueIdKind::User | UniqueIdKind::Role);
    }
    let Ok(arn) = text.parse::<Arn>() else { return false };
    let kinds: &[&str] = match arn.service() {
        "iam" => &["user", "role"],
        "sts" => &["assumed-role", "federated-user"],
        _ => return false,
    };
    let plain = arn.account().is_some() && arn.region().is_empty() && !text.contains(['*', '?']);
    let named =
        kinds.iter().any(|kind| arn.resource_of(kind).is_some_and(|name| is_name(kind, name)));
    plain && (named || (arn.service() == "iam" && arn.resource() == "root"))
}

/// Whether this can stand behind `user/`, `assumed-role/` and the like: users and
/// roles may have a path, a session has its role's name before its own.
fn is_name(kind: &str, name: &str) -> bool {
    let parts = name.split('/').count();
    let fits = match kind {
        "assumed-role" => parts == 2,
        "federated-user" => parts == 1,
        _ => true,
    };
    fits && name.split('/').all(|part| !part.is_empty())
}

/// Spec: CloudFront:private-content-restricting-access-to-s3, the ARN of an origin
/// access identity, which bucket policies name: no account, and blanks in the name.
fn is_origin_access(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("arn:") else { return false };
    let name = rest.split_once(":iam::cloudfront:user/CloudFront Origin Access Identity ");
    name.is_some_and(|(partition, id)| {
        partition.starts_with("aws")
            && !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// A provider's ARN, or the bare host name of a well-known one. Observed: IAM does
/// not ask whether such a host name is one it knows.
fn is_federated_principal(text: &str) -> bool {
    let Ok(arn) = text.parse::<Arn>() else { return is_host_name(text) };
    let named =
        ["saml-provider", "oidc-provider"].iter().any(|kind| arn.resource_of(kind).is_some());
    arn.service() == "iam" && arn.account().is_some() && named && !text.contains(['*', '?'])
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.contains('.') && text.split('.').all(label)
}

fn refuse(
    code: DiagnosticCode,
    span: Span,
    wire: String,
    message: String,
    findings: &mut Findings,
) {
    debug_assert!(
        findings.dialect() != Dialect::Identity || code == DiagnosticCode::ProhibitedField
    );
    findings.refuse(Stage::Principal, code, span, wire, message);
}
