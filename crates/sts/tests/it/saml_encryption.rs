//! Encrypted assertions, as the setting and the keys of their provider have them.
//!
//! Spec: API_CreateSAMLProvider: `AssertionEncryptionMode` is `Allowed` or `Required`.

use serde_json::json;
use stead_api::sts::AssumeRoleWithSAMLRequest;
use stead_directory::entity::AssertionEncryption::{Allowed, Required};
use stead_world::{DECRYPTION_KEY, Failure, Said};

use crate::saml::{PROVIDER, Setting, alice, allow, request};

/// Keys that are not the one which assertions are encrypted for.
const OTHER_KEY: &str = include_str!("../../../federation/tests/saml/attacker.key");

const REFUSED: &str = "its encrypted assertion cannot be opened, or is not signed by the provider";

/// What comes of a response: the subject, or the reason against it.
fn outcome(setting: &mut Setting, response: &str) -> Result<String, String> {
    let answer = setting.hand_in(&request("web"), response);
    let reason = |failure: Failure| {
        assert_eq!(failure.code, "Unauthenticated");
        failure.message.trim_start_matches(&format!("the response for `{PROVIDER}` ")).to_owned()
    };
    answer.map(|answer| answer.subject.unwrap()).map_err(reason)
}

#[test]
fn assertions_are_opened_with_the_keys_of_their_provider_and_no_others() {
    let mut setting = Setting::new(&allow(json!({})));
    let (account, provider) = (setting.account, PROVIDER.parse().unwrap());
    let response = setting.idp.encrypted_response(setting.world.now, "_1", &alice());
    assert_eq!(outcome(&mut setting, &response), Err(REFUSED.to_owned()), "no key");
    setting.world.add_decryption_key(account, &provider, OTHER_KEY);
    assert_eq!(outcome(&mut setting, &response), Err(REFUSED.to_owned()), "another key");
    setting.world.add_decryption_key(account, &provider, DECRYPTION_KEY);
    assert_eq!(outcome(&mut setting, &response), Ok("alice".to_owned()), "the second of two");
    // A provider of the same metadata does not share in the keys.
    let other = setting.world.create_saml_provider(account, "Other", &setting.idp);
    let input = AssumeRoleWithSAMLRequest { principal_arn: other.to_string(), ..request("web") };
    let failure = setting.hand_in(&input, &response).unwrap_err();
    assert!(failure.message.ends_with(REFUSED), "{failure:?}");
}

#[test]
fn a_provider_can_demand_that_assertions_are_encrypted() {
    let mut setting = Setting::new(&allow(json!({})));
    let (account, provider) = (setting.account, PROVIDER.parse().unwrap());
    setting.world.add_decryption_key(account, &provider, DECRYPTION_KEY);
    let plain = setting.idp.response(setting.world.now, "_1", &alice());
    let encrypted = setting.idp.encrypted_response(setting.world.now, "_2", &alice());
    for (mode, of_plain) in [
        (Allowed, Ok("alice".to_owned())),
        (Required, Err("is not encrypted, as the provider demands".to_owned())),
        (Allowed, Ok("alice".to_owned())),
    ] {
        setting.world.demand_encryption(account, &provider, mode);
        assert_eq!(outcome(&mut setting, &plain), of_plain, "{mode:?}");
        assert_eq!(outcome(&mut setting, &encrypted), Ok("alice".to_owned()), "{mode:?}");
    }
}

/// Whoever has the public key can encrypt: what is encrypted is judged as any other.
#[test]
fn what_is_encrypted_is_trusted_no_more_for_it() {
    let mut setting = Setting::new(&allow(json!({"StringEquals": {"saml:sub": "alice"}})));
    let (account, provider) = (setting.account, PROVIDER.parse().unwrap());
    setting.world.add_decryption_key(account, &provider, DECRYPTION_KEY);
    let now = setting.world.now;
    let mallory = Said { subject: "mallory".to_owned(), ..alice() };
    let response = setting.idp.encrypted_response(now, "_1", &mallory);
    let denied = setting.hand_in(&request("web"), &response).unwrap_err();
    assert_eq!(denied.code, "AccessDenied");
    let elsewhere = Said { audience: "urn:other".to_owned(), ..alice() };
    let response = setting.idp.encrypted_response(now, "_2", &elsewhere);
    assert!(outcome(&mut setting, &response).unwrap_err().contains("urn:other"));
    let response = setting.idp.encrypted_response(now, "_3", &alice());
    setting.world.wait(301);
    assert!(outcome(&mut setting, &response).unwrap_err().contains("could be used until"));
}
