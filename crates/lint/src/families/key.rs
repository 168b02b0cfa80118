//! Condition keys: whether requests have them, and what their values are.

use stead_catalogue::{Key, KeyKind, Service};
use stead_policy::{Condition, DocumentKind, OperatorBase, Quantifier};

use crate::document::{Document, Resolved, key_of};
use crate::nearest::nearest;
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&UNKNOWN, &UNSUPPORTED, &MISMATCH, &NEEDLESS_QUANTIFIER];

const IDENTITY: DocumentKind = DocumentKind::Identity;

static UNKNOWN: Rule = Rule {
    code: "condition/unknown-key",
    severity: Severity::Warning,
    title: "there is no such condition key",
    text: "AWS accepts every key. A condition on one that no request has never holds, and with a \
           negated operator, `IfExists` or `ForAllValues` it always does, so that a Deny may deny \
           nothing and an Allow may allow everybody.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgld": "o-a1b2c3d4e5"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"AWS:principalorgid": "o-a1b2c3d4e5"}}}"#,
    ),
};

static UNSUPPORTED: Rule = Rule {
    code: "condition/unsupported-key",
    severity: Severity::Warning,
    title: "no action of the statement has the condition key",
    text: "The key exists, and requests for these actions do not have it. An Allow that asks for \
           it allows nothing; one that asks with a negated operator is not limited by it.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "home/*"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "home/*"}}}"#,
    ),
};

static MISMATCH: Rule = Rule {
    code: "condition/type-mismatch",
    severity: Severity::Warning,
    title: "the operator compares something else than the key has",
    text: "An operator that expects numbers, dates, addresses or ARNs never matches a key with \
           other values. Text operators compare what is written: a range of addresses or an \
           earlier date means nothing to them.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceIp": "203.0.113.0/24"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#,
    ),
};

static NEEDLESS_QUANTIFIER: Rule = Rule {
    code: "condition/needless-quantifier",
    severity: Severity::Note,
    title: "a quantifier on a key with one value",
    text: "`ForAllValues` and `ForAnyValue` are for keys with several values. With `ForAllValues` \
           the condition also holds for requests without the key.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}}"#,
    ),
};

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        for condition in &resolved.statement.conditions {
            check_condition(resolved, condition, findings);
        }
    }
}

fn check_condition(resolved: &Resolved<'_>, condition: &Condition, findings: &mut Vec<Finding>) {
    let name = condition.key.value.as_str();
    if is_of_provider(name) || name.contains("${") {
        return;
    }
    let Some(key) = key_of(resolved, name) else {
        findings.extend(unknown(name, condition));
        return;
    };
    if !is_supported(resolved, name) {
        let message = format!("no action of the statement has `{name}`");
        findings.push(Finding::new(&UNSUPPORTED, condition.key.span, message));
    }
    check_operator(key, condition, findings);
}

/// Keys made of the claims of a token: the issuer has a dot. The rules about trust look at
/// them; in other policies they are those of sessions.
pub(super) fn is_of_provider(name: &str) -> bool {
    name.rsplit_once(':').is_some_and(|(prefix, _)| prefix.contains(['.', '/']))
}

fn unknown(name: &str, condition: &Condition) -> Option<Finding> {
    let finding = |message| Finding::new(&UNKNOWN, condition.key.span, message);
    let message = format!("there is no condition key `{name}`");
    let Some((prefix, rest)) = name.split_once(':') else {
        return Some(
            finding(message).help("a key begins with the service that sets it, or `aws:`"),
        );
    };
    if prefix.eq_ignore_ascii_case("aws") {
        let tagged = ["RequestTag", "ResourceTag", "PrincipalTag"];
        if let Some(tag) =
            tagged.iter().find(|tag| rest.trim_end_matches('/').eq_ignore_ascii_case(tag))
        {
            return Some(
                finding(message).help(format!("write `aws:{tag}/` and the key of the tag")),
            );
        }
        let known: Vec<String> = stead_catalogue::global_keys().map(Key::name).collect();
        return Some(suggested(finding(message), name, &known));
    }
    match stead_catalogue::service(prefix) {
        Some(service) => {
            let known: Vec<String> = service.keys.iter().map(|key| key.name()).collect();
            Some(suggested(finding(message), name, &known))
        }
        // Few services name keys otherwise than their actions.
        None if stead_catalogue::services().any(|other| has_key(other, name)) => None,
        None => Some(finding(message).help(format!("no service has the prefix `{prefix}`"))),
    }
}

fn has_key(prefix: &str, name: &str) -> bool {
    stead_catalogue::service(prefix).is_some_and(|service: &Service| service.key(name).is_some())
}

fn suggested(finding: Finding, name: &str, known: &[String]) -> Finding {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("`{near}` is meant?")),
        None => finding,
    }
}

/// Whether a request for one of the statement's actions can have the key. Where they are
/// not known, or the key is one that every request can have, it can.
///
/// Choice: the tags of resources are taken to be everywhere, since the catalogue lacks them
/// for many types that have them.
fn is_supported(resolved: &Resolved<'_>, name: &str) -> bool {
    let begins =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix));
    let of_request = begins("aws:RequestTag/") || name.eq_ignore_ascii_case("aws:TagKeys");
    if stead_catalogue::global_key(name).is_some() && !of_request {
        return true;
    }
    let Some(actions) = resolved.known_actions() else { return true };
    actions.iter().any(|(service, action)| service.has_key(action, name))
}

fn check_operator(key: Key, condition: &Condition, findings: &mut Vec<Finding>) {
    let Some(operator) = condition.operator.value else { return };
    let name = condition.key.value.as_str();
    let single = operator.quantifier == Quantifier::Single;
    if single
        && key.kind.is_multivalued()
        && operator.base != OperatorBase::Null
        && !stead_catalogue::global_key(name).is_some_and(|key| key.kind.is_multivalued())
    {
        findings.push(super::grammar::missing_quantifier(condition));
    }
    if !single && !key.kind.is_multivalued() && key.kind != KeyKind::Other {
        let message = format!("`{name}` has one value, so it needs no quantifier");
        findings.push(Finding::new(&NEEDLESS_QUANTIFIER, condition.operator.span, message));
    }
    if let Some((has, operators)) = mismatch(key, operator.base, condition) {
        let message = format!("`{}` does not fit `{name}`, which has {has}", operator.base.name());
        let finding = Finding::new(&MISMATCH, condition.operator.span, message);
        findings.push(finding.help(format!("use {operators}")));
    }
}

/// What the key has, and which operators are for that, where the operator is not one.
///
/// Choice: text operators are fine where the text is what counts (ARNs, `true` and
/// `false`), and of keys of single services the types are not believed against a value
/// that fits the operator, since the catalogue calls some ARNs and numbers text.
fn mismatch(
    key: Key,
    base: OperatorBase,
    condition: &Condition,
) -> Option<(&'static str, &'static str)> {
    let compared = Compared::of(base)?;
    let name = condition.key.value.as_str();
    let global = stead_catalogue::global_key(name).is_some();
    let any = |test: fn(&str) -> bool| condition.values.iter().any(|value| test(&value.value));
    let fits = match key.kind {
        // Tags hold what people put there.
        KeyKind::Text | KeyKind::Texts => {
            compared == Compared::Text || !global || name.contains('/')
        }
        KeyKind::Arn | KeyKind::Arns => matches!(compared, Compared::Text | Compared::Arn),
        KeyKind::Bool | KeyKind::Bools => {
            compared == Compared::Bool || (compared == Compared::Text && !any(is_no_boolean))
        }
        KeyKind::Number => matches!(compared, Compared::Number | Compared::Text),
        KeyKind::Date => matches!(compared, Compared::Date | Compared::Number),
        KeyKind::Ip => compared == Compared::Ip || (compared == Compared::Text && !any(is_range)),
        KeyKind::Other => true,
    };
    (!fits).then(|| words(key.kind))
}

fn is_no_boolean(text: &str) -> bool {
    !["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_range(text: &str) -> bool {
    text.contains('/')
}

const fn words(kind: KeyKind) -> (&'static str, &'static str) {
    match kind {
        KeyKind::Arn | KeyKind::Arns => ("ARNs", "`ArnLike` or its kin"),
        KeyKind::Bool | KeyKind::Bools => ("`true` or `false`", "`Bool`"),
        KeyKind::Number => ("a number", "`NumericEquals` or its kin"),
        KeyKind::Date => ("a date", "`DateLessThan` or its kin"),
        KeyKind::Ip => ("an address", "`IpAddress` or `NotIpAddress`"),
        KeyKind::Text | KeyKind::Texts | KeyKind::Other => ("text", "`StringEquals` or its kin"),
    }
}

/// What an operator compares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compared {
    Text,
    Arn,
    Bool,
    Number,
    Date,
    Ip,
}

impl Compared {
    /// `None` for the operators that fit every key.
    const fn of(base: OperatorBase) -> Option<Self> {
        use OperatorBase as Base;
        Some(match base {
            Base::StringEquals
            | Base::StringNotEquals
            | Base::StringEqualsIgnoreCase
            | Base::StringNotEqualsIgnoreCase
            | Base::StringLike
            | Base::StringNotLike => Self::Text,
            Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => Self::Arn,
            Base::NumericEquals
            | Base::NumericNotEquals
            | Base::NumericLessThan
            | Base::NumericLessThanEquals
            | Base::NumericGreaterThan
            | Base::NumericGreaterThanEquals => Self::Number,
            Base::DateEquals
            | Base::DateNotEquals
            | Base::DateLessThan
            | Base::DateLessThanEquals
            | Base::DateGreaterThan
            | Base::DateGreaterThanEquals => Self::Date,
            Base::Bool => Self::Bool,
            Base::IpAddress | Base::NotIpAddress => Self::Ip,
            Base::BinaryEquals | Base::Null => return None,
        })
    }
}
