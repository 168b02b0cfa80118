//! Session tags.

use stead_api::sts::{AssumeRoleRequest, Tag};
use stead_world::World;

use crate::requests::{
    ACCOUNT, STS_ALL, assume, request, session, trusting, trusting_if, user_arn,
};

fn tagged(role: &str, tags: &[(&str, &str)], transitive: &[&str]) -> AssumeRoleRequest {
    let mut asked = request(role);
    let tag =
        |(key, value): &(&str, &str)| Tag { key: (*key).to_owned(), value: (*value).to_owned() };
    asked.tags = tags.iter().map(tag).collect();
    asked.transitive_tag_keys = transitive.iter().map(|key| (*key).to_owned()).collect();
    asked
}

const BOTH: &str = "sts:AssumeRole sts:TagSession";

#[test]
fn tags_need_tag_session_in_the_trust_policy() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    let failure =
        assume(&mut world, &alice, tagged("target", &[("Team", "blue")], &[])).unwrap_err();
    assert_eq!(
        failure.message,
        format!(
            "User: {} is not authorized to perform: sts:TagSession on resource: \
             arn:aws:iam::{ACCOUNT}:role/target because no role trust policy allows the \
             sts:TagSession action",
            user_arn("alice")
        )
    );
    world.trust(account, "target", &trusting_if(&user_arn("alice"), BOTH, "{}"));
    let answer = assume(&mut world, &alice, tagged("target", &[("Team", "blue")], &[])).unwrap();
    assert_eq!(answer.packed_policy_size, Some(2));
}

#[test]
fn wrong_sets_of_tags_are_refused_with_awss_texts() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting_if(&user_arn("alice"), BOTH, "{}"), "");
    for (asked, text) in [
        (
            tagged("target", &[("a", "1"), ("A", "2")], &[]),
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            tagged("target", &[("a", "1")], &["b"]),
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            tagged("target", &[], &["b"]),
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ] {
        let failure = assume(&mut world, &alice, asked).unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("InvalidParameterValue", text)
        );
    }
}

// Observed: aws-actions/configure-aws-credentials#1898 sends these nine tags and has this text.
#[test]
fn more_tags_than_there_is_room_for_are_refused_with_inherited_ones_counted() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "first", &trusting_if(&user_arn("alice"), BOTH, "{}"), STS_ALL);
    world.create_role(account, "second", &trusting_if(ACCOUNT, BOTH, "{}"), "");
    let long = "a".repeat(250);
    let keys = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"];
    let nine: Vec<_> = keys.iter().map(|key| (*key, long.as_str())).collect();
    let mut refused = |caller, asked, text: &str| {
        let failure = assume(&mut world, caller, asked).unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("PackedPolicyTooLarge", text)
        );
    };
    let text = "Packed size of session tags consumes 498% of allotted space.";
    refused(&alice, tagged("first", &nine, &[]), text);
    let mut limited = tagged("first", &nine, &[]);
    limited.policy = Some(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
            .to_owned(),
    );
    let text = "Packed policy consumes 503% of allotted space, please use smaller policy.";
    refused(&alice, limited, text);

    let first = session(&mut world, &alice, tagged("first", &nine[..1], &["T1"]));
    let answer = assume(&mut world, &first, request("second")).unwrap();
    assert_eq!(answer.packed_policy_size, Some(55));
    let failure = assume(&mut world, &first, tagged("second", &nine[1..2], &[])).unwrap_err();
    let text = "Packed size of session tags consumes 110% of allotted space.";
    assert_eq!(failure.message, text);
}

#[test]
fn request_tags_and_their_keys_are_condition_keys() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["Team","Cost"],"sts:TransitiveTagKeys":["Team"]}}"#;
    world.create_role(account, "target", &trusting_if(&user_arn("alice"), BOTH, condition), "");
    for (tags, transitive, allowed) in [
        (vec![("Team", "blue")], vec![], true),
        (vec![("Team", "blue"), ("Cost", "1")], vec!["Team"], true),
        (vec![("Team", "red")], vec![], false),
        (vec![("Team", "blue"), ("Other", "1")], vec![], false),
        (vec![("Team", "blue"), ("Cost", "1")], vec!["Cost"], false),
        (vec![], vec![], false),
    ] {
        let answer = assume(&mut world, &alice, tagged("target", &tags, &transitive));
        assert_eq!(answer.is_ok(), allowed, "{tags:?} {transitive:?}");
    }
}

#[test]
fn transitive_tags_are_handed_on_and_cannot_be_replaced() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "first", &trusting_if(&user_arn("alice"), BOTH, "{}"), STS_ALL);
    let condition = r#"{"StringEquals":{"aws:PrincipalTag/Team":"blue"}}"#;
    world.create_role(account, "second", &trusting_if(ACCOUNT, BOTH, condition), STS_ALL);
    world.create_role(account, "third", &trusting(ACCOUNT), "");

    let first =
        session(&mut world, &alice, tagged("first", &[("Team", "blue"), ("Cost", "1")], &["Team"]));
    let second = session(&mut world, &first, request("second"));
    let caller = world.identify(&second).unwrap();
    let tags: Vec<_> =
        caller.claims().unwrap().tags.all().iter().map(|tag| tag.key.as_str().to_owned()).collect();
    assert_eq!(tags, ["Team"]);

    let conflict =
        assume(&mut world, &first, tagged("second", &[("team", "red")], &[])).unwrap_err();
    assert_eq!(
        conflict.message,
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
    );
    // Inherited tags ask for sts:TagSession again, which the third does not allow.
    let failure = assume(&mut world, &second, request("third")).unwrap_err();
    assert!(failure.message.contains("sts:TagSession"), "{}", failure.message);
}

#[test]
fn session_tags_stand_over_the_roles_and_inherited_ones_over_the_resources() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_tagged_role(
        account,
        "first",
        &trusting_if(&user_arn("alice"), BOTH, "{}"),
        STS_ALL,
        &[("Team", "red"), ("Kept", "yes")],
    );
    let condition = r#"{"StringEquals":{"aws:PrincipalTag/TEAM":"blue","aws:PrincipalTag/Kept":"yes","aws:ResourceTag/Team":"blue"}}"#;
    world.create_tagged_role(
        account,
        "second",
        &trusting_if(ACCOUNT, BOTH, condition),
        "",
        &[("Team", "green")],
    );
    let plain = session(&mut world, &alice, tagged("first", &[("Team", "blue")], &[]));
    assert!(assume(&mut world, &plain, request("second")).is_err());
    let handed_on = session(&mut world, &alice, tagged("first", &[("Team", "blue")], &["Team"]));
    assert!(assume(&mut world, &handed_on, request("second")).is_ok());
}

#[test]
fn too_much_to_pack_is_refused_with_the_percentage() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting_if(&user_arn("alice"), BOTH, "{}"), "");
    let keys: Vec<String> = (0..50).map(|index| format!("{index:02}{}", "k".repeat(100))).collect();
    let value = "v".repeat(256);
    let tags: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), value.as_str())).collect();
    let failure = assume(&mut world, &alice, tagged("target", &tags, &[])).unwrap_err();
    assert_eq!(failure.code, "PackedPolicyTooLarge");
    assert!(
        failure.message.starts_with("Packed size of session tags consumes "),
        "{}",
        failure.message
    );
}
