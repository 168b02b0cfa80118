//! What the credential report says of whom.

use std::collections::BTreeMap;

use crate::script::Script;

const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// The lines of a new report by user, each as its columns.
fn report(script: &mut Script) -> BTreeMap<String, BTreeMap<String, String>> {
    script.world.wait(4 * 3_600);
    script.call("root", "GenerateCredentialReport", &[]).unwrap();
    let answer = script.call("root", "GetCredentialReport", &[]).unwrap();
    let content = answer["Content"].as_str().unwrap();
    let text = data_encoding::BASE64.decode(content.as_bytes()).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let columns: Vec<String> = lines.next().unwrap().collect();
    let row = |line| columns.iter().cloned().zip(line).collect::<BTreeMap<_, _>>();
    lines.map(row).map(|row| (row["user"].clone(), row)).collect()
}

#[test]
fn every_user_has_a_line_with_what_there_is() {
    let mut script = Script::new();
    script.user("ann", ALLOW);
    script.call("root", "CreateUser", &[("UserName", "bob"), ("Path", "/p/")]).unwrap();
    script.call("root", "UpdateAccountPasswordPolicy", &[("MaxPasswordAge", "1")]).unwrap();
    let password = [("UserName", "bob"), ("Password", "Abcdefg1")];
    script.call("root", "CreateLoginProfile", &password).unwrap();
    let made = script.call("root", "CreateAccessKey", &[("UserName", "bob")]).unwrap();
    let key = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    let status = [("UserName", "bob"), ("AccessKeyId", &*key), ("Status", "Inactive")];
    script.call("root", "UpdateAccessKey", &status).unwrap();
    let report = report(&mut script);
    assert_eq!(report.keys().collect::<Vec<_>>(), ["<root_account>", "ann", "bob"]);

    let root = &report["<root_account>"];
    assert_eq!(root["arn"], "arn:aws:iam::111122223333:root");
    assert_eq!(root["password_enabled"], "not_supported");
    assert_eq!((&*root["access_key_1_active"], &*root["mfa_active"]), ("true", "false"));

    let ann = &report["ann"];
    assert_eq!((&*ann["password_enabled"], &*ann["password_last_used"]), ("false", "N/A"));
    assert_eq!((&*ann["access_key_1_active"], &*ann["access_key_2_active"]), ("true", "false"));
    assert_eq!(ann["access_key_1_last_used_date"], "N/A");
    assert_eq!((&*ann["cert_1_active"], &*ann["cert_2_last_rotated"]), ("false", "N/A"));

    let bob = &report["bob"];
    assert_eq!(bob["arn"], "arn:aws:iam::111122223333:user/p/bob");
    assert_eq!(
        (&*bob["password_enabled"], &*bob["password_last_used"]),
        ("true", "no_information")
    );
    assert_eq!((&*bob["access_key_1_active"], &*bob["access_key_2_active"]), ("false", "false"));
    assert_eq!(bob["access_key_1_last_rotated"].len(), "2026-03-01T12:00:00+00:00".len());
    let (changed, next) = (&bob["password_last_changed"], &bob["password_next_rotation"]);
    // A day later, at the same time of the day.
    let [day, next_day] = [changed, next].map(|moment| moment.split_once('T').unwrap());
    assert!(next_day.0 > day.0 && next_day.1 == day.1, "{changed} {next}");
}

#[test]
fn the_last_use_of_a_key_is_told() {
    let mut script = Script::new();
    script.user("ann", ALLOW);
    let keys = script.call("root", "ListAccessKeys", &[("UserName", "ann")]).unwrap();
    let key = keys["AccessKeyMetadata"][0]["AccessKeyId"].as_str().unwrap().to_owned();
    let last = stead_service::LastUsed {
        at: stead_types::Timestamp::from_epoch_seconds(1_772_366_400),
        service: "sts".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    script.world.used(&key, last);
    let ann = &report(&mut script)["ann"];
    assert_eq!(ann["access_key_1_last_used_date"], "2026-03-01T12:00:00+00:00");
    assert_eq!(ann["access_key_1_last_used_service"], "sts");
    assert_eq!(ann["access_key_1_last_used_region"], "eu-central-1");
}
