//! Who is an administrator, and who only looks like one.

use serde_json::{Value, json};

use super::{allow, allow_if, audit_of, everything, found};
use crate::access::accounts::{Account, HERE, group, managed, policy, role, trust, user};

fn users(users: Vec<Value>) -> Account {
    Account { users, ..Account::default() }
}

#[test]
fn whoever_may_do_everything_is_one_and_whoever_lacks_iam_is_not() {
    let power = policy(json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]));
    let no_delete = policy(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}]));
    let no_keys = policy(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]));
    let mut boss = user(HERE, "boss", &[]);
    boss["AttachedManagedPolicies"] =
        json!([{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]);
    let mut member = user(HERE, "member", &[]);
    member["GroupList"] = json!(["bosses"]);
    let account = Account {
        groups: vec![group(HERE, "bosses", &[everything()])],
        ..users(vec![
            user(HERE, "ann", &[everything()]),
            user(HERE, "bob", &[power]),
            boss,
            user(HERE, "carl", &[no_delete]),
            user(HERE, "dora", &[no_keys]),
            user(HERE, "eve", &[allow("*", "arn:aws:s3:::reports/*")]),
            member,
        ])
    };
    let audit = audit_of(&[(HERE, account)]);
    assert_eq!(found(&audit, "administrator-user"), ["ann", "boss", "carl", "member"]);
    assert_eq!(found(&audit, "administrator-role"), [""; 0]);
}

#[test]
fn boundaries_and_service_control_policies_hold_back() {
    let mut bound = user(HERE, "bound", &[everything()]);
    let boundary = format!("arn:aws:iam::{HERE}:policy/limit");
    bound["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
    let account = |control: Vec<Value>| Account {
        policies: vec![managed(HERE, "limit", &[allow("s3:*", "*")])],
        service_control: control,
        ..users(vec![bound.clone(), user(HERE, "free", &[everything()])])
    };
    let audit = audit_of(&[(HERE, account(Vec::new()))]);
    assert_eq!(found(&audit, "administrator-user"), ["free"]);
    let deny = policy(json!([{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]));
    let audit = audit_of(&[(HERE, account(vec![everything(), deny]))]);
    assert_eq!(found(&audit, "administrator-user"), [""; 0]);
    assert_eq!(found(&audit, "privilege-escalation"), [""; 0]);
}

#[test]
fn conditions_are_told_and_what_is_not_in_view_is_no_claim() {
    let second_factor = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    let mut unknown = user(HERE, "unknown", &[everything()]);
    let arn = format!("arn:aws:iam::{HERE}:policy/gone");
    unknown["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
    let careful = allow_if("*", "*", second_factor);
    let account = users(vec![user(HERE, "careful", &[careful]), unknown]);
    let audit = audit_of(&[(HERE, account)]);
    assert_eq!(found(&audit, "administrator-user"), ["careful"]);
    let finding = &audit.findings[0];
    assert!(finding.message.ends_with("under conditions"), "{}", finding.message);
    let texts: Vec<&str> = finding.evidence.iter().map(|it| it.text.as_str()).collect();
    assert!(texts[0].starts_with("if aws:MultiFactorAuthPresent = \"true\""), "{texts:?}");
    assert!(audit.notes.iter().any(|note| note.contains("user/unknown is or can become")));
    assert!(audit.notes.iter().any(|note| note.contains("no service control policy")));
}

#[test]
fn roles_count_and_those_linked_to_services_do_not() {
    let service = trust(json!({"Service": "ec2.amazonaws.com"}));
    let mut linked = role(HERE, "linked", &service, &[everything()]);
    linked["Arn"] =
        json!(format!("arn:aws:iam::{HERE}:role/aws-service-role/x.amazonaws.com/linked"));
    linked["Path"] = json!("/aws-service-role/x.amazonaws.com/");
    let account = Account {
        roles: vec![role(HERE, "app", &service, &[everything()]), linked],
        ..Account::default()
    };
    assert_eq!(found(&audit_of(&[(HERE, account)]), "administrator-role"), ["app"]);
}
