//! Nothing of an export takes the place of something else: names, ARNs, ids and accounts.

use serde_json::{Value, json};
use stead_analysis::{Case, CaseError};

fn role(name: &str, path: &str, id: &str) -> Value {
    json!({
        "RoleName": name, "Path": path, "RoleId": id,
        "Arn": format!("arn:aws:iam::111122223333:role{path}{name}"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
    })
}

fn policy(arn: &str, id: &str) -> Value {
    let document = json!({"Version": "2012-10-17", "Statement": []});
    json!({
        "PolicyName": "p", "PolicyId": id, "Arn": arn,
        "PolicyVersionList": [{"Document": document, "IsDefaultVersion": true}],
    })
}

fn read(roles: &[Value], policies: &[Value]) -> Result<stead_analysis::World, CaseError> {
    let details = json!({"RoleDetailList": roles, "Policies": policies});
    let account = json!({"AccountId": "111122223333", "Authorization": details});
    Case::parse(&json!({ "account": account }).to_string()).unwrap().world()
}

fn refused(roles: &[Value], policies: &[Value]) -> (String, String) {
    match read(roles, policies) {
        Err(CaseError::Unexpected { pointer, expected }) => (pointer, expected),
        other => panic!("{other:?}"),
    }
}

const ROLES: &str = "/account/Authorization/RoleDetailList";

#[test]
fn an_arn_that_path_and_name_do_not_make_is_refused() {
    let mut other_name = role("app", "/", "AROAIOSFODNN7EXAMPLE1");
    other_name["RoleName"] = json!("apt");
    let mut no_path = role("app", "/ci/", "AROAIOSFODNN7EXAMPLE1");
    no_path.as_object_mut().unwrap().remove("Path");
    let mut other_account = role("app", "/", "AROAIOSFODNN7EXAMPLE1");
    other_account["Arn"] = json!("arn:aws:iam::444455556666:role/app");
    for (wrong, made) in [
        (other_name, "arn:aws:iam::111122223333:role/apt"),
        (no_path, "arn:aws:iam::111122223333:role/app"),
        (other_account, "arn:aws:iam::111122223333:role/app"),
    ] {
        let (pointer, expected) = refused(&[wrong], &[]);
        assert_eq!(pointer, format!("{ROLES}/0/Arn"));
        assert_eq!(expected, format!("`{made}`, which path and name say"));
    }
    assert!(read(&[role("app", "/ci/", "AROAIOSFODNN7EXAMPLE1")], &[]).is_ok());
}

#[test]
fn two_of_one_name_are_refused_whatever_the_case_of_its_letters() {
    let first = role("app", "/", "AROAIOSFODNN7EXAMPLE1");
    for second in [role("App", "/", "AROAIOSFODNN7EXAMPLE2"), role("app", "/ci/", "x")] {
        let (pointer, expected) = refused(&[first.clone(), second], &[]);
        assert_eq!(pointer, format!("{ROLES}/1"));
        assert_eq!(expected, "a role of a name that no other has");
    }
    let policies = [
        policy("arn:aws:iam::111122223333:policy/p", "ANPAIOSFODNN7EXAMPLE1"),
        policy("arn:aws:iam::aws:policy/p", "ANPAIOSFODNN7EXAMPLE2"),
    ];
    assert_eq!(refused(&[], &policies).1, "a policy of a name that no other has");
}

/// Exports that were made anonymous may have one id everywhere.
#[test]
fn all_of_one_id_are_there() {
    let id = "AROAIOSFODNN7EXAMPLE1";
    let roles = ["a", "b", "c"].map(|name| role(name, "/", id));
    let world = read(&roles, &[]).unwrap();
    let account = world.accounts().next().unwrap();
    let names: Vec<&str> =
        account.snapshot.roles("/", None).map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let known = account.snapshot.role(&id.parse().unwrap()).unwrap();
    assert_eq!(known.name.as_str(), "a");
}

/// Whoever writes an export may give one entity the id that another, which has none, would
/// get; nobody may vanish by that.
#[test]
fn an_id_that_is_made_for_another_hides_nobody() {
    let without = role("deploy", "/", "none");
    let world = read(std::slice::from_ref(&without), &[]).unwrap();
    let made = world.accounts().next().unwrap().snapshot.roles("/", None).next().unwrap();
    let given = role("app", "/", made.id.as_str());
    for roles in [[given.clone(), without.clone()], [without, given]] {
        let world = read(&roles, &[]).unwrap();
        let account = world.accounts().next().unwrap();
        let names: Vec<&str> =
            account.snapshot.roles("/", None).map(|role| role.name.as_str()).collect();
        assert_eq!(names, ["app", "deploy"]);
    }
}

#[test]
fn an_account_that_is_there_twice_is_refused() {
    let account = json!({"AccountId": "111122223333", "Authorization": {}});
    let document = json!({"account": account, "otherAccounts": [account]});
    let error = Case::parse(&document.to_string()).unwrap().world().unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected an account that is not there yet at `/otherAccounts/0`"
    );
}
