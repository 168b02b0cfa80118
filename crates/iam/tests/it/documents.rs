//! Policy documents go out byte for byte as they came in.

use serde_json::json;
use stead_world::World;

use crate::wire::{ACCOUNT, call, document};

// Line ends, tabs, letters beyond ASCII, signs that the percent-encoding of answers
// must keep apart, and members in an order of their own.
const ODD: &str = "{\r\n\t\"Statement\" :[ {\"Resource\":\"*\" , \"Condition\":{\"StringLike\":{\
                   \"aws:PrincipalTag/Größe\":[\"100%25 + x\", \"&=<>\"]}},\n\"Effect\":\"Allow\",\
                   \"Action\":[\"s3:Get*\"]}],\"Version\":\"2012-10-17\" }\n";

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
    "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

#[test]
fn inline_policies_are_given_back_as_they_were_sent() {
    for (kind, name, more) in [
        ("User", "UserName", json!({})),
        ("Group", "GroupName", json!({})),
        ("Role", "RoleName", json!({"AssumeRolePolicyDocument": TRUST})),
    ] {
        let mut world = World::new();
        let (_, root) = world.create_account(ACCOUNT);
        let mut new = more;
        new[name] = json!("H");
        call(&mut world, &root, &format!("Create{kind}"), &new).unwrap();
        let put = json!({(name): "H", "PolicyName": "p", "PolicyDocument": ODD});
        call(&mut world, &root, &format!("Put{kind}Policy"), &put).unwrap();
        let get = json!({(name): "H", "PolicyName": "p"});
        let answer = call(&mut world, &root, &format!("Get{kind}Policy"), &get).unwrap();
        assert_eq!(document(answer["PolicyDocument"].as_str().unwrap()), ODD, "{kind}");
    }
}

#[test]
fn versions_of_policies_are_given_back_as_they_were_sent() {
    let mut world = World::new();
    let (_, root) = world.create_account(ACCOUNT);
    let new = json!({"PolicyName": "P", "PolicyDocument": ODD});
    call(&mut world, &root, "CreatePolicy", &new).unwrap();
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/P");
    let get = json!({"PolicyArn": arn, "VersionId": "v1"});
    let answer = call(&mut world, &root, "GetPolicyVersion", &get).unwrap();
    assert_eq!(document(answer["PolicyVersion"]["Document"].as_str().unwrap()), ODD);
}
