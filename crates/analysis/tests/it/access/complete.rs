//! Whoever can is found and nobody else, in worlds that are made at random.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stead_analysis::{
    Access, AccessVerdict, Details, Export, Principal, Reached, World, attempt_of, replay,
};

use super::accounts::{Account, HERE, NOW, THERE, export, policy, role, role_arn, shown, user};
use crate::numbers::Numbers;

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
