//! Keys and devices do what they are made for.

use std::collections::BTreeSet;

use serde_json::Value;
use stead_service::LastUsed;
use stead_types::{AccessKeyId, Secret};
use stead_world::Credentials;

use crate::script::Script;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

fn created(answer: &Value) -> Credentials {
    let member = |name| answer["AccessKey"][name].as_str().unwrap().to_owned();
    Credentials {
        access_key_id: member("AccessKeyId"),
        secret: Secret::new(member("SecretAccessKey")),
        session_token: None,
    }
}

#[test]
fn a_new_key_signs_carries_its_account_and_can_be_switched_off() {
    let mut script = Script::new();
    script.user("alice", EVERYTHING);
    let answer = script.call("root", "CreateAccessKey", &[("UserName", "alice")]).unwrap();
    let key = created(&answer);
    assert_eq!((key.access_key_id.len(), key.secret.expose().len()), (20, 40));
    let id: AccessKeyId = key.access_key_id.parse().unwrap();
    assert_eq!(id.claimed_account(), Some(script.account));
    script.actor("new", key.clone());
    assert_eq!(script.call("new", "GetUser", &[]).unwrap()["User"]["UserName"], "alice");

    script.keep("key", &key.access_key_id);
    let off = [("UserName", "alice"), ("AccessKeyId", "{key}"), ("Status", "Inactive")];
    script.call("root", "UpdateAccessKey", &off).unwrap();
    assert_eq!(script.call("new", "GetUser", &[]).unwrap_err().code, "Unauthenticated");
    let on = [("UserName", "alice"), ("AccessKeyId", "{key}"), ("Status", "Active")];
    script.call("root", "UpdateAccessKey", &on).unwrap();
    script.call("new", "DeleteAccessKey", &[("AccessKeyId", "{key}")]).unwrap();
    assert_eq!(script.call("new", "GetUser", &[]).unwrap_err().code, "Unauthenticated");
}

#[test]
fn no_two_keys_or_secrets_are_alike() {
    let mut script = Script::new();
    let mut seen = BTreeSet::new();
    for number in 0..20 {
        let name = format!("user-{number}");
        script.call("root", "CreateUser", &[("UserName", &name)]).unwrap();
        let key = created(&script.call("root", "CreateAccessKey", &[("UserName", &name)]).unwrap());
        assert!(seen.insert(key.access_key_id.clone()) && seen.insert(key.secret.expose().clone()));
    }
}

#[test]
fn the_last_use_of_a_key_is_shown() {
    let mut script = Script::new();
    script.call("root", "CreateUser", &[("UserName", "alice")]).unwrap();
    let key = created(&script.call("root", "CreateAccessKey", &[("UserName", "alice")]).unwrap());
    let last = LastUsed {
        at: script.world.now,
        service: "iam".to_owned(),
        region: "us-east-1".to_owned(),
    };
    script.world.used(&key.access_key_id, last);
    let asked = [("AccessKeyId", key.access_key_id.as_str())];
    let answer = script.call("root", "GetAccessKeyLastUsed", &asked).unwrap();
    assert_eq!(answer["UserName"], "alice");
    assert_eq!(answer["AccessKeyLastUsed"]["ServiceName"], "iam");
    assert_eq!(answer["AccessKeyLastUsed"]["Region"], "us-east-1");
    let at = answer["AccessKeyLastUsed"]["LastUsedDate"].as_i64();
    assert_eq!(at, Some(script.world.now.epoch_seconds()));
}

#[test]
fn the_last_use_of_a_role_is_shown_where_it_is_asked_for_by_itself() {
    let mut script = Script::new();
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
        "Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let new = [("RoleName", "reader"), ("AssumeRolePolicyDocument", trust)];
    let role = script.call("root", "CreateRole", &new).unwrap();
    let id = role["Role"]["RoleId"].as_str().unwrap().to_owned();
    let at = script.world.now;
    let last = LastUsed { at, service: "sts".to_owned(), region: "eu-west-1".to_owned() };
    script.world.used(&id, last);
    let answer = script.call("root", "GetRole", &[("RoleName", "reader")]).unwrap();
    let used = &answer["Role"]["RoleLastUsed"];
    assert_eq!(used["Region"], "eu-west-1");
    assert_eq!(used["LastUsedDate"].as_i64(), Some(at.epoch_seconds()));
    let listed = script.call("root", "ListRoles", &[]).unwrap();
    assert!(listed["Roles"][0].get("RoleLastUsed").is_none(), "{listed}");
}

#[test]
fn a_new_device_hands_over_its_seed_and_a_picture_once() {
    let mut script = Script::new();
    let name = [("VirtualMFADeviceName", "phone")];
    let answer = script.call("root", "CreateVirtualMFADevice", &name).unwrap();
    let device = &answer["VirtualMFADevice"];
    let bytes = |member: &str| {
        data_encoding::BASE64.decode(device[member].as_str().unwrap().as_bytes()).unwrap()
    };
    // What SDKs hand to authenticator applications is base32 text.
    let seed = data_encoding::BASE32_NOPAD.decode(&bytes("Base32StringSeed")).unwrap();
    assert_eq!(seed.len(), 20);
    assert!(bytes("QRCodePNG").starts_with(b"\x89PNG\r\n\x1a\n"));
    let listed = script.call("root", "ListVirtualMFADevices", &[]).unwrap();
    assert_eq!(listed["VirtualMFADevices"][0].as_object().unwrap().len(), 1);
}

#[test]
fn refused_codes_enable_nothing_and_claim_nothing() {
    let mut script = Script::new();
    script.call("root", "CreateUser", &[("UserName", "alice")]).unwrap();
    let name = [("VirtualMFADeviceName", "phone")];
    let answer = script.call("root", "CreateVirtualMFADevice", &name).unwrap();
    script.keep("seed", answer["VirtualMFADevice"]["Base32StringSeed"].as_str().unwrap());
    let enable = |first, second| {
        [
            ("UserName", "alice"),
            ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone"),
            ("AuthenticationCode1", first),
            ("AuthenticationCode2", second),
        ]
    };
    let wrong = script.call("root", "EnableMFADevice", &enable("000000", "000001")).unwrap_err();
    assert_eq!(wrong.code, "InvalidAuthenticationCode");
    assert!(script.world.guards.is_empty());
    script.call("root", "EnableMFADevice", &enable("{code:0}", "{code:1}")).unwrap();
    assert_eq!(script.world.guards.len(), 2);
}
