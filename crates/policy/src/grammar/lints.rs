//! What AWS accepts and its author can hardly have meant.
//!
//! These are findings, not errors: nothing here refuses a document or changes what
//! it means. They are looked for when a document is parsed, not when it is
//! compiled from storage.

use super::findings::{Findings, quoted};
use super::{Document, Form};
use crate::{
    Condition, DiagnosticCode, DocumentKind, Effect, Operator, OperatorBase, Patterns, Polarity,
    Quantifier, Span, Spanned, Statement, Version,
};

/// Global keys and keys of STS that can have several values, in lower case.
///
/// Spec: UG:reference_policies_condition-keys, "Value type: multivalued"; the service
/// authorization reference of STS. Other services' keys are not known here.
const MULTIVALUED_KEYS: [&str; 8] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "sts:transitivetagkeys",
];

/// Looks at every statement that could be read.
pub(super) fn check(document: &Document, findings: &mut Findings) {
    for form in &document.statements {
        let Form::Read(statement) = form else { continue };
        check_principal(statement, findings);
        check_variables(statement, document.version, findings);
        for condition in &statement.conditions {
            check_quantifier(condition, statement, findings);
            check_multi_factor(condition, statement.effect.value, findings);
        }
    }
}

/// Spec: UG:access_policies_boundaries: a Deny with NotPrincipal denies everybody
/// who has a permissions boundary, listed or not.
fn check_principal(statement: &Statement, findings: &mut Findings) {
    let Some(principals) = &statement.principals else { return };
    let refused =
        statement.effect.value == Effect::Allow || findings.kind != DocumentKind::Resource;
    if principals.polarity == Polarity::NoneOf && !refused {
        findings.warn(
            DiagnosticCode::NotPrincipalDeny,
            principals.span,
            "`NotPrincipal` also denies the listed ones who have a permissions boundary".to_owned(),
            "use `Principal` with `*` and a condition on `aws:PrincipalArn`",
        );
    }
}

/// Plain operators on keys with several values, and ForAllValues that holds for
/// requests without the key.
fn check_quantifier(condition: &Condition, statement: &Statement, findings: &mut Findings) {
    let Some(operator) = condition.operator.value else { return };
    let key = condition.key.value.to_ascii_lowercase();
    match operator.quantifier {
        // Spec: UG:reference_policies_multi-value-conditions demands a set operator.
        // Choice: without one nothing matches, so that a Deny fails open; hence the lint.
        Quantifier::Single if operator.base != OperatorBase::Null && is_multivalued(&key) => {
            let shown = quoted(&condition.key.value);
            findings.warn(
                DiagnosticCode::MissingQuantifier,
                condition.operator.span,
                format!("`{shown}` has several values, which a plain operator never matches"),
                "prefix the operator with `ForAnyValue:` or `ForAllValues:`",
            );
        }
        // Spec: the same page, the warning about ForAllValues with Allow.
        Quantifier::ForAllValues
            if statement.effect.value == Effect::Allow && !demands(&key, statement) =>
        {
            let shown = quoted(&condition.key.value);
            findings.warn(
                DiagnosticCode::ForAllValuesAllow,
                condition.operator.span,
                format!("this holds for every request without `{shown}`"),
                "add a `Null` condition with `false` on the same key",
            );
        }
        Quantifier::Single | Quantifier::ForAllValues | Quantifier::ForAnyValue => {}
    }
}

/// Spec: UG:reference_policies_iam-condition-keys, the `amr` of a web identity.
fn is_multivalued(folded_key: &str) -> bool {
    MULTIVALUED_KEYS.contains(&folded_key) || folded_key.ends_with(":amr")
}

/// Whether the statement asks for the key to be there.
fn demands(folded_key: &str, statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let is_null = condition.operator.value.map(|operator| operator.base);
        is_null == Some(OperatorBase::Null)
            && condition.key.value.eq_ignore_ascii_case(folded_key)
            && !condition.values.is_empty()
            && condition.values.iter().all(|value| value.value.eq_ignore_ascii_case("false"))
    })
}

/// Spec: UG:reference_policies_condition-keys, aws:MultiFactorAuthPresent is absent
/// for long-term keys: `Bool` with `false` does not deny them, `BoolIfExists` with
/// `true` lets them in.
fn check_multi_factor(condition: &Condition, effect: Effect, findings: &mut Findings) {
    let Some(Operator { base: OperatorBase::Bool, if_exists, .. }) = condition.operator.value
    else {
        return;
    };
    let says = |wanted: &str| {
        condition.values.iter().any(|value| value.value.eq_ignore_ascii_case(wanted))
    };
    if !condition.key.value.eq_ignore_ascii_case("aws:MultiFactorAuthPresent") {
        return;
    }
    let (message, help) = match effect {
        Effect::Allow if if_exists && says("true") => {
            ("long-term access keys pass this without a device", "use `Bool`")
        }
        Effect::Deny if !if_exists && says("false") => {
            ("long-term access keys are not denied by this", "use `BoolIfExists`")
        }
        Effect::Allow | Effect::Deny => return,
    };
    let span = condition.operator.span;
    findings.warn(DiagnosticCode::MultiFactorGap, span, message.to_owned(), help);
}

fn check_variables(statement: &Statement, version: Version, findings: &mut Findings) {
    if version == Version::V2008 {
        return check_literal_variables(statement, findings);
    }
    for action in &statement.actions.values {
        check_misplaced(&action.value, action.span, "an action", findings);
    }
    for entry in statement.principals.iter().flat_map(|element| &element.entries) {
        check_misplaced(&entry.value.value, entry.value.span, "a principal", findings);
    }
    for resource in statement.resources.iter().flat_map(|element| &element.values) {
        if has_variable(before_fifth_colon(&resource.value)) {
            warn_misplaced(resource.span, "before the fifth colon of an ARN", findings);
        }
    }
    for condition in &statement.conditions {
        check_misplaced(&condition.key.value, condition.key.span, "a condition key", findings);
    }
    if findings.kind == DocumentKind::Trust {
        check_username(statement, findings);
    }
}

/// Spec: UG:reference_policies_variables: only in version 2012-10-17 is there such a
/// thing as a variable; before, it is text.
fn check_literal_variables(statement: &Statement, findings: &mut Findings) {
    let resources = statement.resources.iter().flat_map(|element: &Patterns| &element.values);
    let values = statement.conditions.iter().flat_map(|condition| &condition.values);
    let texts = resources
        .map(|Spanned { span, value }| (*span, value))
        .chain(values.map(|value| (value.span, &value.value)));
    for (span, text) in texts {
        if has_variable(text) {
            findings.warn(
                DiagnosticCode::LiteralVariable,
                span,
                format!("`{}` is taken as it stands in this version", quoted(text)),
                "write `\"Version\": \"2012-10-17\"`",
            );
        }
    }
}

/// What stands before the fifth colon that is not part of a variable.
fn before_fifth_colon(text: &str) -> &str {
    let (mut braced, mut colons) = (false, 0);
    for (index, character) in text.char_indices() {
        match character {
            '{' => braced = true,
            '}' => braced = false,
            ':' if !braced => colons += 1,
            _ => {}
        }
        if colons == 5 {
            return text.get(..index).unwrap_or_default();
        }
    }
    // Fewer components: it may be a pattern such as `*`, which has no front.
    ""
}

fn check_misplaced(text: &str, span: Span, place: &str, findings: &mut Findings) {
    if has_variable(text) {
        warn_misplaced(span, &format!("within {place}"), findings);
    }
}

/// Spec: UG:reference_policies_variables, "Where you can use policy variables".
fn warn_misplaced(span: Span, place: &str, findings: &mut Findings) {
    findings.warn(
        DiagnosticCode::MisplacedVariable,
        span,
        format!("there are no variables {place}"),
        "use them behind the fifth colon of a resource, and in values of conditions",
    );
}

fn has_variable(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, behind)| behind.contains('}'))
}

/// Spec: UG:reference_policies_condition-keys: only requests of users carry
/// aws:username, so a role that asks for it is assumed by users alone.
fn check_username(statement: &Statement, findings: &mut Findings) {
    for value in statement.conditions.iter().flat_map(|condition| &condition.values) {
        if value.value.to_ascii_lowercase().contains("${aws:username}") {
            findings.warn(
                DiagnosticCode::UsersOnly,
                value.span,
                "only users have `aws:username`: roles and federated callers are kept out"
                    .to_owned(),
                "use `aws:userid` or a tag, unless only users are meant",
            );
        }
    }
}
