//! Who can, and what somebody can.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stead_analysis::{
    Access, AccessAnswer, AccessError, AccessVerdict, Details, Export, ExportFile, Principal,
    Reached, World, attempt_of, replay,
};
use stead_types::Timestamp;

use crate::numbers::Numbers;

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";
const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// An account while it is put together.
#[derive(Default)]
struct Account {
    users: Vec<Value>,
    roles: Vec<Value>,
    policies: Vec<Value>,
    service_control: Vec<Value>,
    oidc: Vec<Value>,
    saml: Vec<Value>,
}

fn policy(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn assume(resource: &str) -> Value {
    policy(json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource}]))
}

fn trust(principal: Value) -> Value {
    policy(json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]))
}

fn trust_if(principal: Value, condition: Value) -> Value {
    let mut policy = trust(principal);
    policy["Statement"][0]["Condition"] = condition;
    policy
}

fn user(account: &str, name: &str, policies: &[Value]) -> Value {
    json!({"UserName": name, "Arn": format!("arn:aws:iam::{account}:user/{name}"), "Path": "/",
        "UserPolicyList": inline(policies)})
}

fn role(account: &str, name: &str, trust: &Value, policies: &[Value]) -> Value {
    json!({"RoleName": name, "Arn": format!("arn:aws:iam::{account}:role/{name}"), "Path": "/",
        "AssumeRolePolicyDocument": trust, "RolePolicyList": inline(policies)})
}

fn inline(policies: &[Value]) -> Vec<Value> {
    let one = |(policy, number): (&Value, usize)| json!({"PolicyName": format!("p{number}"), "PolicyDocument": policy});
    policies.iter().zip(0..).map(one).collect()
}

fn export(accounts: &[(&str, Account)]) -> Export {
    let files = accounts.iter().map(|(number, account)| {
        let text = json!({
            "AccountId": number,
            "Authorization": {
                "UserDetailList": account.users, "RoleDetailList": account.roles,
                "Policies": account.policies,
            },
            "OpenIDConnectProviders": account.oidc, "SAMLProviders": account.saml,
            "ServiceControlPolicies": account.service_control,
        });
        ExportFile { name: format!("{number}.json"), text: text.to_string() }
    });
    Export::read(&files.collect::<Vec<_>>()).unwrap()
}

fn world(accounts: &[(&str, Account)]) -> World {
    export(accounts).take_world().unwrap()
}

fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

fn who_can_assume(world: &World, role: &str) -> AccessAnswer {
    Access::new(world, NOW).who_can_assume(role).unwrap()
}

/// Each principal in words, with the hops and the conditions, as `key=value`.
fn shown(answer: &AccessAnswer) -> Vec<String> {
    answer.principals.iter().map(line).collect()
}

fn line(reached: &Reached) -> String {
    let mut line = reached.principal.words().replace("arn:aws:iam::", "");
    if reached.verdict == AccessVerdict::Unknown {
        line.push_str(" ?");
    }
    for hop in &reached.path {
        let to = hop.to.rsplit('/').next().unwrap();
        let conditions = hop.conditions.iter().map(|it| format!(" {}={}", it.key, it.value));
        line.push_str(&format!(" > {to}{}", conditions.collect::<String>()));
    }
    line
}

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
fn conditions_are_found_and_those_that_cannot_hold_are_not() {
    let condition = json!({
        "StringEquals": {"sts:ExternalId": "7f3a"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "IpAddress": {"aws:SourceIp": "10.1.0.0/16"},
        "StringLike": {"sts:RoleSessionName": "${aws:username}-*"},
    });
    let target = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), condition);
    let past = json!({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}});
    let past = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), past);
    let tagged = json!({"StringEquals": {"aws:PrincipalTag/team": "ops"}});
    let tagged = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), tagged);
    let mut ops = user(HERE, "ops", &[assume("*")]);
    ops["Tags"] = json!([{"Key": "team", "Value": "ops"}]);
    let account = Account {
        users: vec![user(HERE, "ann", &[assume("*")]), ops],
        roles: vec![
            role(HERE, "target", &target, &[]),
            role(HERE, "past", &past, &[]),
            role(HERE, "tagged", &tagged, &[]),
        ],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let answer = who_can_assume(&world, "target");
    assert_eq!(answer.principals.len(), 2, "{answer:?}");
    let ann = &answer.principals[0].path[0].conditions;
    let value = |key: &str| ann.iter().find(|it| it.key == key).unwrap().value.clone();
    assert_eq!(value("sts:ExternalId"), "7f3a");
    assert_eq!(value("aws:MultiFactorAuthPresent"), "true");
    assert!(value("aws:SourceIp").as_str().unwrap().starts_with("10.1."));
    assert!(value("sts:RoleSessionName").as_str().unwrap().starts_with("ann-"));
    let external = ann.iter().find(|it| it.key == "sts:ExternalId").unwrap();
    assert_eq!(
        json!(external.tests),
        json!([{"policy": "role trust policy", "effect": "Allow", "operator": "StringEquals",
            "values": ["7f3a"]}])
    );
    assert_eq!(shown(&who_can_assume(&world, "past")), [""; 0]);
    // The tags of users are known.
    assert_eq!(shown(&who_can_assume(&world, "tagged")), ["user 111122223333:user/ops > tagged"]);
}

#[test]
fn a_deny_that_a_condition_lifts_is_told() {
    let mut target = trust(json!({"AWS": format!("arn:aws:iam::{HERE}:user/ann")}));
    target["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}}}));
    let account = Account {
        users: vec![user(HERE, "ann", &[])],
        roles: vec![role(HERE, "target", &target, &[])],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account)]), "target");
    assert_eq!(answer.principals.len(), 1, "{answer:?}");
    let condition = &answer.principals[0].path[0].conditions[0];
    assert!(condition.value.as_str().unwrap().starts_with("10.1."), "{condition:?}");
    assert_eq!(condition.tests[0].effect, "Deny");
}

#[test]
fn tokens_assertions_services_and_everybody_are_told() {
    let oidc = format!("arn:aws:iam::{HERE}:oidc-provider/idp.example.com");
    let saml = format!("arn:aws:iam::{HERE}:saml-provider/corp");
    let with = |principal: Value, action: &str, condition: Value| {
        policy(json!([{"Effect": "Allow", "Principal": principal, "Action": action,
            "Condition": condition}]))
    };
    let ci = with(
        json!({"Federated": oidc}),
        "sts:AssumeRoleWithWebIdentity",
        json!({"StringEquals": {"idp.example.com:aud": ["sts.amazonaws.com", "nobody"]},
            "StringLike": {"idp.example.com:sub": "repo:shop/*"}}),
    );
    let staff = with(
        json!({"Federated": saml}),
        "sts:AssumeRoleWithSAML",
        json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}),
    );
    let service = with(
        json!({"Service": "ec2.amazonaws.com"}),
        "sts:AssumeRole",
        json!({"StringEquals": {"aws:SourceAccount": HERE}}),
    );
    let gone = with(
        json!({"Federated": format!("arn:aws:iam::{HERE}:oidc-provider/gone.example.com")}),
        "sts:AssumeRoleWithWebIdentity",
        json!({}),
    );
    let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let account = Account {
        roles: vec![
            role(HERE, "ci", &ci, &[]),
            role(HERE, "staff", &staff, &[]),
            role(HERE, "box", &service, &[]),
            role(HERE, "gone", &gone, &[]),
            role(HERE, "open", &trust(json!("*")), &[]),
            role(HERE, "org", &trust_if(json!({"AWS": "*"}), organization), &[]),
        ],
        users: vec![user(HERE, "ann", &[])],
        oidc: vec![json!({"Arn": oidc, "Url": "idp.example.com", "ThumbprintList": [],
            "ClientIDList": ["sts.amazonaws.com", "other"]})],
        saml: vec![json!({"Arn": saml})],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let ci = who_can_assume(&world, "ci");
    assert_eq!(ci.principals.len(), 1, "{ci:?}");
    assert_eq!(
        ci.principals[0].principal.words(),
        format!("any token of {oidc} with aud=sts.amazonaws.com")
    );
    let subject = &ci.principals[0].path[0].conditions[0];
    assert!(subject.value.as_str().unwrap().starts_with("repo:shop/"), "{subject:?}");
    assert_eq!(subject.tests[0].values, ["repo:shop/*"]);
    let staff = shown(&who_can_assume(&world, "staff"));
    assert_eq!(staff.len(), 1);
    assert!(staff[0].contains("saml-provider/corp > staff"), "{staff:?}");
    assert!(staff[0].contains("aud=\"https://signin.aws.amazon.com/saml\""), "{staff:?}");
    assert_eq!(
        shown(&who_can_assume(&world, "box")),
        [format!("service ec2.amazonaws.com > box aws:SourceAccount=\"{HERE}\"")]
    );
    assert_eq!(
        shown(&who_can_assume(&world, "gone")),
        [format!("any token of {HERE}:oidc-provider/gone.example.com ? > gone")]
    );
    let open = shown(&who_can_assume(&world, "open"));
    assert!(open.iter().any(|it| it.starts_with("everybody: ")), "{open:?}");
    assert!(open.contains(&"user 111122223333:user/ann > open".to_owned()), "{open:?}");
    let org = who_can_assume(&world, "org");
    let everybody = org.principals.iter().find(|it| it.principal == Principal::Everybody).unwrap();
    assert_eq!(everybody.path[0].conditions[0].key, "aws:PrincipalOrgID");
    assert_eq!(everybody.path[0].conditions[0].value, "o-a1b2c3d4e5");
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

/// Everybody of some worlds is asked about every role, in every way that matters to the
/// conditions of these worlds, as a call with these very parameters; and those who can
/// become others are followed.
#[test]
fn whoever_can_is_found_and_nobody_else() {
    let mut allowed = 0;
    for seed in 0..ROUNDS {
        let mut numbers = Numbers::new(SEED + seed);
        let accounts = random(&mut numbers);
        let export = export(&accounts);
        let world = export.clone().take_world().unwrap();
        let access = Access::new(&world, NOW);
        let direct = brute(&export, &world);
        for target in NAMES.iter().flat_map(|name| [role_arn(HERE, name), role_arn(THERE, name)]) {
            let answer = access.who_can_assume(&target).unwrap();
            let found: BTreeSet<String> = answer.principals.iter().filter_map(arn_of).collect();
            let unknown =
                answer.principals.iter().filter(|it| it.verdict == AccessVerdict::Unknown);
            assert_eq!(unknown.count(), 0, "seed {seed}, {target}: {answer:?}");
            let expected = closure(&direct, &target);
            assert_eq!(found, expected, "seed {seed}, {target}: {:?}", shown(&answer));
            allowed += found.len();
            for reached in &answer.principals {
                if let (Some(arn), hops) = (arn_of(reached), reached.path.len()) {
                    assert_eq!(
                        hops,
                        distance(&direct, &arn, &target),
                        "seed {seed}, {arn}: {reached:?} {:?}",
                        accounts[usize::from(target.contains(THERE))].1.roles
                    );
                }
            }
            for arn in &expected {
                let can = access.can(arn).unwrap();
                assert!(can.becomes.iter().any(|it| it.path.last().unwrap().to == target));
            }
        }
        let any = access.who_can_assume_any();
        let any: BTreeSet<_> = any
            .principals
            .iter()
            .filter_map(|it| Some((arn_of(it)?, it.path[0].to.clone())))
            .collect();
        let all =
            direct.iter().flat_map(|(to, from)| from.iter().map(|from| (from.clone(), to.clone())));
        assert_eq!(any, all.collect(), "seed {seed}");
    }
    assert!(allowed > 300, "{allowed} is too few to say anything");
}

const SEED: u64 = 20_261_123;
const ROUNDS: u64 = 40;
const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

fn arn_of(reached: &Reached) -> Option<String> {
    match &reached.principal {
        Principal::User { arn } | Principal::Role { arn, .. } => Some(arn.clone()),
        _ => None,
    }
}

/// Who gets to each role with one call.
fn brute(export: &Export, world: &World) -> BTreeMap<String, BTreeSet<String>> {
    let people = |account: &str| {
        let users = NAMES.iter().map(move |name| format!("arn:aws:iam::{account}:user/{name}"));
        users.chain(NAMES.iter().map(move |name| role_arn(account, name))).collect::<Vec<_>>()
    };
    let people: Vec<String> = [people(HERE), people(THERE)].concat();
    let roles = people.iter().filter(|arn| arn.contains(":role/"));
    let can = |who: &str, role: &str| {
        let ways = [None, Some("xx"), Some("yy")].into_iter().flat_map(|external_id| {
            ["10.0.0.1", "192.0.2.1"].into_iter().flat_map(move |address| {
                [false, true].into_iter().map(move |mfa| (external_id, address, mfa))
            })
        });
        ways.filter(|(.., mfa)| !mfa || who.contains(":user/")).any(
            |(external_id, address, mfa)| {
                let details = Details {
                    caller: Some(who.to_owned()),
                    role: Some(role.to_owned()),
                    external_id: external_id.map(str::to_owned),
                    mfa,
                    source_ip: Some(address.parse().unwrap()),
                    at: Some(NOW),
                    ..Details::default()
                };
                let case = export.case(attempt_of(&details, None).unwrap());
                replay(world, &case.attempt().unwrap()).is_allowed()
            },
        )
    };
    let of = |role: &String| {
        let able = people.iter().filter(|who| can(who, role)).cloned().collect();
        (role.clone(), able)
    };
    roles.map(of).collect()
}

fn closure(direct: &BTreeMap<String, BTreeSet<String>>, target: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut waiting = vec![target.to_owned()];
    while let Some(role) = waiting.pop() {
        for who in direct.get(&role).into_iter().flatten() {
            if found.insert(who.clone()) {
                waiting.push(who.clone());
            }
        }
    }
    found
}

fn distance(direct: &BTreeMap<String, BTreeSet<String>>, from: &str, target: &str) -> usize {
    let mut level = BTreeSet::from([target.to_owned()]);
    for hops in 1..=direct.len() {
        level = level.iter().filter_map(|role| direct.get(role)).flatten().cloned().collect();
        if level.contains(from) {
            return hops;
        }
    }
    usize::MAX
}

fn random(numbers: &mut Numbers) -> Vec<(&'static str, Account)> {
    [HERE, THERE]
        .map(|number| {
            let mut account = Account::default();
            let boundary = format!("arn:aws:iam::{number}:policy/limit");
            let actions = numbers.one_of(&["*", "sts:*", "s3:*"]);
            let document = policy(json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]));
            account.policies.push(json!({"PolicyName": "limit", "Arn": boundary,
                "PolicyVersionList": [{"Document": document, "IsDefaultVersion": true}]}));
            for name in NAMES {
                let mut one = user(number, name, &random_identity(numbers));
                let mut other =
                    role(number, name, &random_trust(numbers), &random_identity(numbers));
                for it in [&mut one, &mut other] {
                    let team = numbers.one_of(&["ops", "shop"]);
                    it["Tags"] = json!([{"Key": "team", "Value": team}]);
                    if numbers.below(4) == 0 {
                        it["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
                    }
                }
                account.users.push(one);
                account.roles.push(other);
            }
            if numbers.below(3) == 0 {
                let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
                let deny = json!({"Effect": "Deny", "Action": "sts:*",
                    "Resource": format!("arn:aws:iam::*:role/{}", numbers.one_of(&NAMES))});
                account.service_control.push(policy(json!([allow, deny])));
            }
            (number, account)
        })
        .into()
}

fn random_identity(numbers: &mut Numbers) -> Vec<Value> {
    let count = numbers.below(3);
    (0..count)
        .map(|_| {
            let name = numbers.one_of(&NAMES);
            let resource = numbers.one_of(&[
                "*".to_owned(),
                role_arn(HERE, name),
                role_arn(THERE, name),
                format!("arn:aws:iam::*:role/{}*", name.get(..2).unwrap()),
                "arn:aws:iam::111122223333:role/?e*".to_owned(),
            ]);
            let effect = if numbers.below(6) == 0 { "Deny" } else { "Allow" };
            let action = numbers.one_of(&["sts:AssumeRole", "sts:*", "*", "s3:*"]);
            let mut statement = json!({"Effect": effect, "Action": action, "Resource": resource});
            if numbers.below(6) == 0 {
                let rest = statement.as_object_mut().unwrap().remove("Resource").unwrap();
                statement["NotResource"] = rest;
            }
            if numbers.below(3) == 0 {
                statement["Condition"] = random_condition(numbers);
            }
            policy(json!([statement]))
        })
        .collect()
}

fn random_trust(numbers: &mut Numbers) -> Value {
    let count = 1 + numbers.below(2);
    let statements = (0..count).map(|_| {
        let (account, name) = (numbers.one_of(&[HERE, THERE]), numbers.one_of(&NAMES));
        let principal = numbers.one_of(&[
            json!({"AWS": format!("arn:aws:iam::{account}:root")}),
            json!({"AWS": account}),
            json!({"AWS": role_arn(account, name)}),
            json!({"AWS": format!("arn:aws:iam::{account}:user/{name}")}),
            json!("*"),
            json!({"AWS": "*"}),
        ]);
        let effect = if numbers.below(5) == 0 { "Deny" } else { "Allow" };
        let mut statement =
            json!({"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"});
        if numbers.below(2) == 0 {
            statement["Condition"] = random_condition(numbers);
        }
        statement
    });
    policy(statements.collect())
}

/// Over keys that nobody knows and one that is known, in values of which the grid of
/// [`brute`] has one of each side.
fn random_condition(numbers: &mut Numbers) -> Value {
    numbers.one_of(&[
        json!({"StringEquals": {"sts:ExternalId": "xx"}}),
        json!({"StringNotEquals": {"sts:ExternalId": "xx"}}),
        json!({"Null": {"sts:ExternalId": "true"}}),
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "ops"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}),
        json!({"StringLike": {"aws:username": "a*"}}),
        json!({"StringEquals": {"sts:ExternalId": "yy", "aws:RequestedRegion": "us-east-1"}}),
    ])
}
