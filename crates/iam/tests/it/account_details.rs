//! GetAccountAuthorizationDetails: how much one page holds.

use crate::script::Script;

const OPERATION: &str = "GetAccountAuthorizationDetails";

/// Each with 2,000 characters of policies: more than a page holds, and fewer than may be
/// asked for.
const USERS: usize = 300;

#[test]
fn a_page_ends_before_it_is_too_large_and_the_next_goes_on() {
    let mut script = Script::new();
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Sid":"{}","Effect":"Allow","Action":"*","Resource":"*"}}}}"#,
        "x".repeat(1_900)
    );
    for number in 0..USERS {
        let name = format!("user-{number:03}");
        script.call("root", "CreateUser", &[("UserName", &name)]).unwrap();
        let policy = [("UserName", &*name), ("PolicyName", "p"), ("PolicyDocument", &document)];
        script.call("root", "PutUserPolicy", &policy).unwrap();
    }
    let (mut listed, mut pages, mut marker) = (Vec::new(), 0, None::<String>);
    loop {
        let mut parameters = vec![("MaxItems", "1000")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = script.call("root", OPERATION, &parameters).unwrap();
        let users = page["UserDetailList"].as_array().unwrap();
        assert!(!users.is_empty() && page.to_string().len() < 4 * 1024 * 1024);
        listed.extend(users.iter().map(|user| user["UserName"].as_str().unwrap().to_owned()));
        pages += 1;
        marker = page["Marker"].as_str().map(str::to_owned);
        assert_eq!(page["IsTruncated"], marker.is_some());
        if marker.is_none() {
            break;
        }
    }
    assert!(pages > 1, "one page holds all");
    let expected: Vec<String> = (0..USERS).map(|number| format!("user-{number:03}")).collect();
    assert_eq!(listed, expected);
}

#[test]
fn a_page_shows_the_roles_of_so_many_accounts_that_their_trust_can_be_shown() {
    let mut script = Script::new();
    for number in 0..70 {
        let account = format!("{:012}", 200_000_000_000_u64 + number);
        let (account, _) = script.world.create_account(&account);
        script.world.create_user(account, "ann", "");
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:user/ann"}},"Action":"sts:AssumeRole"}}}}"#
        );
        let name = format!("role-{number:02}");
        let role = [("RoleName", name.as_str()), ("AssumeRolePolicyDocument", trust.as_str())];
        script.call("root", "CreateRole", &role).unwrap();
    }
    let page = script.call("root", OPERATION, &[("Filter.member.1", "Role")]).unwrap();
    assert_eq!(page["RoleDetailList"].as_array().unwrap().len(), 64);
    for role in page["RoleDetailList"].as_array().unwrap() {
        let trust = crate::wire::document(role["AssumeRolePolicyDocument"].as_str().unwrap());
        assert!(trust.contains(":user/ann"), "{trust}");
    }
    let marker = page["Marker"].as_str().unwrap().to_owned();
    let rest = [("Filter.member.1", "Role"), ("Marker", marker.as_str())];
    let page = script.call("root", OPERATION, &rest).unwrap();
    assert_eq!(page["RoleDetailList"].as_array().unwrap().len(), 6);
}
