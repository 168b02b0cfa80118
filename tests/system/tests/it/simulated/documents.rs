//! Policies that are drawn: of actions, resources and conditions that cases have.

use serde_json::{Map, Value, json};

use crate::drawn::Drawn;

use super::stage::{HOME, OTHER, ROLES, USERS};

/// One of them.
pub(super) fn pick<T: Copy>(drawn: &mut Drawn, from: &[T]) -> T {
    from[usize::try_from(drawn.below(from.len() as u64)).unwrap()]
}

/// True in so many of a hundred cases.
pub(super) fn percent(drawn: &mut Drawn, percent: u64) -> bool {
    drawn.below(100) < percent
}

/// A condition, of operators and values that come out either way about as often.
const CONDITIONS: &[&str] = &[
    r#"{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#,
    r#"{"NotIpAddress":{"aws:SourceIp":["198.51.100.0/24","2001:db8::/32"]}}"#,
    r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
    r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#,
    r#"{"Null":{"aws:MultiFactorAuthPresent":"true"}}"#,
    r#"{"Null":{"aws:TokenIssueTime":"false"}}"#,
    r#"{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:00Z"}}"#,
    r#"{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#,
    r#"{"NumericGreaterThan":{"aws:EpochTime":"1600000000"}}"#,
    r#"{"StringLike":{"aws:UserAgent":"*agent-1*"}}"#,
    r#"{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
    r#"{"Null":{"aws:Referer":"true"}}"#,
    r#"{"StringEquals":{"aws:username":["u0","u2","u4"]}}"#,
    r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#,
    r#"{"StringNotEqualsIfExists":{"aws:PrincipalTag/Team":"blue"}}"#,
    r#"{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}"#,
    r#"{"StringEquals":{"iam:ResourceTag/team":"red"}}"#,
    r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#,
    r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/a/*"}}"#,
    r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#,
    r#"{"StringLike":{"aws:userid":"AROA*:case"}}"#,
    r#"{"StringNotLike":{"aws:userid":"AROA*"}}"#,
    r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
    r#"{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#,
    r#"{"Bool":{"aws:ViaAWSService":"false","aws:PrincipalIsAWSService":"false"}}"#,
    r#"{"StringEquals":{"sts:ExternalId":"7f3a"}}"#,
    r#"{"StringEqualsIfExists":{"sts:ExternalId":"7f3a"}}"#,
    r#"{"StringLike":{"sts:RoleSessionName":"night-*"}}"#,
    r#"{"StringEquals":{"sts:SourceIdentity":"carol"}}"#,
    r#"{"StringEquals":{"aws:RequestTag/stage":"test"}}"#,
    r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["stage","team"]}}"#,
    r#"{"ForAnyValue:StringLike":{"aws:TagKeys":"t*"}}"#,
    r#"{"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["stage"]}}"#,
    r#"{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::111122223333:policy/p1"}}"#,
    r#"{"Null":{"aws:SourceIdentity":"true","aws:FederatedProvider":"true"}}"#,
    r#"{"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}}"#,
    r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-*/ou-*"}}"#,
];

/// Actions of identity policies: those of cases, alone and together.
const ACTIONS: &[&str] = &[
    "*",
    "*",
    "*",
    "iam:*",
    "iam:*",
    "sts:*",
    "sts:*",
    "iam:Get*",
    "iam:List*",
    "iam:GetUser",
    "iam:GetRole",
    "iam:ListUserTags",
    "iam:ListUsers",
    "iam:TagUser",
    "iam:AttachUserPolicy",
    "sts:AssumeRole",
    "sts:Assume*",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:GetFederationToken",
    "sts:?et*",
];

fn resources(drawn: &mut Drawn) -> Value {
    let user = pick(drawn, USERS);
    let role = pick(drawn, ROLES);
    json!(match drawn.below(11) {
        0..=3 => "*".to_owned(),
        4 => format!("arn:aws:iam::{HOME}:user/*"),
        5 => format!("arn:aws:iam::{HOME}:user/${{aws:username}}"),
        6 => format!("arn:aws:iam::{HOME}:user/{user}"),
        7 => format!("arn:aws:iam::{HOME}:role/{role}"),
        8 => "arn:aws:iam::*:role/?2*".to_owned(),
        9 => format!("arn:aws:iam::{OTHER}:role/*"),
        _ => format!("arn:aws:iam::{HOME}:*/${{aws:PrincipalTag/team, 'none'}}*"),
    })
}

fn condition(drawn: &mut Drawn) -> Value {
    let mut block = Map::new();
    for _ in 0..=drawn.below(2) {
        let Value::Object(one) = serde_json::from_str(pick(drawn, CONDITIONS)).unwrap() else {
            panic!("a condition is an object")
        };
        block.extend(one);
    }
    Value::Object(block)
}

fn effect(drawn: &mut Drawn) -> &'static str {
    if percent(drawn, 27) { "Deny" } else { "Allow" }
}

/// A policy of a user, group or role.
pub(super) fn identity(drawn: &mut Drawn) -> String {
    let statements = (0..=drawn.below(3)).map(|_| {
        let effect = effect(drawn);
        let element = if percent(drawn, 8) { "NotAction" } else { "Action" };
        let actions: Vec<&str> = (0..=drawn.below(2)).map(|_| pick(drawn, ACTIONS)).collect();
        let target = if percent(drawn, 8) { "NotResource" } else { "Resource" };
        let mut statement = json!({"Effect": effect, element: actions, target: resources(drawn)});
        // What denies everything to everybody hides all else.
        if effect == "Deny" || percent(drawn, 40) {
            statement["Condition"] = condition(drawn);
        }
        statement
    });
    let statements: Vec<Value> = statements.collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A trust policy of a role of an account.
pub(super) fn trust(drawn: &mut Drawn) -> String {
    let statements = (0..=drawn.below(2)).map(|_| {
        let effect = effect(drawn);
        let principals: Vec<String> = (0..=drawn.below(2)).map(|_| principal(drawn)).collect();
        let actions: Vec<&str> = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
            .into_iter()
            .enumerate()
            .filter(|(index, _)| *index == 0 || percent(drawn, 70))
            .map(|(_, action)| action)
            .collect();
        let mut statement =
            json!({"Effect": effect, "Principal": {"AWS": principals}, "Action": actions});
        if effect == "Deny" || percent(drawn, 40) {
            statement["Condition"] = condition(drawn);
        }
        statement
    });
    let statements: Vec<Value> = statements.collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn principal(drawn: &mut Drawn) -> String {
    let account = if percent(drawn, 80) { HOME } else { OTHER };
    match drawn.below(10) {
        0..=2 => account.to_owned(),
        3 => format!("arn:aws:iam::{account}:root"),
        4..=6 => format!("arn:aws:iam::{HOME}:user/{}", pick(drawn, USERS)),
        7 => format!("arn:aws:iam::{HOME}:role/{}", pick(drawn, ROLES)),
        8 => {
            let role = pick(drawn, ROLES).rsplit('/').next().unwrap();
            format!("arn:aws:sts::{HOME}:assumed-role/{role}/case")
        }
        _ => "*".to_owned(),
    }
}

/// What the one who draws is exempt from, so that the next scene can be set.
const NOT_THE_KEEPER: &str = "arn:aws:iam::*:user/keeper";

/// A service control policy: mostly of what is denied, at times of what alone is allowed.
pub(super) fn service_control(drawn: &mut Drawn) -> String {
    let keeper = json!({"ArnLike": {"aws:PrincipalArn": NOT_THE_KEEPER}});
    let mut statements =
        vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": keeper})];
    if percent(drawn, 90) {
        statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    } else {
        let actions: Vec<&str> = (0..=drawn.below(3)).map(|_| pick(drawn, ACTIONS)).collect();
        statements.push(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}));
    }
    for _ in 0..drawn.below(2) {
        let mut conditions = condition(drawn);
        conditions["ArnNotLikeIfExists"] = json!({"aws:PrincipalArn": NOT_THE_KEEPER});
        let actions: Vec<&str> = (0..=drawn.below(2)).map(|_| pick(drawn, ACTIONS)).collect();
        let resources = resources(drawn);
        statements.push(
            json!({"Effect": "Deny", "Action": actions, "Resource": resources, "Condition": conditions}),
        );
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// A resource control policy, of roles and who assumes them.
pub(super) fn resource_control(drawn: &mut Drawn) -> String {
    let statements = (0..=drawn.below(2)).map(|_| {
        let action = pick(drawn, &["sts:*", "sts:AssumeRole", "sts:TagSession", "sts:Set*"]);
        let mut statement = json!({"Effect": "Deny", "Principal": "*", "Action": action});
        statement["Resource"] = match drawn.below(3) {
            0 => json!("*"),
            1 => json!("arn:aws:iam::*:role/?2*"),
            _ => json!(format!("arn:aws:iam::*:role/{}", pick(drawn, ROLES))),
        };
        statement["Condition"] = condition(drawn);
        statement
    });
    let statements: Vec<Value> = statements.collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}
