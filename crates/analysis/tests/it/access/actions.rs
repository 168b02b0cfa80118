//! Who can do other things, and what somebody can.

use serde_json::json;
use stead_analysis::{Access, AccessError};

use super::accounts::{
    Account, HERE, NOW, THERE, policy, role, role_arn, shown, trust, user, world,
};

#[test]
fn other_actions_are_asked_about_with_chains() {
    let read = policy(json!([
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/secret/*"}]));
    let account = Account {
        roles: vec![role(
            HERE,
            "reader",
            &trust(json!({"AWS": format!("arn:aws:iam::{HERE}:user/ann")})),
            std::slice::from_ref(&read),
        )],
        users: vec![user(HERE, "ann", &[]), user(HERE, "bob", &[read])],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let access = Access::new(&world, NOW);
    let answer = access.who_can("s3:GetObject", "arn:aws:s3:::reports/2026.csv").unwrap();
    assert_eq!(
        shown(&answer),
        [
            "user 111122223333:user/bob > 2026.csv",
            "role 111122223333:role/reader > 2026.csv",
            "the root user of account 111122223333 > 2026.csv",
            "user 111122223333:user/ann > reader > 2026.csv",
        ]
    );
    let secret = access.who_can("S3:getobject", "arn:aws:s3:::reports/secret/x").unwrap();
    assert_eq!(shown(&secret), ["the root user of account 111122223333 > x"]);
    for (action, resource, expected) in [
        ("s3:Get*", "*", AccessError::Action("s3:Get*".to_owned())),
        ("GetObject", "*", AccessError::Action("GetObject".to_owned())),
        ("s3:GetObject", "reports", AccessError::Resource("reports".to_owned())),
    ] {
        assert_eq!(access.who_can(action, resource).unwrap_err(), expected);
    }
}

#[test]
fn who_is_not_there_is_told_with_who_may_be_meant() {
    let roles = |account| vec![role(account, "deploy", &trust(json!("*")), &[])];
    let here = Account { roles: roles(HERE), ..Account::default() };
    let there = Account { roles: roles(THERE), ..Account::default() };
    let world = world(&[(HERE, here), (THERE, there)]);
    let access = Access::new(&world, NOW);
    let unknown = access.who_can_assume("deplyo").unwrap_err();
    let AccessError::Unknown { alike, .. } = unknown else { panic!("{unknown:?}") };
    assert_eq!(alike, [role_arn(HERE, "deploy"), role_arn(THERE, "deploy")]);
    let several = access.who_can_assume("deploy").unwrap_err();
    assert!(matches!(several, AccessError::Ambiguous { .. }), "{several:?}");
    assert!(access.who_can_assume(&role_arn(HERE, "deploy")).is_ok());
    assert!(matches!(access.can("nobody"), Err(AccessError::Unknown { .. })));
}

#[test]
fn what_somebody_can_is_never_more_than_the_policies_let() {
    let mut ann = user(
        HERE,
        "ann",
        &[policy(json!([
            {"Sid": "Wide", "Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"},
            {"Sid": "One", "Effect": "Allow", "Action": "s3:GetObject",
             "Resource": "arn:aws:s3:::reports/x"},
            {"Sid": "If", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*",
             "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
            {"Sid": "Denied", "Effect": "Allow", "Action": "s3:DeleteBucket", "Resource": "*"},
            {"Sid": "Users", "Effect": "Allow", "Action": "iam:GetUser",
             "Resource": "arn:aws:iam::*:user/${aws:username}"},
            {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}]))],
    );
    let boundary = format!("arn:aws:iam::{HERE}:policy/s3");
    ann["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
    let s3 = policy(json!([{"Effect": "Allow", "Action": ["s3:*", "iam:*"], "Resource": "*"}]));
    let account = Account {
        users: vec![ann],
        policies: vec![json!({"PolicyName": "s3", "Arn": boundary,
            "PolicyVersionList": [{"Document": s3, "IsDefaultVersion": true}]})],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let can = Access::new(&world, NOW).can("ann").unwrap();
    let sids: Vec<_> = can.allows.iter().map(|it| it.sid.as_deref().unwrap()).collect();
    assert_eq!(sids, ["Wide", "One", "If"], "{can:?}");
    let [wide, one, conditional] = can.allows.as_slice() else { panic!() };
    assert_eq!(wide.resources[0].actions, ["s3:*"], "the boundary allows nothing of EC2");
    assert_eq!(wide.less, [format!("p0 of arn:aws:iam::{HERE}:user/ann")]);
    assert_eq!((one.less.len(), one.resources[0].conditions.len()), (0, 0));
    // The wide statement allows without the condition: the policies are asked together.
    assert_eq!(conditional.resources[0].actions, ["s3:PutObject"]);
    assert!(can.notes.iter().any(|it| it.contains("${aws:username}")), "{:?}", can.notes);
}
