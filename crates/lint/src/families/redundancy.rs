//! What says nothing that is not said beside it.

use stead_policy::DocumentKind;
use stead_policy::{
    Condition, Effect, Pattern, Patterns, Polarity, PrincipalKind, Principals, Spanned, Statement,
};

use crate::document::Document;
use crate::edit::removed;
use crate::limits::{PATTERNS_COMPARED_MAX, STATEMENTS_COMPARED_MAX};
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&PATTERN, &STATEMENT, &SHADOWED];

const IDENTITY: DocumentKind = DocumentKind::Identity;

static PATTERN: Rule = Rule {
    code: "statement/redundant-entry",
    severity: Severity::Note,
    title: "another entry of the list covers this one",
    text: "Whatever the entry matches, another entry of the same list matches too. It can be taken \
           out, or the other is wider than was meant.",
    fixable: true,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": "*"}"#,
    ),
};

static STATEMENT: Rule = Rule {
    code: "statement/redundant",
    severity: Severity::Note,
    title: "another statement says the same and more",
    text: "Another statement of the same effect is for all that this one is for, and asks for no \
           more. This one can be taken out, or the other is wider than was meant.",
    fixable: true,
    shown: Example::new(
        IDENTITY,
        r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]"#,
    ),
};

static SHADOWED: Rule = Rule {
    code: "statement/shadowed",
    severity: Severity::Warning,
    title: "a Deny leaves nothing of the Allow",
    text: "A Deny of the same document is for all that this Allow is for, so that it never allows \
           anything.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"[{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"[{"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}]"#,
    ),
};

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        let statement = resolved.statement;
        check_list(document.text, &statement.actions, Pattern::of_action, findings);
        if let Some(resources) = &statement.resources {
            check_list(document.text, resources, Pattern::of_resource, findings);
        }
    }
    check_statements(document, findings);
}

fn check_list(
    text: &str,
    list: &Patterns,
    pattern: fn(&str) -> Pattern,
    findings: &mut Vec<Finding>,
) {
    if list.values.len() < 2 || list.values.len() > PATTERNS_COMPARED_MAX {
        return;
    }
    let patterns: Vec<(&Spanned<String>, Pattern)> =
        list.values.iter().map(|value| (value, pattern(&value.value))).collect();
    for (at, (value, narrow)) in patterns.iter().enumerate() {
        let cover = patterns.iter().enumerate().find(|(other, (wide_value, wide))| {
            // Of two that say the same the first stays.
            at != *other
                && covers(wide_value, wide, narrow)
                && (*other < at || !covers(value, narrow, wide))
        });
        if let Some((_, (wide, _))) = cover {
            let message = format!("`{}` covers `{}`", wide.value, value.value);
            let finding = Finding::new(&PATTERN, value.span, message);
            findings.push(match removed(text, value.span) {
                Some(edit) => finding.fix(edit),
                None => finding,
            });
        }
    }
}

/// `*` is for everything, also for actions that have no resource.
fn covers(wide_text: &Spanned<String>, wide: &Pattern, narrow: &Pattern) -> bool {
    wide_text.value == "*" || wide.covers(narrow)
}

/// A statement, made ready to be compared.
struct Ready<'p> {
    statement: &'p Statement,
    actions: Vec<Pattern>,
    resources: Vec<Pattern>,
}

/// Choice: NotAction, NotResource and NotPrincipal are compared as they stand.
fn check_statements(document: &Document<'_>, findings: &mut Vec<Finding>) {
    if document.statements.len() > STATEMENTS_COMPARED_MAX {
        return;
    }
    let ready: Vec<Ready<'_>> =
        document.statements.iter().map(|resolved| Ready::new(resolved.statement)).collect();
    for (at, narrow) in ready.iter().enumerate() {
        let cover = ready.iter().enumerate().find(|(other, wide)| {
            at != *other
                && wide.covers(narrow)
                && (effect(wide) == Effect::Deny || effect(narrow) == Effect::Allow)
                // Of two that say the same the first stays.
                && (effect(wide) != effect(narrow) || !narrow.covers(wide) || *other < at)
        });
        if let Some((other, wide)) = cover {
            findings.push(covered(document, (other, wide), narrow));
        }
    }
}

const fn effect(ready: &Ready<'_>) -> Effect {
    ready.statement.effect.value
}

fn covered(document: &Document<'_>, wide: (usize, &Ready<'_>), narrow: &Ready<'_>) -> Finding {
    let name = match &wide.1.statement.sid {
        Some(sid) if !sid.value.is_empty() => format!("statement `{}`", sid.value),
        _ => format!("statement {}", wide.0 + 1),
    };
    let span = narrow.statement.effect.span;
    if effect(wide.1) != effect(narrow) {
        let message = format!("{name} denies all that this one allows");
        return Finding::new(&SHADOWED, span, message).help("take one of the two out");
    }
    let finding = Finding::new(&STATEMENT, span, format!("{name} says this too"));
    match removed(document.text, narrow.statement.span) {
        Some(edit) => finding.fix(edit),
        None => finding,
    }
}

impl<'p> Ready<'p> {
    fn new(statement: &'p Statement) -> Self {
        let actions = patterns(Some(&statement.actions), Pattern::of_action);
        let resources = patterns(statement.resources.as_ref(), Pattern::of_resource);
        Self { statement, actions, resources }
    }

    fn covers(&self, narrow: &Self) -> bool {
        let (mine, other) = (self.statement, narrow.statement);
        let actions = (Some(&mine.actions), self.actions.as_slice());
        let other_actions = (Some(&other.actions), narrow.actions.as_slice());
        let resources = (mine.resources.as_ref(), self.resources.as_slice());
        let other_resources = (other.resources.as_ref(), narrow.resources.as_slice());
        covers_conditions(&mine.conditions, &other.conditions)
            && covers_principals(mine, other)
            && covers_list(actions, other_actions)
            && covers_list(resources, other_resources)
    }
}

fn patterns(list: Option<&Patterns>, pattern: fn(&str) -> Pattern) -> Vec<Pattern> {
    let list = list.filter(|list| list.values.len() <= PATTERNS_COMPARED_MAX);
    list.into_iter().flat_map(|list| &list.values).map(|value| pattern(&value.value)).collect()
}

type List<'a> = (Option<&'a Patterns>, &'a [Pattern]);

fn covers_list(wide: List<'_>, narrow: List<'_>) -> bool {
    let (Some(wide_list), Some(narrow_list)) = (wide.0, narrow.0) else {
        return wide.0.is_none() && narrow.0.is_none();
    };
    if wide_list.polarity != Polarity::Any || narrow_list.polarity != Polarity::Any {
        let texts =
            |list: &Patterns| list.values.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
        return wide_list.polarity == narrow_list.polarity
            && texts(wide_list) == texts(narrow_list);
    }
    let wide: Vec<_> = wide_list.values.iter().zip(wide.1).collect();
    narrow_list.values.len() == narrow.1.len()
        && narrow.1.iter().all(|narrow| wide.iter().any(|(text, wide)| covers(text, wide, narrow)))
}

/// An Allow for everybody does not cover one that names somebody: limits apply to the two
/// in different ways. A Deny for everybody does.
fn covers_principals(wide: &Statement, narrow: &Statement) -> bool {
    let (Some(mine), Some(other)) = (&wide.principals, &narrow.principals) else {
        return wide.principals.is_none() && narrow.principals.is_none();
    };
    let named = |element: &Principals, kind: PrincipalKind, text: &str| {
        element.entries.iter().any(|entry| entry.kind == kind && entry.value.value == text)
    };
    let everybody = mine.polarity == Polarity::Any
        && wide.effect.value == Effect::Deny
        && (named(mine, PrincipalKind::Everyone, "*") || named(mine, PrincipalKind::Aws, "*"));
    let all_named = other.entries.iter().all(|entry| named(mine, entry.kind, &entry.value.value));
    let same = mine.polarity == other.polarity
        && all_named
        && (mine.polarity == Polarity::Any || mine.entries.len() == other.entries.len());
    everybody || same
}

/// Whether whoever fulfils the narrow conditions fulfils the wide ones, since they are among
/// them.
fn covers_conditions(wide: &[Condition], narrow: &[Condition]) -> bool {
    wide.iter().all(|wide| narrow.iter().any(|narrow| is_same(wide, narrow)))
}

fn is_same(left: &Condition, right: &Condition) -> bool {
    let values = |condition: &Condition| {
        let mut values: Vec<_> = condition.values.iter().map(|value| value.value.clone()).collect();
        values.sort();
        values
    };
    left.operator.value.is_some()
        && left.operator.value == right.operator.value
        && left.key.value.eq_ignore_ascii_case(&right.key.value)
        && values(left) == values(right)
}
