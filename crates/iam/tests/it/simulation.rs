//! Simulations beyond what AWS's simulator does: with trust policies, and with what is known.

use serde_json::{Value, json};
use stead_service::Simulator;

use crate::script::Script;

const ACCOUNT_ARN: &str = "arn:aws:iam::111122223333";

fn allow(action: &str) -> String {
    statement(&json!({"Effect": "Allow", "Action": action, "Resource": "*"}))
}

fn statement(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn trusting(principal: &str, condition: &Value) -> String {
    statement(&json!({
        "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole",
        "Condition": condition,
    }))
}

/// Simulates somebody's policies as the root user; the results, one per action.
fn simulate(script: &mut Script, source: &str, parameters: &[(&str, &str)]) -> Vec<Value> {
    let source = format!("{ACCOUNT_ARN}:{source}");
    let parameters = [&[("PolicySourceArn", source.as_str())], parameters].concat();
    let answer = script.call("root", "SimulatePrincipalPolicy", &parameters).unwrap();
    answer["EvaluationResults"].as_array().unwrap().clone()
}

/// The decision about one action on one resource.
fn decision(script: &mut Script, source: &str, parameters: &[(&str, &str)]) -> String {
    let results = simulate(script, source, parameters);
    assert_eq!(results.len(), 1);
    results[0]["EvalDecision"].as_str().unwrap().to_owned()
}

fn key(name: &'static str, value: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("ContextEntries.member.1.ContextKeyName", name),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", value),
    ]
}

/// Ann, who may assume anything, and a role that trusts her with an external id.
fn with_a_role() -> Script {
    let mut script = Script::new();
    script.user("ann", &allow("sts:AssumeRole"));
    let condition = json!({"StringEquals": {"sts:ExternalId": "7f3a"}});
    let trust = trusting(&format!("{ACCOUNT_ARN}:user/ann"), &condition);
    let role = [("RoleName", "app"), ("AssumeRolePolicyDocument", trust.as_str())];
    script.call("root", "CreateRole", &role).unwrap();
    script
}

const ASSUME_APP: [(&str, &str); 2] = [
    ("ActionNames.member.1", "sts:AssumeRole"),
    ("ResourceArns.member.1", "arn:aws:iam::111122223333:role/app"),
];

#[test]
fn the_trust_policy_of_a_role_is_evaluated() {
    let mut script = with_a_role();
    let results = simulate(&mut script, "user/ann", &ASSUME_APP);
    assert_eq!(results[0]["EvalDecision"], "implicitDeny");
    assert_eq!(results[0]["MissingContextValues"], json!(["sts:ExternalId"]));
    let right = [&ASSUME_APP[..], &key("sts:ExternalId", "7f3a")].concat();
    let results = simulate(&mut script, "user/ann", &right);
    assert_eq!(results[0]["EvalDecision"], "allowed");
    let matched = results[0]["MatchedStatements"].as_array().unwrap();
    let shown: Vec<_> = matched
        .iter()
        .map(|it| {
            (it["SourcePolicyId"].as_str().unwrap(), it["SourcePolicyType"].as_str().unwrap())
        })
        .collect();
    let role = format!("{ACCOUNT_ARN}:role/app");
    assert_eq!(shown, [(role.as_str(), "Resource Policy"), ("user_ann_inline", "IAM Policy")]);
    // The text that is shown has the ARN of the user and not its id, so it is longer.
    let stored = script.call("root", "GetRole", &[("RoleName", "app")]).unwrap();
    let text = stored["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
    let behind = crate::wire::document(text).find(r#"],"Version""#).unwrap();
    let end = &matched[0]["EndPosition"];
    assert_eq!(*end, json!({"Line": 1, "Column": behind + 1}));

    let wrong = [&ASSUME_APP[..], &key("sts:ExternalId", "guess")].concat();
    assert_eq!(decision(&mut script, "user/ann", &wrong), "implicitDeny");
    script.user("bob", &allow("sts:AssumeRole"));
    assert_eq!(decision(&mut script, "user/bob", &right), "implicitDeny");
}

#[test]
fn a_simulator_like_awss_leaves_the_trust_policy_out() {
    let mut script = with_a_role();
    script.world.simulator = Simulator::AsAws;
    assert_eq!(decision(&mut script, "user/ann", &ASSUME_APP), "allowed");
    script.user("bob", &allow("sts:AssumeRole"));
    assert_eq!(decision(&mut script, "user/bob", &ASSUME_APP), "allowed");
    let denying = statement(&json!({
        "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
    }));
    let given = [&ASSUME_APP[..], &[("ResourcePolicy", denying.as_str())]].concat();
    assert_eq!(decision(&mut script, "user/ann", &given), "allowed");
    script.world.simulator = Simulator::AsCalls;
    assert_eq!(decision(&mut script, "user/ann", &given), "explicitDeny");
}

// The call itself is refused like one for a role that is not there.
#[test]
fn nobody_assumes_what_is_no_role() {
    let mut script = with_a_role();
    for arn in ["iam::111122223333:user/ann", "sts::111122223333:assumed-role/app/session"] {
        let arn = format!("arn:aws:{arn}");
        let asked =
            [("ActionNames.member.1", "sts:AssumeRole"), ("ResourceArns.member.1", arn.as_str())];
        script.world.simulator = Simulator::AsCalls;
        assert_eq!(decision(&mut script, "user/ann", &asked), "implicitDeny");
        script.world.simulator = Simulator::AsAws;
        assert_eq!(decision(&mut script, "user/ann", &asked), "allowed");
    }
}

#[test]
fn of_another_account_nothing_is_told_but_what_is_given() {
    let mut script = with_a_role();
    let (other, _) = script.world.create_account("444455556666");
    let ann = format!("{ACCOUNT_ARN}:user/ann");
    let trust = trusting(&ann, &json!({}));
    script.world.create_role(other, "theirs", &trust, "");
    for role in ["theirs", "none"] {
        let arn = format!("arn:aws:iam::444455556666:role/{role}");
        let assume =
            [("ActionNames.member.1", "sts:AssumeRole"), ("ResourceArns.member.1", arn.as_str())];
        let results = simulate(&mut script, "user/ann", &assume);
        assert_eq!(results[0]["EvalDecision"], "implicitDeny");
        assert_eq!(results[0]["MissingContextValues"], json!([]));
        let details = json!({"IAM Policy": "allowed", "Resource Policy": "implicitDeny"});
        assert_eq!(results[0]["EvalDecisionDetails"], details);
        let given = [&assume[..], &[("ResourcePolicy", trust.as_str())]].concat();
        let results = simulate(&mut script, "user/ann", &given);
        assert_eq!(results[0]["EvalDecision"], "allowed");
        let details = json!({"IAM Policy": "allowed", "Resource Policy": "allowed"});
        assert_eq!(results[0]["EvalDecisionDetails"], details);
    }
    let none = [("PolicySourceArn", "arn:aws:iam::444455556666:role/theirs"), ASSUME_APP[0]];
    let refused = script.call("root", "SimulatePrincipalPolicy", &none).unwrap_err();
    assert_eq!(refused.code, "NoSuchEntity");
}

#[test]
fn a_role_calls_as_a_session_of_it() {
    let mut script = Script::new();
    let own = statement(&json!({
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {
            "StringLike": {"aws:userid": "*:night"},
            "ArnEquals": {"aws:PrincipalArn": format!("{ACCOUNT_ARN}:role/r")},
            "Bool": {"aws:MultiFactorAuthPresent": "false"}},
    }));
    script.role("r", &own);
    let get = [("ActionNames.member.1", "s3:GetObject")];
    assert_eq!(decision(&mut script, "role/r", &get), "implicitDeny");
    let role = script.call("root", "GetRole", &[("RoleName", "r")]).unwrap();
    let id = role["Role"]["RoleId"].as_str().unwrap();
    let night = format!("{id}:night");
    let named = [
        get[0],
        ("ContextEntries.member.1.ContextKeyName", "aws:userid"),
        ("ContextEntries.member.1.ContextKeyType", "string"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", night.as_str()),
    ];
    assert_eq!(decision(&mut script, "role/r", &named), "allowed");

    // The name counts for principals too.
    let bucket = |session: &str| {
        statement(&json!({
            "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*",
            "Principal": {"AWS": format!("arn:aws:sts::111122223333:assumed-role/r/{session}")},
        }))
    };
    for (session, expected) in [("night", "allowed"), ("day", "implicitDeny")] {
        let policy = bucket(session);
        let more = [
            ("ActionNames.member.1", "s3:PutObject"),
            ("ResourceArns.member.1", "arn:aws:s3:::b/x"),
            ("ResourcePolicy", policy.as_str()),
        ];
        let parameters = [&more[..], &named[1..]].concat();
        assert_eq!(decision(&mut script, "role/r", &parameters), expected, "{session}");
    }
    let bad = format!("{id}:no good");
    let parameters = [&named[..3], &[(named[3].0, bad.as_str())]].concat();
    let parameters =
        [&[("PolicySourceArn", "arn:aws:iam::111122223333:role/r")], &parameters[..]].concat();
    let refused = script.call("root", "SimulatePrincipalPolicy", &parameters).unwrap_err();
    assert_eq!(refused.code, "InvalidInput");
}

#[test]
fn another_may_call_with_the_policies() {
    let mut script = Script::new();
    script.user("david", &statement(&json!({
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}",
    })));
    script.user("bob", "");
    let homes = [
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::home/bob"),
    ];
    assert_eq!(decision(&mut script, "user/david", &homes), "implicitDeny");
    for caller in ["arn:aws:iam::111122223333:user/bob", "arn:aws:iam::999999999999:user/x/bob"] {
        let by_bob = [&homes[..], &[("CallerArn", caller)]].concat();
        assert_eq!(decision(&mut script, "user/david", &by_bob), "allowed", "{caller}");
    }
    let by_role = [&homes[..], &[("CallerArn", "arn:aws:iam::111122223333:role/bob")]].concat();
    assert_eq!(decision(&mut script, "user/david", &by_role), "implicitDeny");
}

#[test]
fn what_is_known_of_caller_and_resource_need_not_be_given() {
    let mut script = Script::new();
    script.user(
        "ann",
        &statement(&json!({
            "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*", "Condition": {
                "StringEquals": {"aws:PrincipalTag/team": "red", "aws:ResourceTag/team": "red",
                                 "iam:ResourceTag/team": "red", "aws:PrincipalType": "User"},
                "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        })),
    );
    script.user("bob", "");
    let read = [
        ("ActionNames.member.1", "iam:GetUser"),
        ("ResourceArns.member.1", "arn:aws:iam::111122223333:user/bob"),
    ];
    let tag = |script: &mut Script, name: &str| {
        let tags =
            [("UserName", name), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "red")];
        script.call("root", "TagUser", &tags).unwrap();
    };
    let missing = |script: &mut Script| {
        simulate(script, "user/ann", &read)[0]["MissingContextValues"].clone()
    };
    let all = ["aws:PrincipalTag/team", "aws:ResourceTag/team", "iam:ResourceTag/team"];
    assert_eq!(missing(&mut script), json!(all));
    tag(&mut script, "ann");
    assert_eq!(missing(&mut script), json!(all[1..]));
    tag(&mut script, "bob");
    assert_eq!(decision(&mut script, "user/ann", &read), "allowed");
    let other = [&read[..], &key("aws:PrincipalTag/Team", "blue")].concat();
    assert_eq!(decision(&mut script, "user/ann", &other), "implicitDeny");
    // What a connection says is not made up, and AWS fills in nothing of all that.
    let by_address = allow("iam:GetUser").replace(
        "\"Resource\"",
        r#""Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"Null":{"aws:SourceIp":"false"}},"Resource""#,
    );
    script.user("eve", &by_address);
    let results = simulate(&mut script, "user/eve", &read);
    assert_eq!(results[0]["MissingContextValues"], json!(["aws:SourceIp"]));
    script.world.simulator = Simulator::AsAws;
    let results = simulate(&mut script, "user/ann", &read);
    assert_eq!(results[0]["EvalDecision"], "implicitDeny");
    assert_eq!(results[0]["MissingContextValues"].as_array().unwrap().len(), 5);
}

#[test]
fn a_custom_simulation_is_nobodys() {
    let mut script = Script::new();
    for (condition, caller, expected) in [
        (
            json!({"StringEquals": {"aws:userid": "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"}}),
            None,
            "allowed",
        ),
        (json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}), None, "allowed"),
        (json!({"Null": {"aws:PrincipalArn": "true", "aws:username": "true"}}), None, "allowed"),
        (json!({"StringEquals": {"aws:username": "ann"}}), Some("user/x/ann"), "allowed"),
        (
            json!({"StringEquals": {"aws:userid": format!("{ACCOUNT_ARN}:user/x/ann")}}),
            Some("user/x/ann"),
            "allowed",
        ),
        (json!({"StringEquals": {"aws:username": "ann"}}), Some("group/ann"), "implicitDeny"),
        (
            json!({"ArnEquals": {"aws:PrincipalArn": format!("{ACCOUNT_ARN}:role/r")}}),
            Some("role/r"),
            "allowed",
        ),
    ] {
        for simulator in [Simulator::AsCalls, Simulator::AsAws] {
            script.world.simulator = simulator;
            let policy = statement(&json!({
                "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition,
            }));
            let caller = caller.map(|caller| format!("{ACCOUNT_ARN}:{caller}"));
            let mut parameters = vec![
                ("PolicyInputList.member.1", policy.as_str()),
                ("ActionNames.member.1", "s3:GetObject"),
            ];
            parameters.extend(caller.as_deref().map(|caller| ("CallerArn", caller)));
            let answer = script.call("root", "SimulateCustomPolicy", &parameters).unwrap();
            let found = answer["EvaluationResults"][0]["EvalDecision"].clone();
            assert_eq!(found, expected, "{condition} {caller:?} {simulator:?}");
        }
    }
}

#[test]
fn a_request_that_is_too_much_is_refused_or_cut() {
    let mut script = Script::new();
    script.user("ann", &allow("s3:*"));
    let names: Vec<String> =
        (1..=400).map(|number| format!("ResourceArns.member.{number}")).collect();
    let mut parameters: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), "arn:aws:s3:::b/x")).collect();
    parameters.extend([
        ("PolicySourceArn", "arn:aws:iam::111122223333:user/ann"),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ActionNames.member.2", "s3:PutObject"),
        ("ActionNames.member.3", "s3:ListBucket"),
    ]);
    let page = script.call("root", "SimulatePrincipalPolicy", &parameters).unwrap();
    assert_eq!(page["EvaluationResults"].as_array().unwrap().len(), 2);
    assert_eq!(page["IsTruncated"], true);
    let marker = page["Marker"].as_str().unwrap().to_owned();
    parameters.push(("Marker", &marker));
    let page = script.call("root", "SimulatePrincipalPolicy", &parameters).unwrap();
    assert_eq!(page["EvaluationResults"][0]["EvalActionName"], "s3:ListBucket");
    assert_eq!(page["IsTruncated"], false);
}
