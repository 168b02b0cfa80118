//! What the operations on roles and policies ask: action, resource, condition keys,
//! and what a refusal shows.

use serde_json::{Value as Json, json};
use stead_world::{Credentials, World};

use crate::wire::{ACCOUNT, call};

const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// An account with the role `R` and the policy `P` under the path `/p/`, both tagged
/// with the team `a`, and the role bounded by the policy; and a caller with this
/// identity policy.
fn stage(identity: &Json) -> (World, Credentials) {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let tags = json!([{"Key": "Team", "Value": "a"}]);
    for (operation, parameters) in [
        (
            "CreatePolicy",
            json!({"PolicyName": "P", "Path": "/p/", "PolicyDocument": DOCUMENT, "Tags": tags}),
        ),
        (
            "CreateRole",
            json!({"RoleName": "R", "Path": "/p/", "AssumeRolePolicyDocument": TRUST,
                "Tags": tags, "PermissionsBoundary": policy("p/P")}),
        ),
    ] {
        call(&mut world, &root, operation, &parameters).unwrap();
    }
    let caller = world.create_user(account, "caller", &identity.to_string());
    (world, caller)
}

fn policy(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/{name}")
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn allowing(action: &str, resource: &str, condition: &Json) -> Json {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action,
        "Resource": resource, "Condition": condition}})
}

/// Every operation with parameters that it would accept, the resource it is asked
/// about, and what a refusal shows.
fn operations() -> Vec<(&'static str, Json, String, String)> {
    let by_role = |operation, more: Json| {
        let mut parameters = json!({"RoleName": "R"});
        parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (operation, parameters, role("p/R"), "role R".to_owned())
    };
    let by_policy = |operation, more: Json| {
        let mut parameters = json!({"PolicyArn": policy("p/P")});
        parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (operation, parameters, policy("p/P"), format!("policy {}", policy("p/P")))
    };
    vec![
        (
            "CreateRole",
            json!({"RoleName": "N", "Path": "/n/", "AssumeRolePolicyDocument": TRUST}),
            role("n/N"),
            role("n/N"),
        ),
        ("ListRoles", json!({}), role(""), role("")),
        ("ListRoles", json!({"PathPrefix": "/p/"}), role("p/"), role("p/")),
        (
            "CreatePolicy",
            json!({"PolicyName": "N", "Path": "/n/", "PolicyDocument": DOCUMENT}),
            policy("n/N"),
            "policy N".to_owned(),
        ),
        ("ListPolicies", json!({}), policy(""), "policy path /".to_owned()),
        by_role("GetRole", json!({})),
        by_role("UpdateRole", json!({"Description": "x"})),
        by_role("UpdateRoleDescription", json!({"Description": "x"})),
        by_role("UpdateAssumeRolePolicy", json!({"PolicyDocument": TRUST})),
        by_role("DeleteRole", json!({})),
        by_role("TagRole", json!({"Tags": [{"Key": "k", "Value": "v"}]})),
        by_role("UntagRole", json!({"TagKeys": ["k"]})),
        by_role("ListRoleTags", json!({})),
        by_role("PutRolePolicy", json!({"PolicyName": "i", "PolicyDocument": DOCUMENT})),
        by_role("ListRolePolicies", json!({})),
        by_role("AttachRolePolicy", json!({"PolicyArn": policy("p/P")})),
        by_role("ListAttachedRolePolicies", json!({})),
        by_role("PutRolePermissionsBoundary", json!({"PermissionsBoundary": policy("p/P")})),
        by_role("DeleteRolePermissionsBoundary", json!({})),
        by_policy("GetPolicy", json!({})),
        by_policy("CreatePolicyVersion", json!({"PolicyDocument": DOCUMENT})),
        by_policy("GetPolicyVersion", json!({"VersionId": "v1"})),
        by_policy("ListPolicyVersions", json!({})),
        by_policy("SetDefaultPolicyVersion", json!({"VersionId": "v1"})),
        by_policy("TagPolicy", json!({"Tags": [{"Key": "k", "Value": "v"}]})),
        by_policy("UntagPolicy", json!({"TagKeys": ["k"]})),
        by_policy("ListPolicyTags", json!({})),
        by_policy("ListEntitiesForPolicy", json!({})),
    ]
}

fn denial(operation: &str, shown: &str) -> String {
    format!(
        "User: arn:aws:iam::{ACCOUNT}:user/caller is not authorized to perform: iam:{operation} \
         on resource: {shown} because no identity-based policy allows the iam:{operation} action"
    )
}

#[test]
fn each_operation_asks_its_own_action_on_its_own_resource() {
    for (operation, parameters, resource, shown) in operations() {
        let action = format!("iam:{operation}");
        let (mut world, caller) = stage(&allowing(&action, &resource, &json!({})));
        let answer = call(&mut world, &caller, operation, &parameters);
        assert!(answer.is_ok() || operation == "DeleteRole", "{operation}: {answer:?}");

        for (action, resource) in
            [(action.as_str(), format!("{resource}x")), ("iam:GetUser", "*".into())]
        {
            let (mut world, caller) = stage(&allowing(action, &resource, &json!({})));
            let failure = call(&mut world, &caller, operation, &parameters).unwrap_err();
            assert_eq!(failure.message, denial(operation, &shown), "{action} {resource}");
        }
    }
}

#[test]
fn who_may_not_do_it_does_not_learn_whether_it_exists() {
    for (operation, parameters, _, shown) in operations() {
        let missing = |text: String| text.replace("\"R\"", "\"Z\"").replace("p/P", "p/Z");
        let other: Json = serde_json::from_str(&missing(parameters.to_string())).unwrap();
        let shown = shown.replace("role R", "role Z").replace("p/P", "p/Z");
        let (mut world, caller) = stage(&allowing("iam:GetUser", "*", &json!({})));
        let failure = call(&mut world, &caller, operation, &other).unwrap_err();
        assert_eq!(failure.message, denial(operation, &shown));
        assert_eq!(failure.code, "AccessDenied");
    }
}

/// Whether a caller who may do everything on this condition may do this.
fn may(condition: &Json, operation: &str, parameters: &Json) -> bool {
    let (mut world, caller) = stage(&allowing("iam:*", "*", condition));
    match call(&mut world, &caller, operation, parameters) {
        Ok(_) => true,
        Err(failure) if failure.code == "AccessDenied" => false,
        Err(failure) => panic!("{operation}: {failure:?}"),
    }
}

#[test]
fn resource_tags_are_those_of_the_role_or_policy() {
    for key in ["aws:ResourceTag/team", "iam:ResourceTag/Team"] {
        for (operation, parameters, _, _) in operations() {
            let by_name = parameters.get("RoleName") == Some(&json!("R"))
                || (parameters.get("PolicyArn").is_some() && parameters.get("RoleName").is_none());
            let condition = |value: &str| json!({"StringEquals": {(key): value}});
            if operation != "DeleteRole" {
                let tagged = may(&condition("a"), operation, &parameters);
                assert_eq!(tagged, by_name, "{operation} {key}");
            }
            assert!(!may(&condition("b"), operation, &parameters), "{operation} {key}");
        }
    }
}

#[test]
fn the_boundary_is_the_one_that_is_set_or_else_the_one_there_is() {
    let bounded_by = |arn: String| json!({"ArnEquals": {"iam:PermissionsBoundary": arn}});
    let (present, other) = (policy("p/P"), "arn:aws:iam::aws:policy/AdministratorAccess");
    let new = |boundary: &str| json!({"RoleName": "N", "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": boundary});
    let put = |boundary: &str| json!({"RoleName": "R", "PermissionsBoundary": boundary});
    let inline = json!({"RoleName": "R", "PolicyName": "i", "PolicyDocument": DOCUMENT});
    let attach = json!({"RoleName": "R", "PolicyArn": other});
    let by_name = json!({"RoleName": "R"});
    let trust = json!({"RoleName": "R", "PolicyDocument": TRUST});
    let described = json!({"RoleName": "R", "Description": "x"});
    for (operation, parameters, allowed_with_present) in [
        ("CreateRole", new(&present), true),
        ("CreateRole", new(other), false),
        ("CreateRole", json!({"RoleName": "N", "AssumeRolePolicyDocument": TRUST}), false),
        ("PutRolePermissionsBoundary", put(&present), true),
        ("PutRolePermissionsBoundary", put(other), false),
        ("DeleteRolePermissionsBoundary", by_name.clone(), true),
        ("PutRolePolicy", inline.clone(), true),
        ("AttachRolePolicy", attach.clone(), true),
        ("UpdateAssumeRolePolicy", trust.clone(), true),
        ("UpdateRole", described.clone(), true),
        ("UpdateRoleDescription", described.clone(), true),
        ("GetRole", by_name.clone(), true),
        ("DeleteRole", by_name.clone(), true),
        // These do not know the key.
        ("ListRolePolicies", by_name.clone(), false),
        ("ListRoleTags", by_name.clone(), false),
    ] {
        let allowed = may(&bounded_by(present.clone()), operation, &parameters);
        assert_eq!(allowed, allowed_with_present, "{operation} {parameters}");
    }
    for (operation, parameters) in [
        ("PutRolePolicy", inline),
        ("AttachRolePolicy", attach),
        ("UpdateAssumeRolePolicy", trust),
        ("UpdateRole", described.clone()),
        ("UpdateRoleDescription", described),
        ("GetRole", by_name.clone()),
        ("DeleteRole", by_name),
    ] {
        assert!(!may(&bounded_by(other.to_owned()), operation, &parameters), "{operation}");
    }
}

#[test]
fn attaching_knows_the_policy() {
    let condition = json!({"ArnEquals": {"iam:PolicyARN": policy("p/P")}});
    let attach = |arn: &str| json!({"RoleName": "R", "PolicyArn": arn});
    assert!(may(&condition, "AttachRolePolicy", &attach(&policy("p/P"))));
    assert!(!may(
        &condition,
        "AttachRolePolicy",
        &attach("arn:aws:iam::aws:policy/AdministratorAccess")
    ));
    assert!(!may(
        &condition,
        "DetachRolePolicy",
        &attach("arn:aws:iam::aws:policy/AdministratorAccess")
    ));
    assert!(!may(&condition, "ListAttachedRolePolicies", &json!({"RoleName": "R"})));
}

#[test]
fn tags_that_are_passed_are_known() {
    let tags = |value: &str| json!([{"Key": "Cost", "Value": value}]);
    let requested = json!({"StringEquals": {"aws:RequestTag/cost": "1"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["Cost"]}});
    let with = |mut parameters: Json, value: &str| {
        parameters["Tags"] = tags(value);
        parameters
    };
    let new_role = json!({"RoleName": "N", "AssumeRolePolicyDocument": TRUST});
    let new_policy = json!({"PolicyName": "N", "PolicyDocument": DOCUMENT});
    for (operation, parameters) in [
        ("CreateRole", new_role),
        ("CreatePolicy", new_policy),
        ("TagRole", json!({"RoleName": "R"})),
        ("TagPolicy", json!({"PolicyArn": policy("p/P")})),
    ] {
        assert!(may(&requested, operation, &with(parameters.clone(), "1")), "{operation}");
        assert!(!may(&requested, operation, &with(parameters, "2")), "{operation}");
    }
    let keys = json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ["Cost"]}});
    for (operation, mut parameters) in [
        ("UntagRole", json!({"RoleName": "R"})),
        ("UntagPolicy", json!({"PolicyArn": policy("p/P")})),
    ] {
        parameters["TagKeys"] = json!(["Cost"]);
        assert!(may(&keys, operation, &parameters), "{operation}");
        parameters["TagKeys"] = json!(["Team"]);
        assert!(!may(&keys, operation, &parameters), "{operation}");
    }
}

/// The tags of a policy are told apart by case and condition keys are not: the tag that
/// the question is about must be the one that counts afterwards.
#[test]
fn a_second_tag_in_another_case_does_not_slip_past_a_condition() {
    let only_blue = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["iam:CreatePolicy", "iam:TagPolicy"], "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/team": "blue"}}},
        {"Effect": "Allow", "Action": "iam:GetPolicy", "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}}]});
    let mut created = 0;
    for (upper, lower) in [("red", "blue"), ("blue", "red")] {
        for order in [[("Team", upper), ("team", lower)], [("team", lower), ("Team", upper)]] {
            let (mut world, caller) = stage(&only_blue);
            let tags = order.map(|(key, value)| json!({"Key": key, "Value": value}));
            let new = json!({"PolicyName": "N", "PolicyDocument": DOCUMENT, "Tags": tags});
            if call(&mut world, &caller, "CreatePolicy", &new).is_ok() {
                created += 1;
                let made = json!({"PolicyArn": policy("N")});
                assert!(call(&mut world, &caller, "GetPolicy", &made).is_ok(), "{order:?}");
            }
        }
    }
    assert_eq!(created, 2);
}

#[test]
fn who_creates_with_tags_must_be_allowed_to_tag() {
    let tags = json!([{"Key": "Cost", "Value": "1"}]);
    for (operation, tagging, parameters, shown) in [
        (
            "CreateRole",
            "TagRole",
            json!({"RoleName": "N", "AssumeRolePolicyDocument": TRUST, "Tags": tags}),
            role("N"),
        ),
        (
            "CreatePolicy",
            "TagPolicy",
            json!({"PolicyName": "N", "PolicyDocument": DOCUMENT, "Tags": tags}),
            "policy N".to_owned(),
        ),
    ] {
        let (mut world, caller) = stage(&allowing(&format!("iam:{operation}"), "*", &json!({})));
        let failure = call(&mut world, &caller, operation, &parameters).unwrap_err();
        assert_eq!(failure.message, denial(tagging, &shown));
    }
}
