//! Conditions: whether their values mean what they look like, and whether they decide
//! anything.

use stead_policy::{Condition, DocumentKind, OperatorBase};

use crate::document::Document;
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&LITERAL_WILDCARD];

const IDENTITY: DocumentKind = DocumentKind::Identity;

static LITERAL_WILDCARD: Rule = Rule {
    code: "condition/literal-wildcard",
    severity: Severity::Warning,
    title: "a wildcard under an operator that takes it literally",
    text: "`StringEquals` and its kin know no wildcards: the value matches a star or a question \
           mark. Use `StringLike`, or `ArnLike` for ARNs; where the character is meant, write \
           `${*}` or `${?}`.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringEquals": {"s3:prefix": "home/*"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "home/*"}}}"#,
    ),
};

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        for condition in &resolved.statement.conditions {
            check_wildcards(condition, findings);
        }
    }
}

/// Spec: UG:reference_policies_elements_condition_operators, exact matching.
fn check_wildcards(condition: &Condition, findings: &mut Vec<Finding>) {
    use OperatorBase as Base;
    let Some(operator) = condition.operator.value else { return };
    let like = match operator.base {
        Base::StringEquals | Base::StringEqualsIgnoreCase => Base::StringLike,
        Base::StringNotEquals | Base::StringNotEqualsIgnoreCase => Base::StringNotLike,
        _ => return,
    };
    for value in &condition.values {
        if has_wildcard(&value.value) {
            let message = format!(
                "`{}` takes the wildcard in `{}` literally",
                operator.base.name(),
                value.value
            );
            let finding = Finding::new(&LITERAL_WILDCARD, value.span, message);
            findings.push(finding.help(format!("use `{}`", like.name())));
        }
    }
}

/// Choice: a question mark in a URL begins its query.
fn has_wildcard(text: &str) -> bool {
    let question = |text: &str| text.contains('?') && !text.contains("://");
    let plain = text.replace("${*}", "").replace("${?}", "");
    plain.contains('*') || question(&plain)
}
