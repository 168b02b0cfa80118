//! GetSessionToken and GetAccessKeyInfo.

use stead_api::sts::{
    GetAccessKeyInfo, GetAccessKeyInfoRequest, GetSessionToken, GetSessionTokenRequest,
};
use stead_sts::Sts;
use stead_world::World;

use crate::assume_role::may;
use crate::requests::{
    ACCOUNT, STS_ALL, assume, held, request, session, trusting, user_arn, who_am_i,
};

fn lasting(duration_seconds: Option<i32>) -> GetSessionTokenRequest {
    GetSessionTokenRequest { duration_seconds, serial_number: None, token_code: None }
}

#[test]
fn every_user_gets_a_session_of_its_own_without_permissions() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", "");
    for (caller, asked, lasts, arn) in [
        (&alice, None, 43200, user_arn("alice")),
        (&alice, Some(900), 900, user_arn("alice")),
        (&alice, Some(129_600), 129_600, user_arn("alice")),
        (&root, None, 3600, format!("arn:aws:iam::{ACCOUNT}:root")),
        (&root, Some(7200), 3600, format!("arn:aws:iam::{ACCOUNT}:root")),
        (&root, Some(900), 900, format!("arn:aws:iam::{ACCOUNT}:root")),
    ] {
        let answer = world.call::<Sts, GetSessionToken>(caller, lasting(asked)).unwrap();
        let credentials = answer.credentials.unwrap();
        assert_eq!(credentials.expiration.seconds_since(world.now), lasts);
        assert_eq!(who_am_i(&mut world, &held(credentials)), arn);
    }
}

#[test]
fn a_session_cannot_ask_for_a_session() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), STS_ALL);
    let role = session(&mut world, &alice, request("target"));
    let token = world.call::<Sts, GetSessionToken>(&alice, lasting(None)).unwrap();
    for caller in [role, held(token.credentials.unwrap())] {
        let failure = world.call::<Sts, GetSessionToken>(&caller, lasting(None)).unwrap_err();
        assert_eq!(failure.code, "AccessDenied");
        assert_eq!(failure.message, "Cannot call GetSessionToken with session credentials");
    }
}

#[test]
fn the_session_of_a_user_is_kept_from_iam_and_most_of_sts() {
    let all =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", all);
    world.create_role(account, "target", &trusting(ACCOUNT), "");
    let (serial, code) = world.give_mfa(account, "alice");
    let token = world.call::<Sts, GetSessionToken>(&alice, lasting(None)).unwrap();
    let plain = held(token.credentials.unwrap());
    let root_token = world.call::<Sts, GetSessionToken>(&root, lasting(None)).unwrap();
    let root_token = held(root_token.credentials.unwrap());
    let mut asked = lasting(None);
    asked.serial_number = Some(serial.to_string());
    asked.token_code = Some(code(world.now));
    let strong =
        held(world.call::<Sts, GetSessionToken>(&alice, asked).unwrap().credentials.unwrap());
    for (caller, action, allowed) in [
        (&plain, "s3:GetObject", true),
        (&plain, "iam:ListUsers", false),
        (&strong, "iam:ListUsers", true),
        (&root_token, "s3:GetObject", true),
        (&root_token, "iam:ListUsers", false),
        (&plain, "sts:GetAccessKeyInfo", false),
        (&strong, "sts:GetFederationToken", false),
        (&strong, "sts:DecodeAuthorizationMessage", false),
    ] {
        assert_eq!(may(&world, caller, action), allowed, "{action}");
    }
    assert!(assume(&mut world, &plain, request("target")).is_ok());
}

#[test]
fn the_account_of_a_key_is_arithmetic() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", "");
    let mut ask = |caller: &stead_world::Credentials, id: &str| {
        let input = GetAccessKeyInfoRequest { access_key_id: id.to_owned() };
        let answer = world.call::<Sts, GetAccessKeyInfo>(caller, input);
        answer.map(|answer| answer.account.unwrap()).map_err(|failure| failure.code)
    };
    assert_eq!(ask(&root, &alice.access_key_id), Ok(ACCOUNT.to_owned()));
    assert_eq!(ask(&root, "ASIAQNZGKIQY56JQ7WML"), Ok("029608264753".to_owned()));
    assert_eq!(ask(&root, "AKIAIOSFODNN7EXAMPLE"), Err("ValidationError".to_owned()));
    assert_eq!(ask(&alice, &alice.access_key_id), Err("AccessDenied".to_owned()));
}
