//! Source identities.

use stead_api::sts::AssumeRoleRequest;
use stead_world::World;

use crate::requests::{
    ACCOUNT, STS_ALL, assume, request, session, trusting, trusting_if, user_arn,
};

fn named(role: &str, identity: &str) -> AssumeRoleRequest {
    let mut asked = request(role);
    asked.source_identity = Some(identity.to_owned());
    asked
}

const BOTH: &str = "sts:AssumeRole sts:SetSourceIdentity";

#[test]
fn an_identity_is_set_once_asked_for_at_every_hop_and_kept() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"StringLike":{"sts:SourceIdentity":"dev-*"}}"#;
    world.create_role(account, "first", &trusting_if(&user_arn("alice"), BOTH, condition), STS_ALL);
    let both_keys =
        r#"{"StringEquals":{"sts:SourceIdentity":"dev-1","aws:SourceIdentity":"dev-1"}}"#;
    world.create_role(account, "second", &trusting_if(ACCOUNT, BOTH, both_keys), "");
    world.create_role(account, "third", &trusting(ACCOUNT), "");

    assert!(assume(&mut world, &alice, request("first")).is_err());
    assert!(assume(&mut world, &alice, named("first", "ops-1")).is_err());
    let first = session(&mut world, &alice, named("first", "dev-1"));
    let answer = assume(&mut world, &first, request("second")).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("dev-1"));
    assert!(assume(&mut world, &first, named("second", "dev-1")).is_ok());
    for (asked, action) in [
        (named("second", "dev-2"), "sts:SetSourceIdentity"),
        (request("third"), "sts:SetSourceIdentity"),
    ] {
        let failure = assume(&mut world, &first, asked).unwrap_err();
        assert_eq!(failure.code, "AccessDenied");
        assert!(failure.message.contains(action), "{}", failure.message);
    }
    assert_eq!(
        assume(&mut world, &alice, named("first", "aws:x")).unwrap_err().code,
        "ValidationError"
    );
}
