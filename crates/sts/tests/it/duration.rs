//! How long sessions last.

use stead_api::sts::{GetSessionToken, GetSessionTokenRequest};
use stead_sts::Sts;
use stead_world::World;

use crate::requests::{ACCOUNT, STS_ALL, assume, held, request, session, trusting, user_arn};

const TOO_LONG: &str =
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
const CHAINED: &str = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";

#[test]
fn a_role_session_lasts_an_hour_or_what_was_asked_up_to_the_roles_longest() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    let mut lasts = |longest: u32, asked: Option<i32>| {
        world.lengthen(account, "target", longest);
        let mut request = request("target");
        request.duration_seconds = asked;
        let answer = assume(&mut world, &alice, request).map_err(|failure| failure.message)?;
        Ok(answer.credentials.unwrap().expiration.seconds_since(world.now))
    };
    assert_eq!(lasts(3600, None), Ok(3600));
    assert_eq!(lasts(43200, None), Ok(3600));
    assert_eq!(lasts(3600, Some(900)), Ok(900));
    assert_eq!(lasts(3600, Some(3600)), Ok(3600));
    assert_eq!(lasts(3600, Some(3601)), Err(TOO_LONG.to_owned()));
    assert_eq!(lasts(7200, Some(7200)), Ok(7200));
    assert_eq!(lasts(43200, Some(43200)), Ok(43200));
}

#[test]
fn a_chain_caps_at_an_hour_and_more_is_an_error() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "first", &trusting(&user_arn("alice")), STS_ALL);
    world.create_role(account, "second", &trusting(ACCOUNT), "");
    world.lengthen(account, "second", 43200);
    let first = session(&mut world, &alice, request("first"));
    let token = world
        .call::<Sts, GetSessionToken>(
            &alice,
            GetSessionTokenRequest {
                duration_seconds: None,
                serial_number: None,
                token_code: None,
            },
        )
        .unwrap();
    let token = held(token.credentials.unwrap());
    for caller in [&first, &token] {
        let mut asked = request("second");
        asked.duration_seconds = Some(3601);
        let failure = assume(&mut world, caller, asked.clone()).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.message.as_str()), ("ValidationError", CHAINED));
        asked.duration_seconds = Some(3600);
        assert!(assume(&mut world, caller, asked).is_ok());
    }
    // A refusal must not tell of a role that the caller may not assume.
    world.trust(account, "second", &trusting("444455556666"));
    let mut asked = request("second");
    asked.duration_seconds = Some(3601);
    assert_eq!(assume(&mut world, &first, asked).unwrap_err().code, "AccessDenied");
}
