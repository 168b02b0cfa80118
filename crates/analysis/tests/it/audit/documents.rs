//! Policies that say more than they need to.

use serde_json::{Value, json};

use super::{allow, allow_if, audit_of};
use crate::access::accounts::{Account, HERE, managed, policy, role, trust, user};

const RULES: [&str; 5] = [
    "policy-full-wildcard",
    "policy-service-wildcard",
    "policy-allow-not-action",
    "policy-wildcard-resource",
    "user-policies",
];

fn rules(account: Account) -> Vec<String> {
    let audit = audit_of(&[(HERE, account)]);
    let found = audit.findings.iter().filter(|it| RULES.contains(&it.rule.code));
    found.map(|it| it.rule.code.to_owned()).collect()
}

fn of(policy: Value) -> Vec<String> {
    let service = trust(json!({"Service": "sqs.amazonaws.com"}));
    rules(Account { roles: vec![role(HERE, "app", &service, &[policy])], ..Account::default() })
}

#[test]
fn wildcards_are_told_where_they_allow_and_not_where_they_deny_or_are_narrow() {
    let all_but = |resource: &str| {
        policy(json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": resource}]))
    };
    assert_eq!(of(allow("*", "*")), ["policy-full-wildcard"]);
    assert_eq!(of(allow("*", "arn:aws:s3:::x/*")), [""; 0]);
    assert_eq!(of(policy(json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]))), [""; 0]);
    assert_eq!(of(allow("s3:*", "*")), ["policy-service-wildcard"]);
    assert_eq!(of(allow("s3:*", "arn:aws:s3:::x/*")), [""; 0]);
    assert_eq!(of(all_but("*")), ["policy-allow-not-action"]);
    assert_eq!(of(all_but("arn:aws:s3:::x/*")), [""; 0]);
    assert_eq!(of(allow("s3:PutObject", "*")), ["policy-wildcard-resource"]);
    assert_eq!(of(allow("s3:PutObject", "arn:aws:s3:::x/*")), [""; 0]);
    assert_eq!(of(allow("s3:GetObject", "*")), [""; 0]);
    // It acts on no resource that could be named.
    assert_eq!(of(allow("ec2:DescribeInstances", "*")), [""; 0]);
    let tagged = json!({"StringEquals": {"aws:ResourceTag/team": "x"}});
    assert_eq!(of(allow_if("ec2:TerminateInstances", "*", tagged)), [""; 0]);
}

#[test]
fn managed_policies_count_where_somebody_has_them() {
    let with = |attached: bool| {
        let service = trust(json!({"Service": "sqs.amazonaws.com"}));
        let mut app = role(HERE, "app", &service, &[]);
        let arn = json!({"PolicyArn": format!("arn:aws:iam::{HERE}:policy/wide")});
        app["AttachedManagedPolicies"] = json!(if attached { vec![arn] } else { Vec::new() });
        let policies = vec![managed(HERE, "wide", &[allow("s3:*", "*")])];
        rules(Account { roles: vec![app], policies, ..Account::default() })
    };
    assert_eq!(with(true), ["policy-service-wildcard"]);
    assert_eq!(with(false), [""; 0]);
}

#[test]
fn users_should_have_policies_through_groups() {
    let read = allow("s3:GetObject", "arn:aws:s3:::x/*");
    let users = |policies: &[Value]| Account {
        users: vec![user(HERE, "ann", policies)],
        ..Account::default()
    };
    assert_eq!(rules(users(&[read])), ["user-policies"]);
    assert_eq!(rules(users(&[])), [""; 0]);
}
