//! One-time codes.

use stead_api::sts::{AssumeRoleRequest, GetSessionToken, GetSessionTokenRequest};
use stead_sts::Sts;
use stead_types::Secret;
use stead_world::World;

use crate::requests::{ACCOUNT, STS_ALL, assume, held, request, trusting_if, user_arn};

const WRONG: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
const NOT_YOURS: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";
const BOTH: &str =
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";

fn with_code(serial: &str, code: &Secret<String>) -> AssumeRoleRequest {
    let mut asked = request("target");
    asked.serial_number = Some(serial.to_owned());
    asked.token_code = Some(code.clone());
    asked
}

#[test]
fn a_code_of_the_callers_own_device_counts_once() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_user(account, "bob", "");
    let condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole", condition);
    world.create_role(account, "target", &trust, "");
    let (serial, code) = world.give_mfa(account, "alice");
    let (foreign, foreign_code) = world.give_mfa(account, "bob");
    let good = code(world.now);

    assert_eq!(assume(&mut world, &alice, request("target")).unwrap_err().code, "AccessDenied");
    let mut half = with_code(serial.as_str(), &good);
    half.token_code = None;
    for (asked, text) in [
        (half, BOTH),
        (
            with_code(serial.as_str(), &code(world.now.plus(std::time::Duration::from_secs(90)))),
            WRONG,
        ),
        (with_code(serial.as_str(), &Secret::new("12345".to_owned())), WRONG),
        (with_code(foreign.as_str(), &foreign_code(world.now)), NOT_YOURS),
        (with_code("arn:aws:iam::111122223333:mfa/absent", &good), NOT_YOURS),
        (with_code("GAHT12345678", &good), NOT_YOURS),
    ] {
        let failure = assume(&mut world, &alice, asked).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.message.as_str()), ("AccessDenied", text));
    }
    assert!(world.guards.is_empty());
    assert!(assume(&mut world, &alice, with_code(serial.as_str(), &good)).is_ok());
    assert_eq!(world.guards.len(), 1);
    let again = assume(&mut world, &alice, with_code(serial.as_str(), &good)).unwrap_err();
    assert_eq!((again.code.as_str(), again.message.as_str()), ("AccessDenied", WRONG));
}

#[test]
fn codes_cannot_be_guessed_without_a_bound() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(
        account,
        "target",
        &trusting_if(&user_arn("alice"), "sts:AssumeRole", "{}"),
        "",
    );
    let (serial, code) = world.give_mfa(account, "alice");
    let good = code(world.now);
    let wrong = Secret::new(if good.expose() == "000000" { "000001" } else { "000000" }.to_owned());
    world.wrong_codes_left.0.set(2);
    let mut attempt = |code| assume(&mut world, &alice, with_code(serial.as_str(), code)).is_ok();
    assert!(!attempt(&wrong));
    assert!(attempt(&good), "right codes do not use the bound up");
    assert!(!attempt(&wrong));
    world.guards.clear();
    let refused = assume(&mut world, &alice, with_code(serial.as_str(), &good)).unwrap_err();
    assert_eq!(refused.message, WRONG, "nothing tells that the right code was not looked at");
}

#[test]
fn a_session_of_a_user_made_with_a_code_knows_of_it() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThanEquals":{"aws:MultiFactorAuthAge":"600"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole", condition);
    world.create_role(account, "target", &trust, "");
    let (serial, code) = world.give_mfa(account, "alice");
    let mut asked =
        GetSessionTokenRequest { duration_seconds: None, serial_number: None, token_code: None };
    let plain = world.call::<Sts, GetSessionToken>(&alice, asked.clone()).unwrap();
    asked.serial_number = Some(serial.to_string());
    asked.token_code = Some(code(world.now));
    let strong = world.call::<Sts, GetSessionToken>(&alice, asked).unwrap();
    let (plain, strong) = (held(plain.credentials.unwrap()), held(strong.credentials.unwrap()));
    assert!(assume(&mut world, &plain, request("target")).is_err());
    assert!(assume(&mut world, &strong, request("target")).is_ok());
    world.wait(600);
    assert!(assume(&mut world, &strong, request("target")).is_ok());
    world.wait(1);
    assert!(assume(&mut world, &strong, request("target")).is_err());
}
