//! Trust in identity providers.

use serde_json::{Value, json};

use super::audit_of;
use crate::access::accounts::{Account, HERE, policy, role};

const GITHUB: &str = "token.actions.githubusercontent.com";

fn of(condition: Value) -> Vec<String> {
    let provider = format!("arn:aws:iam::{HERE}:oidc-provider/{GITHUB}");
    let trust = policy(json!([{
        "Effect": "Allow", "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
    }]));
    let account = Account {
        roles: vec![role(HERE, "app", &trust, &[])],
        oidc: vec![json!({"Arn": provider, "Url": GITHUB, "ClientIDList": ["sts.amazonaws.com"]})],
        ..Account::default()
    };
    let audit = audit_of(&[(HERE, account)]);
    audit.findings.iter().map(|it| format!("{} {}", it.severity.as_str(), it.rule.code)).collect()
}

#[test]
fn tokens_of_github_must_say_whose_they_are() {
    let with = |subject: &str| {
        of(json!({
            "StringEquals": {format!("{GITHUB}:aud"): "sts.amazonaws.com"},
            "StringLike": {format!("{GITHUB}:sub"): subject},
        }))
    };
    assert_eq!(with("repo:octo-org/app:ref:refs/heads/main"), [""; 0]);
    assert_eq!(with("repo:octo-org/app:*"), ["low trust-any-ref"]);
    assert_eq!(with("repo:*/app:ref:refs/heads/main"), ["critical trust-any-tenant"]);
    let audience = of(json!({"StringEquals": {format!("{GITHUB}:aud"): "sts.amazonaws.com"}}));
    assert_eq!(audience, ["critical trust-missing-claim"]);
}

/// The rules of `stead lint` that an audit has, by its own codes.
const RULES: [(&str, &str); 6] = [
    ("trust/any-tenant", "trust-any-tenant"),
    ("trust/whole-provider", "trust-whole-provider"),
    ("trust/any-ref", "trust-any-ref"),
    ("trust/unauthenticated-identities", "trust-guests"),
    ("trust/any-audience", "trust-any-audience"),
    ("trust/deleted-principal", "trust-deleted-principal"),
];

#[test]
fn what_lint_finds_in_trust_policies_is_told_and_its_neighbour_is_not() {
    for (lint, code) in RULES {
        let rule = stead_lint::rule(lint).unwrap();
        let found = |document: String| {
            let trust: Value = serde_json::from_str(&document).unwrap();
            let account =
                Account { roles: vec![role(HERE, "app", &trust, &[])], ..Account::default() };
            super::found(&audit_of(&[(HERE, account)]), code)
        };
        assert_eq!(found(rule.shown.document()), ["app"], "{code}");
        assert_eq!(found(rule.clean.document()), [""; 0], "{code}");
    }
}

#[test]
fn providers_that_nobody_trusts_are_told() {
    let provider = format!("arn:aws:iam::{HERE}:oidc-provider/{GITHUB}");
    let account = Account {
        oidc: vec![json!({"Arn": provider, "Url": GITHUB, "ClientIDList": []})],
        ..Account::default()
    };
    let audit = audit_of(&[(HERE, account)]);
    assert_eq!(super::found(&audit, "unused-provider"), [GITHUB]);
}
