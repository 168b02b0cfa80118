//! What a denial can be asked for afterwards, and by whom.

use serde_json::{Value, json};
use stead_api::sts::{DecodeAuthorizationMessage, DecodeAuthorizationMessageRequest, Tag};
use stead_sts::Sts;
use stead_world::{Credentials, World};

use crate::requests::{ACCOUNT, OTHER, STS_ALL, assume, request_in, trusting_if, user_arn};

fn decode(world: &mut World, caller: &Credentials, id: &str) -> Result<String, String> {
    let input = DecodeAuthorizationMessageRequest { encoded_message: id.to_owned() };
    let answer = world.call::<Sts, DecodeAuthorizationMessage>(caller, input);
    answer.map(|answer| answer.decoded_message.unwrap()).map_err(|failure| failure.code)
}

#[test]
fn each_account_reads_its_own_side_and_nobody_else_anything() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let (other, other_root) = world.create_account(OTHER);
    let (_, stranger) = world.create_account("777788889999");
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"StringEquals":{"sts:ExternalId":"Secret-Of-Other"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole", condition);
    world.create_role(other, "target", &trust, "");

    let mut asked = request_in(OTHER, "target");
    asked.external_id = Some("guess".to_owned());
    let id = assume(&mut world, &alice, asked).unwrap_err().denial.unwrap();

    let mine = decode(&mut world, &root, &id).unwrap();
    assert!(mine.contains(r#""allowed":false"#) && mine.contains(r#""explicitDeny":false"#));
    assert!(mine.contains("sts:*"), "the caller's account sees its identity policy: {mine}");
    assert!(!mine.contains("Secret-Of-Other"), "another account's trust policy leaked: {mine}");
    let theirs = decode(&mut world, &other_root, &id).unwrap();
    assert!(theirs.contains(r#""principals":{"AIDA"#), "whom the unique id means: {theirs}");
    assert!(theirs.contains("Secret-Of-Other") && theirs.contains("guess"), "{theirs}");
    assert!(!theirs.contains(r#""sts:*""#), "the caller's identity policy leaked: {theirs}");

    let invalid = Err("InvalidAuthorizationMessageException".to_owned());
    assert_eq!(decode(&mut world, &stranger, &id), invalid);
    assert_eq!(decode(&mut world, &root, "d-ffffffffffffffffffffffffffffffff"), invalid);
    world.wait(3_600);
    assert_eq!(decode(&mut world, &root, &id), invalid);
}

/// The caller's account, whose administrator an attacker may be, must not learn which
/// roles another account has: their tags and their denials are not for it.
#[test]
fn a_role_of_another_account_that_trusts_nobody_reads_like_one_that_is_missing() {
    const DENIED_TOO: &str = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"sts:*","Resource":"*"},
        {"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}"#;
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let (other, _) = world.create_account(OTHER);
    let nobody = trusting_if(OTHER, "sts:AssumeRole", "{}");
    world.create_tagged_role(other, "tagged", &nobody, "", &[("Project", "merger")]);
    let denies = nobody.replace("\"Allow\"", "\"Deny\"").replace(OTHER, "*");
    world.create_role(other, "denier", &denies, "");
    for policy in [STS_ALL, DENIED_TOO, ""] {
        let name = format!("user{}", policy.len());
        let caller = world.create_user(account, &name, policy);
        let mut read = |role: &str| {
            let asked = request_in(OTHER, role);
            let id = assume(&mut world, &caller, asked).unwrap_err().denial.unwrap();
            decode(&mut world, &root, &id).unwrap().replace(&id, "d").replace(role, "absent")
        };
        let absent = read("absent");
        assert_eq!(absent.contains(r#""explicitDeny":true"#), policy == DENIED_TOO, "{absent}");
        assert_eq!(read("tagged"), absent);
        assert_eq!(read("denier"), absent);
    }
}

#[test]
fn decoding_needs_permission() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", "");
    let denied = assume(&mut world, &alice, request_in(ACCOUNT, "absent")).unwrap_err();
    let id = denied.denial.unwrap();
    assert_eq!(decode(&mut world, &alice, &id), Err("AccessDenied".to_owned()));
    world.put_user_policy(account, "alice", STS_ALL);
    let document = decode(&mut world, &alice, &id).unwrap();
    for part in [
        "sts:AssumeRole",
        "role/absent",
        "\"principal\"",
        "\"conditions\"",
        "\"matchedStatements\"",
        "\"failures\"",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
}

#[test]
fn every_statement_is_explained_whatever_it_is_about() {
    const SOME: &str = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"Machines","Effect":"Allow","Action":"ec2:Run*","Resource":"*"},
        {"Sid":"Tokens","Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#;
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", SOME);
    let condition = r#"{"StringNotEquals":{"aws:TagKeys":"Owner"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole sts:TagSession", condition);
    world.create_role(account, "target", &trust, "");
    let mut asked = request_in(ACCOUNT, "target");
    asked.tags = vec![Tag { key: "Team".to_owned(), value: "blue".to_owned() }];
    let id = assume(&mut world, &alice, asked).unwrap_err().denial.unwrap();

    let document: Value = serde_json::from_str(&decode(&mut world, &root, &id).unwrap()).unwrap();
    let policies = document["stead"]["policies"].as_array().unwrap();
    let statements = |kind: &str| {
        let policy = policies.iter().find(|policy| policy["policyType"] == kind).unwrap();
        policy["statements"].clone()
    };
    let identity = statements("identity-based policy");
    assert_eq!(identity[0]["sid"], "Machines");
    assert_eq!(identity[0]["applies"], false);
    assert_eq!(identity[0]["elements"][0]["matched"], false);
    assert_eq!(identity[1]["applies"], true);
    assert_eq!(identity[0].get("names"), None);
    let trust = statements("role trust policy");
    assert_eq!(trust[0]["names"], "User");
    let condition = &trust[0]["conditions"][0];
    assert_eq!(condition["requestValues"], json!(["Team"]));
    assert_eq!(condition["choice"], "SeveralValues");
}
