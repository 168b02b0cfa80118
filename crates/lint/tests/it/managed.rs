//! AWS's own managed policies: nothing is refused, and what is found is counted.

use std::collections::BTreeMap;

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
    for (name, policy) in &policies {
        // The newest version is in use; older ones name actions that are gone.
        let all = policy["versions"].as_object().unwrap();
        let newest = all.iter().max_by_key(|(version, _)| number(version)).unwrap();
        let document = newest.1["document"].to_string();
        versions += 1;
        for finding in lint(&document, DocumentKind::Identity, &Options::default()) {
            *counts.entry(finding.rule.code).or_default() += 1;
            println!("{name}\t{}\t{}\t{}", newest.0, finding.rule.code, finding.message);
            if finding.severity == Severity::Error {
                errors.push(format!("{name}: {}: {}", finding.rule.code, finding.message));
            }
        }
    }
    println!("{versions} policies, {counts:?}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn number(version: &str) -> u32 {
    version.trim_start_matches('v').parse().unwrap()
}
