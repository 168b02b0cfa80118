//! Principals that are everybody.

use stead_policy::{DocumentKind, PrincipalEntry, PrincipalKind};

use crate::document::{Document, Resolved};
use crate::{Example, Finding, Rule, Severity};

pub(super) static TRUST: Rule = Rule {
    code: "trust/everybody",
    severity: Severity::Error,
    title: "everybody can assume the role",
    text: "The principal `*` is every user and role of every account. Name the accounts, or ask \
           for `aws:PrincipalOrgID`, `aws:PrincipalAccount` or `aws:PrincipalArn`. An external id \
           alone is a password that cannot be changed without both sides; it makes this a \
           warning.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
    ),
};

pub(super) static RESOURCE: Rule = Rule {
    code: "resource/everybody",
    severity: Severity::Warning,
    title: "everybody is allowed, the anonymous included",
    text: "Without any condition the resource is public. Where that is meant, nothing is wrong.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}"#,
    ),
    clean: Example::new(
        DocumentKind::Resource,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
    ),
};

/// The keys whose value tells whose principal it is. Tags do not: whoever has an account
/// can set them there.
const WHOSE: &[&str] = &[
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "aws:VpceAccount",
    "aws:VpceOrgID",
];

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in document.statements.iter().filter(|resolved| resolved.allows()) {
        for entry in resolved.principals().filter(|entry| is_everybody(entry)) {
            match document.kind {
                DocumentKind::Trust => findings.extend(trusted(resolved, entry)),
                DocumentKind::Resource if resolved.statement.conditions.is_empty() => {
                    let message = "everybody is allowed, the anonymous included".to_owned();
                    let finding = Finding::new(&RESOURCE, entry.value.span, message);
                    findings.push(finding.help("name principals, or ask for `aws:PrincipalOrgID`"));
                }
                _ => {}
            }
        }
    }
}

fn is_everybody(entry: &PrincipalEntry) -> bool {
    matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && entry.value.value == "*"
}

fn trusted(resolved: &Resolved<'_>, entry: &PrincipalEntry) -> Option<Finding> {
    if resolved.asks_for(WHOSE) {
        return None;
    }
    let finding = |message: &str| Finding::new(&TRUST, entry.value.span, message.to_owned());
    let finding = if resolved.statement.conditions.is_empty() {
        finding("everybody with an AWS account can assume the role")
    } else if resolved.asks_for(&["sts:ExternalId"]) {
        finding("everybody who knows the external id can assume the role")
            .severity(Severity::Warning)
    } else {
        finding("no condition says whose principals can assume the role")
            .severity(Severity::Warning)
    };
    Some(finding.help("name the accounts, or ask for `aws:PrincipalOrgID`"))
}
