//! Principals of trust policies: stored by unique id, shown by ARN, gone with the
//! principal; and the accounts they belong to.

use serde_json::{Value as Json, json};
use stead_world::{Credentials, Failure, World};

use crate::wire::{ACCOUNT, call, document};

const OTHER: &str = "444455556666";

struct Stage {
    world: World,
    root: Credentials,
}

impl Stage {
    /// Two accounts: alice and the role Deploy in one, bob in the other.
    fn new() -> Self {
        let mut world = World::new();
        let (account, root) = world.create_account(ACCOUNT);
        let (other, _) = world.create_account(OTHER);
        world.create_bare_user(account, "alice", &[]);
        world.create_bare_user(other, "bob", &[]);
        Self { world, root }
    }

    fn call(&mut self, operation: &str, parameters: &Json) -> Result<Json, Failure> {
        call(&mut self.world, &self.root, operation, parameters)
    }

    fn create(&mut self, trust: &str) -> Result<Json, Failure> {
        self.call("CreateRole", &json!({"RoleName": "R", "AssumeRolePolicyDocument": trust}))
    }

    fn shown(&mut self) -> String {
        let answer = self.call("GetRole", &json!({"RoleName": "R"})).unwrap();
        document(answer["Role"]["AssumeRolePolicyDocument"].as_str().unwrap())
    }

    fn listed(&mut self) -> String {
        let answer = self.call("ListRoles", &json!({})).unwrap();
        document(answer["Roles"][0]["AssumeRolePolicyDocument"].as_str().unwrap())
    }

    fn stored(&self) -> String {
        let account = self.world.account(ACCOUNT.parse().unwrap());
        account.role_by_name("R").unwrap().trust.stored().as_str().to_owned()
    }

    fn user_id(&self, account: &str, name: &str) -> String {
        let account = self.world.account(account.parse().unwrap());
        account.user_by_name(name).unwrap().id.to_string()
    }
}

// The odd layout must come back as it was.
fn trusting(principal: &str) -> String {
    format!(
        "{{ \"Version\":\"2012-10-17\",\n\t\"Statement\": [{{\"Effect\":\"Allow\", \
         \"Principal\" : {{\"AWS\":  \"{principal}\"}},\"Action\":\"sts:AssumeRole\"}} ] }}"
    )
}

fn user(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:user/{name}")
}

#[test]
fn documents_go_out_exactly_as_they_were_sent() {
    for principal in [user(ACCOUNT, "alice"), user(OTHER, "bob"), OTHER.into(), "*".into()] {
        let mut stage = Stage::new();
        let trust = trusting(&principal);
        let answer = stage.create(&trust).unwrap();
        assert_eq!(document(answer["Role"]["AssumeRolePolicyDocument"].as_str().unwrap()), trust);
        assert_eq!(stage.shown(), trust);
        assert_eq!(stage.listed(), trust);
    }
}

#[test]
fn a_principal_is_stored_by_its_id_and_shows_as_such_when_it_is_gone() {
    for (account, name) in [(ACCOUNT, "alice"), (OTHER, "bob")] {
        let mut stage = Stage::new();
        let id = stage.user_id(account, name);
        stage.create(&trusting(&user(account, name))).unwrap();
        assert_eq!(stage.stored(), trusting(&id));

        stage.world.delete_user(account.parse().unwrap(), name);
        assert_eq!(stage.shown(), trusting(&id), "deleted");
        stage.world.create_bare_user(account.parse().unwrap(), name, &[]);
        assert_eq!(stage.shown(), trusting(&id), "another of its name");
        assert_eq!(stage.listed(), trusting(&id));
    }
}

#[test]
fn a_document_with_the_id_of_someone_gone_is_refused() {
    let mut stage = Stage::new();
    stage.create(&trusting(&user(ACCOUNT, "alice"))).unwrap();
    stage.world.delete_user(ACCOUNT.parse().unwrap(), "alice");
    let shown = stage.shown();
    let id = shown.split('"').find(|part| part.starts_with("AIDA")).unwrap().to_owned();
    let update = json!({"RoleName": "R", "PolicyDocument": shown});
    let failure = stage.call("UpdateAssumeRolePolicy", &update).unwrap_err();
    assert_eq!(failure.code, "MalformedPolicyDocument");
    assert_eq!(failure.message, format!("Invalid principal in policy: \"AWS\":\"{id}\""));
}

#[test]
fn an_id_that_is_kept_from_the_present_document_is_understood() {
    for (account, name) in [(ACCOUNT, "alice"), (OTHER, "bob")] {
        let mut stage = Stage::new();
        let id = stage.user_id(account, name);
        stage.create(&trusting(&user(account, name))).unwrap();
        let update = json!({"RoleName": "R", "PolicyDocument": trusting(&id)});
        stage.call("UpdateAssumeRolePolicy", &update).unwrap();
        assert_eq!(stage.shown(), trusting(&user(account, name)));
    }
}

#[test]
fn only_principals_that_exist_can_be_named() {
    for (principal, is_taken) in [
        (user(ACCOUNT, "alice"), true),
        (user(OTHER, "bob"), true),
        (format!("arn:aws:iam::{OTHER}:root"), true),
        // Nobody hosted here could say whether it exists.
        (user("777788889999", "carol"), true),
        (format!("arn:aws:sts::{OTHER}:assumed-role/Deploy/session"), true),
        (user(ACCOUNT, "Alice"), false),
        (user(ACCOUNT, "path/alice"), false),
        (user(ACCOUNT, "bob"), false),
        (user(OTHER, "alice"), false),
        (user(OTHER, "*"), false),
        (format!("arn:aws:iam::{ACCOUNT}:group/alice"), false),
        (format!("arn:aws:iam::{ACCOUNT}:role/alice"), false),
        ("alice".into(), false),
    ] {
        let mut stage = Stage::new();
        let answer = stage.create(&trusting(&principal)).map(|_| ()).map_err(|it| it.message);
        let refusal = format!("Invalid principal in policy: \"AWS\":\"{principal}\"");
        assert_eq!(answer, if is_taken { Ok(()) } else { Err(refusal) }, "{principal}");
    }
}

#[test]
fn a_principal_that_moves_is_shown_where_it_is() {
    let mut stage = Stage::new();
    stage.create(&trusting(&user(ACCOUNT, "alice"))).unwrap();
    let update = json!({"UserName": "alice", "NewUserName": "eve", "NewPath": "/x/"});
    stage.call("UpdateUser", &update).unwrap();
    assert_eq!(stage.shown(), trusting(&user(ACCOUNT, "x/eve")));
}

#[test]
fn a_page_of_roles_ends_before_it_needs_too_many_accounts() {
    let mut stage = Stage::new();
    // Three roles that trust 30 accounts each: a page shows 64 at most.
    for role in 0..3 {
        let principals: Vec<String> = (0..30)
            .map(|index| {
                let number = format!("{:012}", 100_000 + role * 100 + index);
                let (account, _) = stage.world.create_account(&number);
                stage.world.create_bare_user(account, "u", &[]);
                user(&number, "u")
            })
            .collect();
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": principals}, "Action": "sts:AssumeRole"}});
        let name = format!("role-{role}");
        let new = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        stage.call("CreateRole", &new).unwrap();
    }
    let first = stage.call("ListRoles", &json!({})).unwrap();
    assert_eq!(first["Roles"].as_array().unwrap().len(), 2);
    assert_eq!(first["IsTruncated"], json!(true));
    let second = stage.call("ListRoles", &json!({"Marker": first["Marker"]})).unwrap();
    assert_eq!(second["Roles"].as_array().unwrap().len(), 1);
    assert_eq!(second["IsTruncated"], json!(false));
    let last = document(second["Roles"][0]["AssumeRolePolicyDocument"].as_str().unwrap());
    assert!(last.contains("arn:aws:iam::000000100229:user/u"), "{last}");
}
