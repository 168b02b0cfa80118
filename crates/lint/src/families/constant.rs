//! Conditions that decide nothing: they hold for every request, or for none.
//!
//! The evaluator answers that: a statement with nothing but the condition is asked with
//! every key unknown. What is then allowed always holds, what is denied never does.

use serde_json::{Map, Value};
use stead_policy::{
    Caller, CompiledPolicy, Condition, Context, ContextBuilder, DocumentKind, Layers, Partial,
    PolicyRef, PolicySource, Request, Span, Version, evaluate_partial,
};

use crate::document::Document;
use crate::limits::CONDITIONS_EVALUATED_MAX;
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&ALWAYS, &NEVER, &CONTRADICTION, &EXPIRED];

const IDENTITY: DocumentKind = DocumentKind::Identity;

static ALWAYS: Rule = Rule {
    code: "condition/always-true",
    severity: Severity::Warning,
    title: "the condition holds for every request",
    text: "Whatever the key's value, and without it too, the condition holds: the statement is not \
           limited by it.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLikeIfExists": {"aws:SourceVpc": "*"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:SourceVpc": "*"}}}"#,
    ),
};

static NEVER: Rule = Rule {
    code: "condition/never-true",
    severity: Severity::Warning,
    title: "the condition holds for no request",
    text: "No value of the key fulfils the condition, so that the statement never applies.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": []}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
    ),
};

static CONTRADICTION: Rule = Rule {
    code: "condition/contradiction",
    severity: Severity::Warning,
    title: "two conditions never hold together",
    text: "All conditions of a statement must hold, and no request fulfils both of these, so that \
           the statement never applies. Values of which one suffices belong into one list.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "StringLike": {"aws:RequestedRegion": "us-*"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "us-west-1"}, "StringLike": {"aws:RequestedRegion": "us-*"}}}"#,
    ),
};

static EXPIRED: Rule = Rule {
    code: "condition/expired",
    severity: Severity::Warning,
    title: "the time of the condition is over",
    text: "The condition asks for a moment before now, so that the statement applies no more.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}}"#,
    ),
};

/// For which requests conditions hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Always,
    Never,
    Sometimes,
}

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    let Some(asker) = Asker::new(document) else { return };
    let mut left = CONDITIONS_EVALUATED_MAX;
    for resolved in &document.statements {
        let conditions = &resolved.statement.conditions;
        let Some(rest) = left.checked_sub(conditions.len()) else { return };
        left = rest;
        let mut is_dead = false;
        for condition in conditions {
            is_dead |= check_condition(&asker, condition, findings);
        }
        if !is_dead {
            findings.extend(contradiction(&asker, conditions));
        }
    }
}

/// Whether the condition never holds.
fn check_condition(asker: &Asker, condition: &Condition, findings: &mut Vec<Finding>) -> bool {
    let shown = format!("`{}` on `{}`", name(condition), condition.key.value);
    let span = condition.operator.span;
    match asker.ask(&[condition], &asker.any) {
        Holds::Always => {
            let message = format!("{shown} holds for every request");
            findings.push(Finding::new(&ALWAYS, span, message));
            false
        }
        Holds::Never => {
            // Somebody said already what is wrong with the value or the operator.
            if !findings.iter().any(|found| is_about(found.span, condition)) {
                let message = format!("{shown} never holds");
                findings.push(Finding::new(&NEVER, span, message));
            }
            true
        }
        Holds::Sometimes => {
            let now = asker.now.as_ref();
            let over = now.is_some_and(|now| asker.ask(&[condition], now) == Holds::Never);
            if over {
                let message = format!("{shown} holds no more");
                findings.push(Finding::new(&EXPIRED, span, message));
            }
            over
        }
    }
}

fn is_about(span: Span, condition: &Condition) -> bool {
    span == condition.operator.span || condition.values.iter().any(|value| value.span == span)
}

/// The first two conditions that never hold together.
///
/// Choice: only conditions on one key are asked together; others contradict each other
/// through variables alone.
fn contradiction(asker: &Asker, conditions: &[Condition]) -> Option<Finding> {
    let pairs = conditions
        .iter()
        .enumerate()
        .flat_map(|(at, first)| conditions.iter().skip(at + 1).map(move |second| (first, second)));
    let same_key = |(first, second): &(&Condition, &Condition)| {
        first.key.value.eq_ignore_ascii_case(&second.key.value)
    };
    let mut pairs = pairs.filter(same_key).take(CONDITIONS_EVALUATED_MAX);
    let (first, second) =
        pairs.find(|(first, second)| asker.ask(&[first, second], &asker.any) == Holds::Never)?;
    let message = format!(
        "`{}` and `{}` on `{}` never hold together",
        name(first),
        name(second),
        second.key.value
    );
    Some(Finding::new(&CONTRADICTION, second.operator.span, message))
}

fn name(condition: &Condition) -> String {
    condition.operator.value.map(stead_policy::Operator::name).unwrap_or_default()
}

/// Whoever asks the evaluator.
struct Asker {
    version: &'static str,
    caller: Caller,
    source: PolicySource,
    // Nothing is known of the request, or only when it is made.
    any: Context,
    now: Option<Context>,
}

impl Asker {
    fn new(document: &Document<'_>) -> Option<Self> {
        let arn = "arn:aws:iam::111122223333:user/x".parse().ok()?;
        let id = "AIDAIOSFODNN7EXAMPLE1".parse().ok()?;
        let caller = Caller::User { account: "111122223333".parse().ok()?, arn, id };
        let version = match document.policy.version() {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        };
        let now = document.options.now.map(|now| {
            ContextBuilder::new()
                .others_unknown()
                .single("aws:CurrentTime", now.to_string())
                .single("aws:EpochTime", now.epoch_seconds().to_string())
                .build()
        });
        let any = ContextBuilder::new().others_unknown().build();
        Some(Self { version, caller, source: PolicySource::SessionInline, any, now })
    }

    fn ask(&self, conditions: &[&Condition], context: &Context) -> Holds {
        let mut block = Map::new();
        for condition in conditions {
            let values: Vec<&str> = condition.values.iter().map(|it| it.value.as_str()).collect();
            let keys = block.entry(name(condition)).or_insert_with(|| Value::Object(Map::new()));
            if let Some(keys) = keys.as_object_mut() {
                keys.insert(condition.key.value.clone(), values.into());
            }
        }
        let text = serde_json::json!({
            "Version": self.version,
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block},
        });
        let (policy, _) = CompiledPolicy::compile_stored(&text.to_string(), DocumentKind::Identity);
        let identity = [PolicyRef { source: &self.source, policy: &policy }];
        let layers = Layers { identity: (&identity).into(), ..Layers::default() };
        let request = Request {
            action: "s3:GetObject",
            resource: "*",
            resource_account: None,
            caller: &self.caller,
            context,
        };
        match evaluate_partial(&request, &layers) {
            Partial::Allowed(_) => Holds::Always,
            Partial::Denied(_) => Holds::Never,
            Partial::Depends(_) => Holds::Sometimes,
        }
    }
}
