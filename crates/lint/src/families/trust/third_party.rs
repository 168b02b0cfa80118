//! Principals of other accounts, and of nobody any more.

use stead_policy::{DocumentKind, PrincipalEntry, PrincipalKind, Span};
use stead_types::{AccountId, Arn, UniqueId};

use crate::document::{Document, Resolved};
use crate::{Example, Finding, Rule, Severity};

pub(super) static EXTERNAL_ID: Rule = Rule {
    code: "trust/missing-external-id",
    severity: Severity::Note,
    title: "another account is trusted without an external id",
    text: "A service that assumes roles of many customers can be talked into assuming yours for \
           another of them, unless the trust policy asks for the id it gave to you alone \
           (`sts:ExternalId`). Between accounts of one organization a condition on \
           `aws:PrincipalOrgID` does instead. With `--account` given, principals of other \
           accounts are third parties and this is a warning.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "4b1f0a"}}}"#,
    ),
};

pub(super) static DELETED: Rule = Rule {
    code: "trust/deleted-principal",
    severity: Severity::Warning,
    title: "the principal exists no more",
    text: "IAM keeps the unique id of a user or role that a policy names, and shows the id once the \
           user or role is deleted. A new one of the same name has another id and is not meant. \
           Name it again, or take it out: IAM does not save a policy with such an id.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "AROAIOSFODNN7EXAMPLE1"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "4b1f0a"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ci"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "4b1f0a"}}}"#,
    ),
};

/// The keys that tell a third party apart, or say that it is none.
const TOLD_APART: &[&str] =
    &["sts:ExternalId", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:SourceIdentity"];

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        let entries = resolved.statement.principals.iter().flat_map(|element| &element.entries);
        for entry in entries.filter(|entry| entry.kind == PrincipalKind::Aws) {
            let text = entry.value.value.as_str();
            if text.parse::<UniqueId>().is_ok() {
                let message = format!("`{text}` is the id of a user or role that was deleted");
                let finding = Finding::new(&DELETED, entry.value.span, message);
                findings.push(finding.help("name the one that is meant now, or take it out"));
            }
        }
        if document.kind == DocumentKind::Trust && resolved.allows() {
            check_external_id(document, resolved, findings);
        }
    }
}

fn check_external_id(
    document: &Document<'_>,
    resolved: &Resolved<'_>,
    findings: &mut Vec<Finding>,
) {
    let assumes = |action: &str| action.eq_ignore_ascii_case("sts:AssumeRole");
    let actions = &resolved.statement.actions.values;
    if !actions.iter().any(|action| assumes(&action.value)) || resolved.asks_for(TOLD_APART) {
        return;
    }
    for entry in resolved.principals().filter(|entry| entry.kind == PrincipalKind::Aws) {
        let Some(account) = account(entry) else { continue };
        let own = &document.options.accounts;
        if !own.contains(&account) {
            findings.push(external_id(account, entry.value.span, !own.is_empty()));
        }
    }
}

fn external_id(account: AccountId, span: Span, is_foreign: bool) -> Finding {
    if is_foreign {
        let message =
            format!("account {account} is a third party, and no external id is asked for");
        return Finding::new(&EXTERNAL_ID, span, message)
            .severity(Severity::Warning)
            .help("ask for `sts:ExternalId`, or for `aws:PrincipalOrgID`");
    }
    let message = format!("if account {account} is a third party, an external id is missing");
    Finding::new(&EXTERNAL_ID, span, message).help("say which accounts are yours with --account")
}

fn account(entry: &PrincipalEntry) -> Option<AccountId> {
    let text = entry.value.value.as_str();
    text.parse().ok().or_else(|| text.parse::<Arn>().ok()?.account())
}
