//! What is refused, with which text, and where.

use serde::Deserialize;
use serde_json::Value;
use stead_policy::{CompiledPolicy, Severity, parse, parse_managed};

use crate::corpus;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    kind: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(rename = "source")]
    _source: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    managed: bool,
    document: Value,
    wire: Option<String>,
    codes: Option<Vec<String>>,
    at: Option<String>,
}

#[test]
fn documents_are_refused_as_by_aws() {
    let mut failures = Vec::new();
    for (file_name, file) in corpus::files::<File>("grammar") {
        for case in &file.cases {
            if let Err(failure) = check(case, &file.kind) {
                failures.push(format!("{file_name}: {}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Case, kind: &str) -> Result<(), String> {
    let kind = corpus::kind(case.kind.as_deref().unwrap_or(kind));
    let text = corpus::document(&case.document);
    let parsed = if case.managed { parse_managed(&text) } else { parse(&text, kind) };
    let wire = parsed.refusal().map(|refusal| refusal.wire_message());
    if wire != case.wire {
        return Err(format!("answered {wire:?} for {:?}", parsed.diagnostics));
    }
    if parsed.policy.is_some() != wire.is_none() {
        return Err("a policy must come with no error, and only then".into());
    }
    let mut codes: Vec<&str> = parsed.diagnostics.iter().map(|found| found.code.name()).collect();
    codes.sort_unstable();
    codes.dedup();
    if let Some(wanted) = &case.codes {
        let mut wanted: Vec<String> = wanted.iter().map(|code| format!("policy/{code}")).collect();
        wanted.sort();
        if codes != wanted {
            return Err(format!("found {codes:?}"));
        }
    }
    if let (Some(at), Some(refusal)) = (&case.at, parsed.refusal())
        && refusal.span.of(&text) != at
    {
        return Err(format!("points at {}", refusal.span.of(&text)));
    }
    // Whatever is refused must be harmless when it is found in storage.
    let (_, diagnostics) = CompiledPolicy::compile_stored(&text, kind);
    let errors = diagnostics.iter().any(|found| found.severity == Severity::Error);
    if errors && case.wire.is_none() {
        return Err("sound text has errors when it comes from storage".into());
    }
    Ok(())
}
