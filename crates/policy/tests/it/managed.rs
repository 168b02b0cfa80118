//! AWS's own managed policies, in every version that is on record.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use stead_policy::{CompiledPolicy, DocumentKind, Policy, Severity, parse};

#[derive(Deserialize)]
struct ManagedPolicy {
    versions: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    document: Value,
}

/// Below this the file is not the one meant: the pinned package has more.
const POLICIES_MIN: usize = 1_500;

/// The data is not ours to pass on, so it is installed for the test:
/// `cargo xtask test --only managed` does both.
#[test]
#[ignore = "needs data that `cargo xtask test --only managed` installs"]
#[expect(clippy::disallowed_methods, reason = "how the one who installed the data says where")]
fn every_managed_policy_is_read_and_printed_back() {
    let path = std::env::var_os("STEAD_MANAGED_POLICIES")
        .expect("STEAD_MANAGED_POLICIES names the file of managed policies");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let policies: BTreeMap<String, ManagedPolicy> = serde_json::from_str(&text).unwrap();
    assert!(policies.len() >= POLICIES_MIN, "only {} policies", policies.len());

    let (mut versions, mut statements, mut failures) = (0, 0, Vec::new());
    for (name, policy) in &policies {
        assert!(!policy.versions.is_empty(), "{name} has no version");
        for (version, Version { document }) in &policy.versions {
            versions += 1;
            match check(document) {
                Ok(count) => statements += count,
                Err(failure) => failures.push(format!("{name} {version}: {failure}")),
            }
        }
    }
    assert!(failures.is_empty(), "{} fail\n{}", failures.len(), failures.join("\n"));
    println!("{} policies, {versions} versions, {statements} statements", policies.len());
}

/// How many statements the document has.
fn check(document: &Value) -> Result<usize, String> {
    let text = document.to_string();
    let policy = sound(&text)?;
    let printed = policy.to_json();
    let value: Value = serde_json::from_str(&printed).map_err(|error| error.to_string())?;
    if value != *document {
        return Err(format!("is printed as {printed}"));
    }
    let again = sound(&printed)?;
    if without_spans(&again) != without_spans(&policy) || again.to_json() != printed {
        return Err("its print is read as another policy".into());
    }
    let compiled = CompiledPolicy::compile(&policy, DocumentKind::Identity);
    let (stored, diagnostics) = CompiledPolicy::compile_stored(&text, DocumentKind::Identity);
    let broken = diagnostics.iter().any(|found| found.severity == Severity::Error);
    let counts = [compiled.statement_count(), stored.statement_count()];
    if broken || counts != [policy.statements().len(); 2] {
        return Err(format!("compiles to {counts:?} statements, {diagnostics:?}"));
    }
    Ok(policy.statements().len())
}

fn sound(text: &str) -> Result<Policy, String> {
    let parsed = parse(text, DocumentKind::Identity);
    parsed.policy.ok_or_else(|| format!("{:?}", parsed.diagnostics))
}

/// Everything a policy holds but where it stands, as text.
pub(crate) fn without_spans(policy: &Policy) -> String {
    let shown = format!("{policy:?}");
    let mut pieces = shown.split("Span { start: ");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once(" }").unwrap().1)
}
