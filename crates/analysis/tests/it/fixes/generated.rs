//! Accounts, attempts, and what others could try.

use serde_json::{Value, json};

use crate::numbers::Numbers;

const OWNER: &str = "111122223333";
const OTHER: &str = "444455556666";
const THIRD: &str = "777788889999";
const NOW: i64 = 1_772_366_400;
const TARGET: &str = "arn:aws:iam::111122223333:role/target";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/idp.example.com";

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// Mostly the first.
fn mostly<T: Clone>(numbers: &mut Numbers, usual: &T, others: &[T]) -> T {
    if numbers.below(3) > 0 { usual.clone() } else { numbers.one_of(others) }
}

/// One test of one key, of a kind that policies have.
fn test(numbers: &mut Numbers, is_token: bool) -> (String, &'static str, Value) {
    let text = |numbers: &mut Numbers, operators: &[&str], key, values: &[&str]| {
        let operator = numbers.one_of(operators).to_owned();
        let first = numbers.one_of(values);
        let value = match numbers.below(3) {
            0 => json!([first, numbers.one_of(values)]),
            _ => json!(first),
        };
        (operator, key, value)
    };
    const STRINGS: [&str; 8] = [
        "StringEquals",
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
        "StringEqualsIfExists",
    ];
    const SETS: [&str; 4] = [
        "ForAllValues:StringEquals",
        "ForAnyValue:StringEquals",
        "ForAnyValue:StringLike",
        "ForAllValues:StringNotEquals",
    ];
    let of_token = if is_token { 3 } else { 0 };
    match numbers.below(17 + of_token) {
        0 | 1 => text(numbers, &STRINGS, "sts:ExternalId", &["7f3a", "7F3A", "7*", "other"]),
        2 => {
            text(numbers, &STRINGS, "sts:RoleSessionName", &["run", "Run", "r*", "${aws:username}"])
        }
        3 => text(numbers, &STRINGS, "aws:PrincipalTag/team", &["a", "b", "*"]),
        4 => text(numbers, &STRINGS, "aws:RequestTag/team", &["a", "b", "?"]),
        5 => text(numbers, &STRINGS, "aws:PrincipalAccount", &[OWNER, OTHER]),
        6 => text(numbers, &STRINGS, "aws:PrincipalOrgID", &["o-aaaaaaaaaa", "o-bbbbbbbbbb"]),
        7 => text(numbers, &STRINGS, "aws:username", &["ann", "bob", "Ann", "a*"]),
        8 => text(numbers, &STRINGS, "sts:SourceIdentity", &["ann", "bob", "*"]),
        9 => text(numbers, &SETS, "aws:TagKeys", &["team", "cost", "t*"]),
        10 => text(
            numbers,
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "ArnEqualsIfExists"],
            "aws:PrincipalArn",
            &["arn:aws:iam::*:user/ann", "arn:aws:iam::*:role/*", "arn:aws:iam::444455556666:*"],
        ),
        11 => text(
            numbers,
            &["IpAddress", "NotIpAddress", "IpAddressIfExists"],
            "aws:SourceIp",
            &["203.0.113.0/24", "198.51.100.0/24", "203.0.113.7"],
        ),
        12 => text(
            numbers,
            &["Bool", "BoolIfExists"],
            "aws:MultiFactorAuthPresent",
            &["true", "false"],
        ),
        13 => text(numbers, &["Bool"], "aws:SecureTransport", &["true", "false"]),
        14 => text(
            numbers,
            &["NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericEquals"],
            "sts:DurationSeconds",
            &["900", "3600", "7200"],
        ),
        15 => text(
            numbers,
            &["DateLessThan", "DateGreaterThan", "DateGreaterThanIfExists"],
            "aws:CurrentTime",
            &["2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z"],
        ),
        16 => text(numbers, &["Null"], "sts:ExternalId", &["true", "false"]),
        17 => text(numbers, &STRINGS, "idp.example.com:sub", &["alice", "Alice", "al*", "bob"]),
        18 => text(numbers, &STRINGS, "idp.example.com:aud", &["app", "web"]),
        _ => text(numbers, &STRINGS, "idp.example.com:email", &["a@example.com", "*@example.com"]),
    }
}

/// None, one or two tests.
fn conditions(numbers: &mut Numbers, statement: &mut Value, is_token: bool) {
    for _ in 0..mostly(numbers, &0, &[1, 1, 2]) {
        let (operator, key, value) = test(numbers, is_token);
        statement["Condition"][operator][key] = value;
    }
}

/// What somebody may do on their own side.
fn identity(numbers: &mut Numbers) -> Value {
    let actions = [json!("sts:*"), json!(["sts:AssumeRole", "sts:TagSession"]), json!("s3:*")];
    let action = mostly(numbers, &json!("*"), &actions);
    let resource = mostly(numbers, &"*", &[TARGET, "arn:aws:iam::*:role/other"]);
    let mut first = allow(&action, resource);
    conditions(numbers, &mut first, false);
    let mut statements = vec![first];
    if numbers.below(6) == 0 {
        let mut deny = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*"});
        conditions(numbers, &mut deny, false);
        statements.push(deny);
    }
    policy(&statements)
}

/// A trust policy of up to three statements.
fn trust(numbers: &mut Numbers, caller: &str, is_token: bool) -> Value {
    let arn = |account: &str, rest: &str| json!({"AWS": format!("arn:aws:iam::{account}:{rest}")});
    let principals = if is_token {
        let other = PROVIDER.replace("idp.", "other.");
        vec![
            json!({"Federated": PROVIDER}),
            json!({"Federated": [PROVIDER]}),
            json!({"Federated": other}),
        ]
    } else {
        vec![
            arn(caller, "user/ann"),
            arn(caller, "root"),
            arn(caller, "role/hub"),
            json!({"AWS": [format!("arn:aws:iam::{caller}:user/bob"), format!("arn:aws:iam::{caller}:role/hub")]}),
            arn(THIRD, "root"),
            json!({"AWS": "*"}),
            json!({"Service": "ec2.amazonaws.com"}),
            json!({"AWS": format!("arn:aws:sts::{caller}:assumed-role/hub/run")}),
        ]
    };
    let usual = if is_token { "sts:AssumeRoleWithWebIdentity" } else { "sts:AssumeRole" };
    let actions = [
        json!([usual, "sts:TagSession"]),
        json!("sts:TagSession"),
        json!("sts:*"),
        json!("sts:GetCallerIdentity"),
    ];
    let statement = |numbers: &mut Numbers, effect: &str| {
        let mut statement = json!({"Effect": effect});
        statement["Principal"] = numbers.one_of(&principals);
        statement["Action"] = mostly(numbers, &json!(usual), &actions);
        conditions(numbers, &mut statement, is_token);
        statement
    };
    let count = 1 + numbers.below(2);
    let mut statements: Vec<Value> = (0..count).map(|_| statement(numbers, "Allow")).collect();
    if numbers.below(6) == 0 {
        statements.push(statement(numbers, "Deny"));
    }
    policy(&statements)
}

fn controls(numbers: &mut Numbers) -> Value {
    let all = policy(&[allow(&json!("*"), "*")]);
    let mut deny = json!({"Effect": "Deny", "Action": "sts:AssumeRole*", "Resource": "*"});
    conditions(numbers, &mut deny, false);
    let deny = policy(&[deny]);
    let usual = json!([]);
    let others =
        [json!([all.clone(), deny]), json!([policy(&[allow(&json!("s3:*"), "*")])]), json!([all])];
    mostly(numbers, &usual, &others)
}

fn resource_controls(numbers: &mut Numbers) -> Value {
    let mut deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*"});
    conditions(numbers, &mut deny, false);
    if numbers.below(8) == 0 { json!([policy(&[deny])]) } else { json!([]) }
}

fn user(account: &str, name: &str, own: &Value) -> Value {
    json!({
        "UserName": name, "Arn": format!("arn:aws:iam::{account}:user/{name}"),
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": own}],
        "Tags": [{"Key": "team", "Value": "a"}],
    })
}

fn role(account: &str, name: &str, trust: &Value, own: &Value) -> Value {
    json!({
        "RoleName": name, "Arn": format!("arn:aws:iam::{account}:role/{name}"),
        "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": own}],
    })
}

/// An account without anybody in it.
fn account(numbers: &mut Numbers, number: &str) -> Value {
    json!({
        "AccountId": number,
        "Authorization": {"UserDetailList": [], "RoleDetailList": [], "Policies": []},
        "OpenIDConnectProviders": [],
        "ServiceControlPolicies": controls(numbers),
        "ResourceControlPolicies": resource_controls(numbers),
        "Organization": {"Id": mostly(numbers, &"o-aaaaaaaaaa", &["o-bbbbbbbbbb"])},
    })
}

fn push(list: &mut Value, value: Value) {
    list.as_array_mut().unwrap().push(value);
}

/// Accounts with users, roles and a provider, and an attempt of one of them.
pub(super) fn document(numbers: &mut Numbers) -> Value {
    let is_token = numbers.below(4) == 0;
    let caller = if is_token { OWNER } else { numbers.one_of(&[OWNER, OTHER]) };
    let mut owner = account(numbers, OWNER);
    let mut other = account(numbers, OTHER);
    let everything = policy(&[allow(&json!("*"), "*")]);
    let (of_ann, of_hub) = (identity(numbers), identity(numbers));
    let trusting_all = policy(&[
        json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}),
    ]);
    let home = if caller == OWNER { &mut owner } else { &mut other };
    let mut ann = user(caller, "ann", &of_ann);
    let bounds = numbers.below(6) == 0;
    if bounds {
        let arn = format!("arn:aws:iam::{caller}:policy/boundary");
        ann["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
        let version = json!({"Document": identity(numbers), "IsDefaultVersion": true});
        let boundary =
            json!({"PolicyName": "boundary", "Arn": arn, "PolicyVersionList": [version]});
        push(&mut home["Authorization"]["Policies"], boundary);
    }
    let people = &mut home["Authorization"];
    push(&mut people["UserDetailList"], ann);
    push(&mut people["UserDetailList"], user(caller, "bob", &everything));
    push(&mut people["RoleDetailList"], role(caller, "hub", &trusting_all, &of_hub));
    push(&mut people["RoleDetailList"], role(caller, "peer", &trusting_all, &everything));
    push(&mut other["Authorization"]["UserDetailList"], user(OTHER, "carl", &everything));
    let trust = trust(numbers, caller, is_token);
    let mut target = role(OWNER, "target", &trust, &everything);
    target["MaxSessionDuration"] = json!(numbers.one_of(&[3_600, 7_200]));
    push(&mut owner["Authorization"]["RoleDetailList"], target);
    if is_token && numbers.below(10) > 0 {
        let ids = json!([numbers.one_of(&["app", "app", "web"])]);
        let provider = json!({"Arn": PROVIDER, "Url": "idp.example.com", "ClientIDList": ids,
            "ThumbprintList": []});
        push(&mut owner["OpenIDConnectProviders"], provider);
    }
    let attempt = if is_token { with_token(numbers) } else { signed(numbers, caller) };
    json!({"account": owner, "otherAccounts": [other], "attempt": attempt})
}

fn parameters(numbers: &mut Numbers) -> Value {
    let mut parameters = json!({"RoleArn": TARGET});
    parameters["RoleSessionName"] = json!(numbers.one_of(&["run", "Run"]));
    let duration = mostly(numbers, &Value::Null, &[json!(900), json!(7_200), json!(43_200)]);
    if !duration.is_null() {
        parameters["DurationSeconds"] = duration;
    }
    parameters
}

/// By a user, a session of a role, or a service.
fn signed(numbers: &mut Numbers, account: &str) -> Value {
    let mut parameters = parameters(numbers);
    for (name, values) in [
        ("ExternalId", [json!("7f3a"), json!("7F3A")]),
        ("SourceIdentity", [json!("ann"), json!("eve")]),
        ("Tags", [json!([{"Key": "team", "Value": "a"}]), json!([{"Key": "cost", "Value": "b"}])]),
    ] {
        let value = mostly(numbers, &Value::Null, &values);
        if !value.is_null() {
            parameters[name] = value;
        }
    }
    let mfa = numbers.below(3) == 0;
    let user = json!({
        "arn": format!("arn:aws:iam::{account}:user/ann"), "mfa": mfa,
        "credential": if mfa { "session-token" } else { "long-term" }, "sourceIp": "203.0.113.7",
    });
    let session = json!({
        "arn": format!("arn:aws:sts::{account}:assumed-role/hub/run"),
        "credential": "assumed-role", "sourceIp": "203.0.113.7",
        "sessionTags": {"team": numbers.one_of(&["a", "b"])},
    });
    let caller = match numbers.below(8) {
        0..=3 => user,
        4..=6 => session,
        _ => json!({"service": numbers.one_of(&["ec2.amazonaws.com", "lambda.amazonaws.com"])}),
    };
    json!({"operation": "sts:AssumeRole", "caller": caller, "parameters": parameters,
        "time": "2026-03-01T12:00:00Z", "environment": {}})
}

fn with_token(numbers: &mut Numbers) -> Value {
    let subject = numbers.one_of(&["alice", "Alice", "bob"]);
    let audience = mostly(numbers, &"app", &["web"]);
    let mut claims = json!({
        "iss": "https://idp.example.com", "sub": subject, "aud": audience,
        "iat": NOW - 60, "exp": NOW + 600,
    });
    if numbers.below(3) == 0 {
        claims["email"] = json!("a@example.com");
    }
    if numbers.below(12) == 0 {
        claims["exp"] = json!(NOW - 4_000);
        claims["iat"] = json!(NOW - 8_000);
    }
    json!({"operation": "sts:AssumeRoleWithWebIdentity", "parameters": parameters(numbers),
        "token": {"header": {"kid": "1"}, "claims": claims, "signature": "valid"},
        "context": {"aws:SourceIp": "203.0.113.7"},
        "time": "2026-03-01T12:00:00Z", "environment": {}})
}

/// The same attempt by others: everybody in view but the caller, somebody of accounts that
/// are not, another service, and the bearers of other tokens of the same issuer.
pub(super) fn strangers(document: &Value) -> Vec<Value> {
    let attempt = &document["attempt"];
    let claims = &attempt["token"]["claims"];
    if !claims.is_null() {
        let others = ["alice", "Alice", "bob", "carol", "alicex", "repo:other/x"];
        let others = others.into_iter().filter(|subject| claims["sub"] != *subject);
        return others.map(|subject| with(attempt, "/token/claims/sub", json!(subject))).collect();
    }
    let caller = &attempt["caller"];
    let own = caller["arn"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    for account in [OWNER, OTHER, THIRD] {
        for name in ["ann", "bob", "carl"] {
            let arn = format!("arn:aws:iam::{account}:user/{name}");
            let is_there = document.to_string().contains(&format!("\"{arn}\"")) || account == THIRD;
            if arn != own && is_there {
                for (mfa, credential) in [(false, "long-term"), (true, "session-token")] {
                    let user = json!({"arn": arn, "credential": credential, "mfa": mfa,
                        "sourceIp": "203.0.113.7"});
                    found.push(with(attempt, "/caller", user));
                }
            }
        }
        for name in ["hub", "peer"] {
            let role = format!("arn:aws:iam::{account}:role/{name}");
            let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/run");
            let is_there =
                document.to_string().contains(&format!("\"{role}\"")) || account == THIRD;
            if arn != own && is_there {
                let session = json!({"arn": arn, "credential": "assumed-role",
                    "sourceIp": "203.0.113.7", "sessionTags": {"team": "a"}});
                found.push(with(attempt, "/caller", session));
            }
        }
    }
    for service in ["ec2.amazonaws.com", "lambda.amazonaws.com"] {
        if caller["service"] != service {
            found.push(with(attempt, "/caller", json!({"service": service})));
        }
    }
    found
}

fn with(attempt: &Value, pointer: &str, value: Value) -> Value {
    let mut attempt = attempt.clone();
    *attempt.pointer_mut(pointer).unwrap() = value;
    attempt
}
