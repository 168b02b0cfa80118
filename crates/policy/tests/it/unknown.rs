//! Requests some of whose condition keys are unknown.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stead_policy::{
    Completion, Context, Decision, Dependence, DependentElement, FullTrace, Layers, Needed,
    NoTrace, Partial, Request, Supposed, evaluate, evaluate_partial,
};

use crate::{corpus, decisions};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    defaults: decisions::Case,
    statements: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    ask: decisions::Case,
    /// Keys, or `true` when all that are not given are unknown.
    unknown: Value,
    /// Keys that are known to be absent.
    #[serde(default)]
    absent: Vec<String>,
    answer: String,
    /// What the decision depends on.
    #[serde(default)]
    on: Vec<String>,
    /// Some keys with which it is allowed, or that none was found.
    allowed_when: Option<Value>,
    denied_when: Option<Value>,
}

#[test]
fn requests_with_unknown_keys_are_decided_or_depend() {
    let files = corpus::files::<File>("unknown");
    let mut failures = Vec::new();
    for (file_name, file) in &files {
        for case in &file.cases {
            if let Err(failure) = check(case, file) {
                failures.push(format!("{file_name}: {}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(files.iter().map(|(_, file)| file.cases.len()).sum::<usize>() >= 40);
}

/// Any two neighbours can decide until both are known, and none of them does: the
/// statements ask for a key to be two things at once.
fn pairs(count: usize) -> Vec<Value> {
    let statement = |at: usize| {
        let equal = json!({format!("k{at:02}"): "a", format!("k{:02}", at + 1): "b", "z": "p"});
        json!({
            "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringEquals": equal, "StringLike": {"z": "q"}},
        })
    };
    (0..count).map(statement).collect()
}

/// The answer to these statements when every key is unknown.
fn answer(statements: &[Value]) -> String {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let ask = json!({
        "caller": "user", "action": "s3:GetObject", "resource": "*", "identity": [document],
    });
    let case: decisions::Case = serde_json::from_value(ask).unwrap();
    let context = Context::empty().to_builder().others_unknown().build();
    decisions::asked(&case, &case, &BTreeMap::new(), &context, |request, layers| {
        describe(&evaluate_partial(request, layers)).0
    })
}

#[test]
fn what_takes_too_many_completions_is_no_certain_answer() {
    for (count, wanted) in [(3, "ImplicitDeny by Identity"), (20, "depends perhaps")] {
        assert_eq!(answer(&pairs(count)), wanted, "{count}");
    }
}

#[test]
fn examples_are_found_among_very_many_statements() {
    let allow = |condition: Value| json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
    let keys = |at: usize| allow(json!({"StringEquals": {format!("k{at}"): "a"}}));
    let patterns = |at: usize| allow(json!({"StringLike": {"k": format!("*a{at}*b*")}}));
    let links =
        |at: usize| allow(json!({"StringEquals": {format!("k{at}"): format!("${{k{}}}", at + 1)}}));
    assert_eq!(answer(&(0..2_000).map(keys).collect::<Vec<_>>()), "depends");
    assert_eq!(answer(&(0..2_000).map(patterns).collect::<Vec<_>>()), "depends");
    assert_eq!(answer(&(0..40).map(links).collect::<Vec<_>>()), "depends");
}

fn check(case: &Case, file: &File) -> Result<(), String> {
    let context = context(case);
    decisions::asked(&case.ask, &file.defaults, &file.statements, &context, |request, layers| {
        let partial = evaluate_partial(request, layers);
        fails_closed(&partial, request, layers)?;
        let (answer, on) = describe(&partial);
        if (&answer, &on) != (&case.answer, &case.on) {
            return Err(format!("{answer} on {on:?}"));
        }
        let Partial::Depends(dependences) = &partial else { return Ok(()) };
        let found = [
            (&dependences.allowed_when, &case.allowed_when, true),
            (&dependences.denied_when, &case.denied_when, false),
        ];
        for (found, wanted, allowed) in found {
            let shown = found.as_ref().map_or(Value::Null, shown);
            // Where the case says nothing, any will do.
            let wanted = wanted.as_ref().unwrap_or(&shown);
            if shown != *wanted || (wanted.is_null() && !case.answer.ends_with("perhaps")) {
                return Err(format!("allowed {allowed} when {shown}"));
            }
            if let Some(completion) = found {
                let context = completion.complete(request.context);
                let completed = Request { context: &context, ..*request };
                let (answer, _) = describe(&evaluate_partial(&completed, layers));
                assert_eq!(answer.starts_with("Allow"), allowed, "{}: {answer}", case.name);
                assert!(!answer.starts_with("depends"), "{}: {answer}", case.name);
            }
        }
        Ok(())
    })
}

/// What can be denied is not allowed by the evaluation that answers yes or no.
fn fails_closed(
    partial: &Partial<'_>,
    request: &Request<'_>,
    layers: &Layers<'_>,
) -> Result<(), String> {
    let allowed = evaluate(request, layers, &mut NoTrace).decision == Decision::Allow;
    let traced = evaluate(request, layers, &mut FullTrace::default()).decision;
    if allowed != (traced == Decision::Allow)
        || (allowed && !matches!(partial, Partial::Allowed(_)))
    {
        return Err(format!("evaluated plainly: {traced:?}, allowed {allowed}"));
    }
    Ok(())
}

fn context(case: &Case) -> Context {
    let builder = corpus::context(&case.ask.given).to_builder();
    let builder = case.absent.iter().fold(builder, |builder, key| builder.absent(key));
    match &case.unknown {
        Value::Bool(true) => builder.others_unknown().build(),
        Value::Array(keys) => {
            keys.iter().fold(builder, |builder, key| builder.unknown(key.as_str().unwrap())).build()
        }
        other => panic!("{}: unknown is {other}", case.name),
    }
}

/// The answer, and what it depends on; `perhaps` when no example of one side was found.
fn describe(partial: &Partial<'_>) -> (String, Vec<String>) {
    match partial {
        Partial::Allowed(outcome) | Partial::Denied(outcome) => {
            let allowed = matches!(partial, Partial::Allowed(_));
            assert_eq!(outcome.decision == Decision::Allow, allowed);
            (decisions::describe(outcome).0, Vec::new())
        }
        Partial::Depends(dependences) => {
            let both = dependences.allowed_when.is_some() && dependences.denied_when.is_some();
            let answer = if both { "depends" } else { "depends perhaps" };
            (answer.to_owned(), dependences.on.iter().map(dependence).collect())
        }
    }
}

fn dependence(found: &Dependence<'_>) -> String {
    let level = found.level.map(|level| format!(" {level}")).unwrap_or_default();
    let needed = match found.needed() {
        Needed::Holds => "holds",
        Needed::Fails => "fails",
    };
    let element = match &found.element {
        DependentElement::Condition { operator, key, values, .. } => {
            let values: Vec<_> = values.iter().map(|value| value.value).collect();
            format!("{} {} {}", operator.name(), key.value, values.join("|"))
        }
        DependentElement::Resource { polarity, values, .. } => {
            let values: Vec<_> = values.iter().map(|value| value.value).collect();
            format!("{polarity:?} resource {}", values.join("|"))
        }
    };
    let keys = found.keys.join(", ");
    let (layer, index) = (found.policy_type, found.statement.index);
    format!("{layer:?}{level} statement {index}: {element} {needed}, of {keys}")
}

fn shown(completion: &Completion) -> Value {
    let pair = |(key, supposed): &(String, Supposed)| {
        let value = match supposed {
            Supposed::Absent => Value::Null,
            Supposed::Single(text) => json!(text),
            Supposed::Multi(texts) => json!(texts),
            Supposed::Binary(bytes) => json!({"bytes": bytes}),
        };
        (key.clone(), value)
    };
    Value::Object(completion.keys.iter().map(pair).collect::<Map<_, _>>())
}
