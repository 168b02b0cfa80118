//! Sizes near what AWS admits, and the version.

use stead_policy::{DocumentKind, PolicyText, Span, Version};

use crate::document::Document;
use crate::{Edit, Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&OVER, &NEAR, &NO_VERSION];

static OVER: Rule = Rule {
    code: "size/over-quota",
    severity: Severity::Error,
    title: "the document is longer than AWS admits",
    text: "IAM counts the characters of a document without the white space between its tokens, STS \
           and Organizations count all of them. A quota that can be raised, or that depends on \
           where the document is put, makes this a warning.",
    fixable: false,
    shown: Example::padded(
        DocumentKind::Session,
        r#"{"Sid": "PADDING", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
        2_100,
    ),
    clean: Example::padded(
        DocumentKind::Identity,
        r#"{"Sid": "PADDING", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
        2_100,
    ),
};

static NEAR: Rule = Rule {
    code: "size/near-quota",
    severity: Severity::Note,
    title: "the document is nearly as long as AWS admits",
    text: "Less than a tenth of the quota is left.",
    fixable: false,
    shown: Example::padded(
        DocumentKind::Session,
        r#"{"Sid": "PADDING", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
        1_850,
    ),
    clean: Example::padded(
        DocumentKind::Session,
        r#"{"Sid": "PADDING", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
        1_000,
    ),
};

static NO_VERSION: Rule = Rule {
    code: "statement/no-version",
    severity: Severity::Note,
    title: "the document does not say its version",
    text: "Version 2008-10-17 is meant then, which has no variables and which AWS refuses for managed \
           policies and those of organizations.",
    fixable: true,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#,
    ),
};

/// How many characters a document may have, and what that is called.
struct Quota {
    most: usize,
    name: &'static str,
    severity: Severity,
}

const fn quota(most: usize, name: &'static str, severity: Severity) -> Quota {
    Quota { most, name, severity }
}

const MANAGED: usize = 6_144;

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    findings.extend(size(document));
    findings.extend(version(document));
}

/// Spec: UG:reference_iam-quotas, ORG:orgs_reference_limits, the model of AssumeRole.
fn quotas(document: &Document<'_>) -> Vec<Quota> {
    use Severity::{Error, Warning};
    match document.kind {
        DocumentKind::Identity if document.options.managed => {
            vec![quota(MANAGED, "a managed policy", Error)]
        }
        // Nobody said to what it is attached, and AWS's own policies have no quota: what no
        // customer can store, then what fits one thing.
        DocumentKind::Identity => vec![
            quota(10_240, "the inline policies of a role", Warning),
            quota(MANAGED, "a managed policy", Warning),
        ],
        DocumentKind::Boundary => vec![quota(MANAGED, "a managed policy", Error)],
        DocumentKind::Session => vec![quota(2_048, "a session policy", Error)],
        // It can be raised.
        DocumentKind::Trust => vec![quota(2_048, "a trust policy", Warning)],
        DocumentKind::ServiceControl => vec![quota(5_120, "a service control policy", Warning)],
        DocumentKind::ResourceControl => vec![quota(5_120, "a resource control policy", Warning)],
        // Each service has its own.
        DocumentKind::Resource => Vec::new(),
    }
}

fn size(document: &Document<'_>) -> Option<Finding> {
    let text = PolicyText::from(document.text);
    let excess = |most| text.excess(document.kind, most);
    let quotas = quotas(document);
    for Quota { most, name, severity } in &quotas {
        if let Some(span) = excess(*most) {
            let message = format!("this is more than the {most} characters of {name}");
            return Some(
                Finding::new(&OVER, first_of(document.text, span), message).severity(*severity),
            );
        }
    }
    let Quota { most, name, .. } = quotas.last()?;
    excess(most / 10 * 9)?;
    let message = format!("less than a tenth is left of the {most} characters of {name}");
    Some(Finding::new(&NEAR, first_of(document.text, Span::new(0, 0)), message))
}

/// The first character at a place.
fn first_of(text: &str, span: Span) -> Span {
    let length =
        text.get(span.start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::new(span.start, span.start + length)
}

/// Where the text has `${`, another version gives it another meaning.
fn version(document: &Document<'_>) -> Option<Finding> {
    if document.policy.version() == Version::V2012 || document.policy.version_is_written() {
        return None;
    }
    let start = document.text.find('{')?;
    let span = first_of(document.text, Span::new(start, start));
    let message = "without a version 2008-10-17 is meant".to_owned();
    let finding =
        Finding::new(&NO_VERSION, span, message).help("write `\"Version\": \"2012-10-17\"`");
    if document.text.contains("${") || document.text.contains("\\u") {
        return Some(finding);
    }
    let behind = document.text.get(span.end..)?;
    let space = behind.get(..behind.len() - behind.trim_start().len())?;
    let text = format!("{space}\"Version\": \"2012-10-17\",");
    Some(finding.fix(Edit { span: Span::new(span.end, span.end), text }))
}
