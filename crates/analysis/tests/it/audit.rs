//! What an audit finds, and what it does not.

mod activity;
mod administrators;
mod credentials;
mod crossing;
mod documents;
mod escalation;
mod issuers;
mod services;
mod trust;

use serde_json::{Value, json};
use stead_analysis::{Audit, AuditFinding, AuditOptions, CredentialReport, Progress, audit};

use crate::access::accounts::{Account, HERE, NOW, policy, world};

fn audit_of(accounts: &[(&str, Account)]) -> Audit {
    audit_with(accounts, &[])
}

/// With credential reports.
fn audit_with(accounts: &[(&str, Account)], reports: &[&str]) -> Audit {
    let reports = reports.iter().map(|text| CredentialReport::read(text).unwrap());
    let credential_reports = reports.collect();
    let options = AuditOptions {
        now: NOW,
        credential_reports,
        unused_days: 90,
        activity: None,
        issuers: Vec::new(),
    };
    audit(&world(accounts), &options, &mut Progress::new(&mut |_, _, _| {}))
}

/// The findings of one rule, as the last part of their subject and the methods of the way.
fn found(audit: &Audit, rule: &str) -> Vec<String> {
    let of_rule = audit.findings.iter().filter(|finding| finding.rule.code == rule);
    of_rule.map(short).collect()
}

fn short(finding: &AuditFinding) -> String {
    let subject = finding.subject.rsplit(['/', ':']).next().unwrap();
    let methods: Vec<&str> = finding.path.iter().map(|step| step.method.as_str()).collect();
    if methods.is_empty() {
        return subject.to_owned();
    }
    format!("{subject}: {}", methods.join(", "))
}

fn allow(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    policy(json!([{"Effect": "Allow", "Action": action.into(), "Resource": resource.into()}]))
}

fn allow_if(action: &str, resource: &str, condition: Value) -> Value {
    let mut policy = allow(action, resource);
    policy["Statement"][0]["Condition"] = condition;
    policy
}

fn everything() -> Value {
    allow("*", "*")
}

#[test]
fn a_clean_account_has_no_findings() {
    use crate::access::accounts::{group, managed, role, role_arn, trust_if, user};
    let mut ann = user(HERE, "ann", &[]);
    ann["GroupList"] = json!(["people"]);
    let mut people = group(HERE, "people", &[]);
    people["AttachedManagedPolicies"] =
        json!([{"PolicyArn": format!("arn:aws:iam::{HERE}:policy/assume")}]);
    let assume = allow("sts:AssumeRole", role_arn(HERE, "reader"));
    let reader = trust_if(
        json!({"AWS": format!("arn:aws:iam::{HERE}:root")}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    );
    let mut reader = role(HERE, "reader", &reader, &[allow("s3:Get*", "arn:aws:s3:::reports/*")]);
    reader["RoleLastUsed"] = json!({"LastUsedDate": "2026-02-28T12:00:00+00:00"});
    let account = Account {
        users: vec![ann],
        groups: vec![people],
        roles: vec![reader],
        policies: vec![managed(HERE, "assume", &[assume])],
        service_control: vec![everything()],
        ..Account::default()
    };
    let audit = audit_with(&[(HERE, account)], &[&credentials::CLEAN.join("\n")]);
    assert_eq!(audit.findings.iter().map(AuditFinding::id).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(audit.notes, [""; 0]);
    assert_eq!((audit.users, audit.roles), (1, 1));
}

#[test]
fn the_worst_comes_first_and_ids_differ() {
    let account = Account {
        users: vec![crate::access::accounts::user(HERE, "ann", &[everything()])],
        ..Account::default()
    };
    let audit = audit_of(&[(HERE, account)]);
    let severities: Vec<_> = audit.findings.iter().map(|it| it.severity).collect();
    assert!(severities.len() > 2 && severities.is_sorted_by(|one, other| one >= other));
    let mut ids: Vec<String> = audit.findings.iter().map(AuditFinding::id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), audit.findings.len());
}

#[test]
fn rules_have_different_codes_and_say_what_to_do() {
    let rules = stead_analysis::audit_rules();
    let mut codes: Vec<&str> = rules.iter().map(|rule| rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), rules.len());
    for rule in rules {
        assert!(!rule.fix.is_empty() && !rule.references.is_empty(), "{}", rule.code);
        assert!(rule.code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.code);
    }
}
