//! What was recorded of the use of permissions.

use serde_json::{Value, json};
use stead_analysis::{
    Activity, AuditOptions, Progress, Proposal, ProposalError, audit, least_privilege,
};

use super::{allow, allow_if};
use crate::access::accounts::{Account, HERE, NOW, policy, role, role_arn, trust, world};

fn event(source: &str, name: &str, resource: Option<&str>) -> Value {
    json!({
        "eventSource": format!("{source}.amazonaws.com"), "eventName": name,
        "userIdentity": {"type": "AssumedRole",
            "sessionContext": {"sessionIssuer": {"arn": role_arn(HERE, "app")}}},
        "resources": resource.map(|arn| json!([{"ARN": arn}])),
    })
}

fn account(policies: &[Value]) -> Account {
    let queue = trust(json!({"Service": "sqs.amazonaws.com"}));
    Account { roles: vec![role(HERE, "app", &queue, policies)], ..Account::default() }
}

fn activity(events: &[Value]) -> Activity {
    let mut activity = Activity::default();
    activity.add(&json!({"Records": events}).to_string()).unwrap();
    activity
}

fn propose(policies: &[Value], events: &[Value]) -> Result<Proposal, ProposalError> {
    least_privilege(&world(&[(HERE, account(policies))]), NOW, "app", &activity(events))
}

fn statements(policies: &[Value], events: &[Value]) -> Value {
    propose(policies, events).unwrap().policy["Statement"].clone()
}

const OBJECT: &str = "arn:aws:s3:::reports/2026.csv";

#[test]
fn what_was_used_is_proposed_with_conditions_and_denials_and_nothing_else() {
    let wide = allow_if("s3:*", "*", json!({"Bool": {"aws:SecureTransport": "true"}}));
    let deny = policy(json!([{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}]));
    let other = allow("dynamodb:*", "*");
    let events = [
        event("s3", "GetObject", Some(OBJECT)),
        event("s3", "HeadObject", Some(OBJECT)),
        event("s3", "PutObject", Some("arn:aws:s3:::reports/new.csv")),
    ];
    assert_eq!(
        statements(&[wide, deny, other], &events),
        json!([
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [OBJECT],
             "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"Effect": "Allow", "Action": ["s3:PutObject"],
             "Resource": ["arn:aws:s3:::reports/new.csv"],
             "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
        ])
    );
}

#[test]
fn calls_without_a_resource_keep_those_of_the_statements_that_allow_them() {
    let own = "arn:aws:dynamodb:*:111122223333:table/own-*";
    let table = allow(json!(["dynamodb:GetItem", "dynamodb:PutItem"]), json!([own]));
    let bucket = allow("s3:*", "arn:aws:s3:::reports/*");
    let proposal = propose(&[table, bucket], &[event("dynamodb", "GetItem", None)]).unwrap();
    assert_eq!(
        proposal.policy["Statement"],
        json!([{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [own]}])
    );
    assert!(proposal.notes[0].contains("dynamodb:GetItem"), "{:?}", proposal.notes);
    let but = policy(
        json!([{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}]),
    );
    assert_eq!(
        statements(&[but], &[event("sqs", "SendMessage", None)]),
        json!([{"Effect": "Allow", "Action": ["sqs:SendMessage"],
            "NotResource": "arn:aws:s3:::secret/*"}])
    );
}

#[test]
fn what_no_policy_allows_today_is_left_out() {
    let read = allow("s3:GetObject", "arn:aws:s3:::reports/*");
    let elsewhere = "arn:aws:s3:::elsewhere/x";
    let events = [
        event("s3", "GetObject", Some(OBJECT)),
        event("s3", "GetObject", Some(elsewhere)),
        event("sqs", "SendMessage", None),
    ];
    let proposal = propose(std::slice::from_ref(&read), &events).unwrap();
    assert_eq!(proposal.left_out, ["s3:GetObject on arn:aws:s3:::elsewhere/x", "sqs:SendMessage"]);
    assert_eq!(
        proposal.policy["Statement"],
        json!([{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [OBJECT]}])
    );
    assert_eq!(proposal.recorded, 3);
    let none = propose(std::slice::from_ref(&read), &events[2..]).unwrap_err();
    assert_eq!(none, ProposalError::NotByPolicies(role_arn(HERE, "app")));
    let nothing = propose(std::slice::from_ref(&read), &[]).unwrap_err();
    assert_eq!(nothing, ProposalError::Nothing(role_arn(HERE, "app")));
    let mut older = allow("s3:GetObject", "arn:aws:s3:::${x}/*");
    older["Version"] = json!("2008-10-17");
    let wrong = propose(&[read, older], &events).unwrap_err();
    assert!(matches!(wrong, ProposalError::Wrong(_)), "{wrong}");
}

#[test]
fn what_was_not_used_is_found_of_whoever_made_calls() {
    let policies = [
        allow(json!(["s3:GetObject", "s3:PutObject"]), "arn:aws:s3:::reports/*"),
        allow("dynamodb:*", "arn:aws:dynamodb:*:*:table/x"),
        allow("sqs:*", "arn:aws:sqs:*:*:x"),
    ];
    let found = |events: &[Value]| {
        let options = AuditOptions {
            now: NOW,
            credential_reports: Vec::new(),
            unused_days: 90,
            activity: Some(activity(events)),
            issuers: Vec::new(),
        };
        let world = world(&[(HERE, account(&policies))]);
        let audit = audit(&world, &options, &mut Progress::new(&mut |_, _, _| {}));
        let found = audit.findings.into_iter().filter(|it| it.rule.code == "unused-permissions");
        found.flat_map(|it| it.evidence).map(|it| it.text).collect::<Vec<_>>()
    };
    let used = [
        event("s3", "GetObject", Some(OBJECT)),
        event("sqs", "SendMessage", Some("arn:aws:sqs:us-east-1:111122223333:x")),
    ];
    assert_eq!(
        found(&used),
        [
            "statement 0 of p0 of arn:aws:iam::111122223333:role/app: not used: s3:PutObject",
            "statement 0 of p1 of arn:aws:iam::111122223333:role/app: not used: dynamodb:*",
        ]
    );
    assert_eq!(found(&[]), [""; 0]);
}
