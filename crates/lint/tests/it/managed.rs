//! AWS's own managed policies: nothing is refused, and what is found is counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stead_lint::{Options, Severity, lint};
use stead_policy::DocumentKind;

/// `cargo xtask test --only managed` installs them and runs this.
#[test]
#[ignore = "needs data that `cargo xtask test --only managed` installs"]
#[expect(clippy::disallowed_methods, reason = "how the one who installed the data says where")]
fn managed_policies_have_no_errors() {
    let path = std::env::var_os("STEAD_MANAGED_POLICIES")
        .expect("STEAD_MANAGED_POLICIES names the file of managed policies");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let policies: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    assert!(policies.len() > 1_500, "only {} policies", policies.len());
    let (mut versions, mut counts, mut errors) = (0, BTreeMap::<_, usize>::new(), Vec::new());
    let mut unknown = BTreeSet::new();
    for (name, policy) in &policies {
        // The newest version is in use; older ones name actions that are gone.
        let all = policy["versions"].as_object().unwrap();
        let newest = all.iter().max_by_key(|(version, _)| number(version)).unwrap();
        let document = newest.1["document"].to_string();
        versions += 1;
        for finding in lint(&document, DocumentKind::Identity, &Options::default()) {
            *counts.entry(finding.rule.code).or_default() += 1;
            println!("{name}\t{}\t{}\t{}", newest.0, finding.rule.code, finding.message);
            unknown.extend(unknown_name(finding.rule.code, &finding.message));
            if finding.severity == Severity::Error {
                errors.push(format!("{name}: {}: {}", finding.rule.code, finding.message));
            }
        }
    }
    println!("{versions} policies, {counts:?}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let (found, accepted) = (unknown.iter().map(String::as_str).collect(), accepted());
    let missing: Vec<_> = BTreeSet::difference(&found, &accepted).collect();
    assert!(missing.is_empty(), "unknown, and not accepted with a reason: {missing:?}");
    let gone: Vec<_> = BTreeSet::difference(&accepted, &found).collect();
    assert!(gone.is_empty(), "accepted, and known or gone by now: {gone:?}");
}

/// The names that are accepted although the catalogue does not have them.
fn accepted() -> BTreeSet<&'static str> {
    let text = include_str!("../../../../tests/managed-policies/accepted-unknown.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.map(|line| {
        let (name, reason) = line.split_once(' ').unwrap();
        assert!(!reason.trim().is_empty(), "{name} is accepted without a reason");
        name
    });
    names.collect()
}

/// The action, or the service with a star, that a finding says is unknown.
fn unknown_name(code: &str, message: &str) -> Option<String> {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (code, quoted.as_slice()) {
        ("action/unknown", [service, action]) => Some(format!("{service}:{action}")),
        ("action/unknown-service", [service, ..]) => Some(format!("{service}:*")),
        ("action/unknown" | "action/unknown-service" | "action/matches-nothing", _) => {
            Some(message.to_owned())
        }
        _ => None,
    }
}

fn number(version: &str) -> u32 {
    version.trim_start_matches('v').parse().unwrap()
}
