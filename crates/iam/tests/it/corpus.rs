//! The case files of `tests/corpus`: what AWS answered, step by step.
//!
//! A case has a `name`, a `source` and `steps`. A step is one of
//! - `{"call": OPERATION, "as": ACTOR, "with": {PARAMETER: TEXT}}` with either
//!   `"answer": {...}` or `"error": [CODE, TEXT]`; `"keep": {NAME: POINTER}` remembers
//!   parts of the answer for later steps;
//! - `{"user": NAME, "policy": {...}}` and `{"role": NAME, "policy": {...}}`: somebody
//!   who acts from then on;
//! - `{"wait": SECONDS}`.
//!
//! Who acts is `root` when a step does not say.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::script::{Script, differences};

#[test]
fn every_case_is_answered_as_recorded() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut failures = Vec::new();
    let mut cases = 0;
    let mut files: Vec<_> = fs::read_dir(corpus).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in list {
            cases += 1;
            failures.extend(run(&case));
        }
    }
    assert!(cases > 30, "only {cases} cases were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn run(case: &Value) -> Vec<String> {
    let name = text(&case["name"]);
    assert!(!text(&case["source"]).is_empty(), "{name} has no source");
    let mut script = Script::new();
    let steps = case["steps"].as_array().unwrap();
    let outcome = steps.iter().enumerate().flat_map(|(index, step)| {
        let found = play(&mut script, step);
        let at = format!("{name}, step {} ({})", index + 1, step["call"]);
        found.into_iter().map(move |difference| format!("{at}: {difference}")).collect::<Vec<_>>()
    });
    outcome.collect()
}

fn play(script: &mut Script, step: &Value) -> Vec<String> {
    if let Some(user) = step["user"].as_str() {
        script.user(user, &policy(step));
    } else if let Some(role) = step["role"].as_str() {
        script.role(role, &policy(step));
    } else if let Some(seconds) = step["wait"].as_u64() {
        script.world.wait(seconds);
    } else {
        return call(script, step);
    }
    Vec::new()
}

fn call(script: &mut Script, step: &Value) -> Vec<String> {
    let actor = step["as"].as_str().unwrap_or("root");
    let none = serde_json::Map::new();
    let parameters: Vec<(&str, String)> = step["with"]
        .as_object()
        .unwrap_or(&none)
        .iter()
        .map(|(name, value)| (name.as_str(), long_or_plain(value)))
        .collect();
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let outcome = script.call(actor, text(&step["call"]), &parameters);
    let (expected, found) = match outcome {
        Ok(answer) => {
            keep(script, step, &answer);
            (step.get("answer").cloned().unwrap_or_else(|| json!({})), json!({ "answer": answer }))
        }
        Err(failure) => {
            let error = json!([failure.code, failure.message]);
            (step.get("error").cloned().unwrap_or(Value::Null), json!({ "error": error }))
        }
    };
    let wanted = if step.get("error").is_some() { "error" } else { "answer" };
    match found.get(wanted) {
        Some(found) => differences(script, wanted, &expected, found),
        None => vec![format!("expected an {wanted}, found {found}")],
    }
}

/// A policy document is a text; a text with `"repeat"` is that many times as long.
fn long_or_plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(long) if long.contains_key("repeat") => {
            let times = usize::try_from(long["times"].as_u64().unwrap()).unwrap();
            let around = |name| long.get(name).and_then(Value::as_str).unwrap_or_default();
            around("before").to_owned() + &text(&long["repeat"]).repeat(times) + around("after")
        }
        document => document.to_string(),
    }
}

fn keep(script: &mut Script, step: &Value, answer: &Value) {
    for (name, pointer) in step["keep"].as_object().into_iter().flatten() {
        let kept = answer.pointer(text(pointer)).and_then(Value::as_str);
        script.keep(name, kept.unwrap_or_else(|| panic!("nothing at {pointer} in {answer}")));
    }
}

fn policy(step: &Value) -> String {
    step.get("policy").map(Value::to_string).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
