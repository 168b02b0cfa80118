//! Who can assume a role: by which ways, and who is held back.

use serde_json::{Value, json};
use stead_analysis::Access;

use super::accounts::{
    Account, HERE, NOW, THERE, assume, policy, role, role_arn, shown, trust, user, who_can_assume,
    world,
};

#[test]
fn chains_are_followed_by_the_shortest_way_and_cycles_end() {
    let target = trust(json!({"AWS": role_arn(HERE, "b")}));
    let b = trust(json!({"AWS": [role_arn(HERE, "a"), role_arn(HERE, "target")]}));
    let a = trust(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}));
    let account = Account {
        roles: vec![
            role(HERE, "target", &target, &[assume("*")]),
            role(HERE, "b", &b, &[]),
            role(HERE, "a", &a, &[]),
        ],
        users: vec![
            user(HERE, "ann", &[assume("arn:aws:iam::*:role/a")]),
            user(HERE, "bob", &[assume("arn:aws:iam::111122223333:role/target")]),
            user(HERE, "eve", &[]),
        ],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account)]), "target");
    assert_eq!(
        shown(&answer),
        [
            "role 111122223333:role/b > target",
            "role 111122223333:role/a > b > target",
            // It assumes the role by which it is assumed itself.
            "role 111122223333:role/target > b > target",
            "user 111122223333:user/ann > a > b > target",
        ]
    );
}

#[test]
fn both_accounts_have_to_allow_and_one_that_is_not_in_view_may() {
    let target = trust(json!({"AWS": [THERE, "777788889999", role_arn("777788889999", "x")]}));
    let here = Account { roles: vec![role(HERE, "target", &target, &[])], ..Account::default() };
    let there = Account {
        users: vec![
            user(THERE, "ann", &[assume(&role_arn(HERE, "target"))]),
            user(THERE, "bob", &[assume(&role_arn(HERE, "other"))]),
        ],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, here), (THERE, there)]), "target");
    assert_eq!(
        shown(&answer),
        [
            "user 444455556666:user/ann > target",
            "any principal of account 777788889999 that its administrators allow > target",
            "777788889999:role/x, if its administrators allow it (its account is not in view) > target",
        ]
    );
}

#[test]
fn boundaries_and_service_control_policies_hold_back() {
    let root = trust(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}));
    let mut bound = user(HERE, "bound", &[assume("*")]);
    let boundary = format!("arn:aws:iam::{HERE}:policy/s3");
    bound["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
    let s3 = policy(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
    let account = |service_control: Vec<Value>| Account {
        users: vec![bound.clone(), user(HERE, "free", &[assume("*")])],
        roles: vec![role(HERE, "target", &root, &[])],
        policies: vec![json!({"PolicyName": "s3", "Arn": boundary,
            "PolicyVersionList": [{"Document": s3, "IsDefaultVersion": true}]})],
        service_control,
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account(Vec::new()))]), "target");
    assert_eq!(shown(&answer), ["user 111122223333:user/free > target"]);
    let everything = policy(json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let deny = policy(json!([{"Effect": "Deny", "Action": "sts:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}}]));
    let answer = who_can_assume(&world(&[(HERE, account(vec![everything, deny]))]), "target");
    assert_eq!(shown(&answer), [""; 0]);
}

#[test]
fn sessions_of_one_name_are_told_from_others() {
    let session = format!("arn:aws:sts::{HERE}:assumed-role/app/nightly");
    let account = Account {
        roles: vec![
            role(HERE, "target", &trust(json!({"AWS": session})), &[]),
            role(HERE, "app", &trust(json!({"AWS": format!("arn:aws:iam::{HERE}:user/ann")})), &[]),
        ],
        users: vec![user(HERE, "ann", &[])],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account)]), "target");
    assert_eq!(
        shown(&answer),
        [
            "session nightly of role 111122223333:role/app > target",
            "user 111122223333:user/ann > app > target",
        ]
    );
}

#[test]
fn chains_have_an_end_and_it_is_told() {
    let mut roles = vec![role(HERE, "r0", &trust(json!({"Service": "ec2.amazonaws.com"})), &[])];
    for number in 1..12 {
        let before = role_arn(HERE, &format!("r{}", number - 1));
        roles.push(role(HERE, &format!("r{number}"), &trust(json!({"AWS": before})), &[]));
    }
    let world = world(&[(HERE, Account { roles, ..Account::default() })]);
    let access = Access::new(&world, NOW);
    let answer = access.who_can_assume("r11").unwrap();
    assert_eq!(answer.principals.len(), 8);
    assert_eq!(answer.notes, ["chains of more than 8 hops were not followed"]);
    let near = access.who_can_assume("r7").unwrap();
    assert_eq!((near.principals.len(), near.notes.len()), (8, 0));
    let can = access.can("r0").unwrap();
    assert_eq!((can.becomes.len(), can.notes.len()), (8, 1));
}
