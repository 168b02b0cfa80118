//! Passwords, access keys and roles that nobody uses.

use serde_json::{Value, json};

use super::{audit_of, audit_with, found};
use crate::access::accounts::{Account, HERE, role, trust};

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,\
    password_last_changed,mfa_active,access_key_1_active,access_key_1_last_rotated,\
    access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,\
    access_key_2_last_used_date";

/// A report of an account in which everything is well on 2026-03-01.
pub(super) const CLEAN: [&str; 3] = [
    HEADER,
    "<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,\
     no_information,not_supported,true,false,N/A,N/A,false,N/A,N/A",
    "ann,arn:aws:iam::111122223333:user/ann,2025-01-01T00:00:00+00:00,true,\
     2026-02-28T00:00:00+00:00,2026-01-01T00:00:00+00:00,true,true,2026-02-01T00:00:00+00:00,\
     2026-02-28T00:00:00+00:00,false,2020-01-01T00:00:00+00:00,N/A",
];

/// The rules by which something is found in a report in which one text stands for another.
fn of(line: usize, from: &str, to: &str) -> Vec<String> {
    let mut lines = CLEAN.map(str::to_owned);
    assert!(lines[line].contains(from), "{from}");
    lines[line] = lines[line].replacen(from, to, 1);
    let audit = audit_with(&[(HERE, Account::default())], &[&lines.join("\n")]);
    audit.findings.iter().map(|it| it.rule.code.to_owned()).collect()
}

#[test]
fn each_fault_of_a_report_is_told_and_a_clean_one_has_none() {
    let clean: [&str; 0] = [];
    assert_eq!(of(2, "ann", "ann"), clean);
    assert_eq!(of(1, "not_supported,true,false", "not_supported,true,true"), ["root-access-key"]);
    assert_eq!(of(1, "not_supported,true", "not_supported,false"), ["root-second-factor"]);
    // Credentials of a root user that has none need no second factor.
    assert_eq!(
        of(1, "not_supported,no_information,not_supported,true", "false,N/A,N/A,false"),
        clean
    );
    assert_eq!(of(2, ",true,true,", ",false,true,"), ["user-second-factor"]);
    let key = |rotated: &str, used: &str| {
        of(2, "2026-02-01T00:00:00+00:00,2026-02-28T00:00:00+00:00", &format!("{rotated},{used}"))
    };
    let (recent, old) = ("2026-02-28T00:00:00+00:00", "2025-11-01T00:00:00+00:00");
    assert_eq!(key(recent, "N/A"), clean);
    assert_eq!(key(old, recent), ["old-access-key"]);
    assert_eq!(key(old, "N/A"), ["old-access-key", "unused-access-key"]);
    assert_eq!(key(old, old), ["old-access-key", "unused-access-key"]);
    // On the day, and a second before.
    assert_eq!(key("2025-12-01T12:00:00+00:00", recent), clean);
    assert_eq!(key("2025-12-01T11:59:59+00:00", recent), ["old-access-key"]);
    let password = |used: &str| of(2, "true,2026-02-28T00:00:00+00:00", &format!("true,{used}"));
    assert_eq!(password(old), ["unused-password"]);
    assert_eq!(password("no_information"), clean);
    assert_eq!(
        of(2, "true,2026-02-28T00:00:00+00:00,2026-01-01", "true,no_information,2025-01-01"),
        ["unused-password"]
    );
    let none = "false,N/A,N/A,false,false,N/A,N/A,false,N/A,N/A";
    let (_, all) = CLEAN[2].split_once("+00:00,").unwrap();
    assert_eq!(of(2, all, none), ["user-without-credentials"]);
}

#[test]
fn what_was_not_given_is_told() {
    let audit = audit_of(&[(HERE, Account::default())]);
    assert!(audit.notes.iter().any(|note| note.contains("no credential report")));
    let audit = audit_with(&[(HERE, Account::default())], &[&CLEAN.join("\n")]);
    assert!(!audit.notes.iter().any(|note| note.contains("no credential report")));
    let queue = trust(json!({"Service": "sqs.amazonaws.com"}));
    let account = Account { roles: vec![role(HERE, "app", &queue, &[])], ..Account::default() };
    let audit = audit_of(&[(HERE, account)]);
    assert!(audit.notes.iter().any(|note| note.contains("no role of account")));
    assert_eq!(found(&audit, "unused-role"), [""; 0]);
}

#[test]
fn roles_count_as_unused_once_they_are_old_enough() {
    let unused = |used: Value, created: &str, path: &str| {
        let mut app = role(HERE, "app", &trust(json!({"Service": "sqs.amazonaws.com"})), &[]);
        app["RoleLastUsed"] = used;
        app["CreateDate"] = json!(created);
        app["Path"] = json!(path);
        app["Arn"] = json!(format!("arn:aws:iam::{HERE}:role{path}app"));
        let account = Account { roles: vec![app], ..Account::default() };
        found(&audit_of(&[(HERE, account)]), "unused-role")
    };
    let at = |time: &str| json!({"LastUsedDate": time, "Region": "us-east-1"});
    let (old, recent) = ("2024-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00");
    assert_eq!(unused(at(recent), old, "/"), [""; 0]);
    assert_eq!(unused(at(old), old, "/"), ["app"]);
    assert_eq!(unused(json!({}), old, "/"), ["app"]);
    assert_eq!(unused(json!({}), recent, "/"), [""; 0]);
    assert_eq!(unused(json!({}), "lately", "/"), [""; 0]);
    assert_eq!(unused(json!({}), old, "/aws-service-role/sqs.amazonaws.com/"), [""; 0]);
}
