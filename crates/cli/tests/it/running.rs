//! Exported accounts in a running server: imported, asked about, and explained.

use std::path::Path;

use serde_json::Value;
use stead_types::Secret;

use crate::calls::{Profile, element, signed};
use crate::explain_accounts::{CALLER, OWNER, PROVIDER};
use crate::process::{Scratch, Served, ending};

pub(crate) const DEPLOY: &str = "arn:aws:iam::444455556666:role/deploy";
pub(crate) const ANN: &str = "arn:aws:iam::111122223333:user/ann";

/// What is exported, in files.
fn export(directory: &Path) {
    for (name, text) in [
        ("444455556666/details.json", OWNER),
        ("444455556666/provider.json", PROVIDER),
        ("111122223333/details.json", CALLER),
    ] {
        let path = directory.join("accounts").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Imports the accounts, and writes a profile for each root user and one for ann, whose key
/// is given.
fn import(directory: &Path) -> Profile {
    let arguments = ["import", "accounts", "--data", "data", "--access-keys", "--json"];
    let (code, out, err) = ending(directory, &arguments);
    assert_eq!(code, 0, "{err}");
    let imported: Value = serde_json::from_str(&out).unwrap();
    let [caller, owner] = [0, 1].map(|index| &imported["accounts"][index]);
    assert_eq!([&caller["account"], &owner["account"]], ["111122223333", "444455556666"]);
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let ann = &caller["users"]["ann"];
    let profiles = [("caller", &caller["root"]), ("owner", &owner["root"]), ("ann", ann)];
    let sections = profiles.map(|(name, key)| {
        format!(
            "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            text(key, "access_key_id"),
            text(key, "secret_access_key")
        )
    });
    std::fs::create_dir_all(directory.join("home/.aws")).unwrap();
    std::fs::write(directory.join("home/.aws/credentials"), sections.concat()).unwrap();
    Profile { id: text(ann, "access_key_id"), secret: Secret::new(text(ann, "secret_access_key")) }
}

pub(crate) struct Stage {
    pub(crate) scratch: Scratch,
    pub(crate) served: Served,
    ann: Profile,
}

impl Stage {
    pub(crate) fn new(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let served = Served::start(scratch.path());
        export(scratch.path());
        let ann = import(scratch.path());
        Self { scratch, served, ann }
    }

    /// Asks over both accounts.
    pub(crate) fn ask(&self, arguments: &[&str]) -> (i32, String, String) {
        self.ask_as(&["owner", "caller"], arguments)
    }

    /// Asks over the accounts of these profiles.
    pub(crate) fn ask_as(&self, profiles: &[&str], arguments: &[&str]) -> (i32, String, String) {
        let place = ["--endpoint", &self.served.base_url];
        let profiles = profiles.iter().flat_map(|name| ["--profile", name]);
        let arguments = arguments.iter().copied().chain(place).chain(profiles);
        ending(self.scratch.path(), &arguments.collect::<Vec<_>>())
    }

    /// The message of the denial of ann, who sends no external id.
    fn denial(&self) -> String {
        let form = format!("Action=AssumeRole&RoleArn={DEPLOY}&RoleSessionName=run");
        let form = form.replace(':', "%3A").replace('/', "%2F");
        let answer = signed(&self.served, &self.ann, ("sts", "2011-06-15"), &form, "");
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        element(&answer, "Message")
    }
}

#[test]
fn a_denial_by_a_running_server_is_explained_by_its_id() {
    let stage = Stage::new("running-denial");
    let message = stage.denial();
    let at = message.find("d-").unwrap();
    let id = message.get(at..at + 34).unwrap();
    let pasted = format!("An error occurred (AccessDenied) when calling AssumeRole: {message}");
    for told in [vec![id], vec!["--message", &pasted]] {
        let (code, out, err) = stage.ask(&[&["explain", "--json"], told.as_slice()].concat());
        assert_eq!(code, 3, "{err}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["cause"], "trust-external-id-missing", "{out}");
        assert_eq!(answer["missing"], serde_json::json!([]), "{out}");
        let file = answer["where"]["file"].as_str().unwrap();
        assert!(file.ends_with("/444455556666/details-1.json"), "{file}");
    }
    let (code, out, err) = stage.ask(&["explain", id, "--external-id", "7f3a"]);
    assert_eq!(code, 0, "{out}{err}");
    let unknown = format!("d-{}", "0".repeat(32));
    let (code, _, err) = stage.ask(&["explain", &unknown]);
    assert_eq!(code, 1);
    assert!(err.contains("twelve hours"), "{err}");
    // Of a record that is gone the rest of the message tells who and which role.
    let (code, out, err) = stage.ask(&["explain", "--message", &pasted.replace(id, &unknown)]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("warning:") && err.contains("twelve hours"), "{err}");
    assert!(out.contains(DEPLOY), "{out}");
}

/// Within one account the denial itself can be in the message, sealed.
#[test]
fn a_sealed_denial_is_explained_by_the_message_that_was_pasted() {
    let scratch = Scratch::new("running-sealed");
    let served = Served::start_with(scratch.path(), |command| {
        command.arg("--sealed-denials");
    });
    export(scratch.path());
    let role = r#""RoleDetailList": [{"RoleName": "jobs", "Path": "/",
        "Arn": "arn:aws:iam::111122223333:role/jobs", "RoleId": "AROAIOSFODNN7EXAMPLE9",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}]"#;
    let text = CALLER.replace(r#""RoleDetailList": []"#, role);
    std::fs::write(scratch.path().join("accounts/111122223333/details.json"), text).unwrap();
    let ann = import(scratch.path());
    let form = "Action=AssumeRole&RoleSessionName=run\
                &RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fjobs";
    let answer = signed(&served, &ann, ("sts", "2011-06-15"), form, "");
    let message = element(&answer, "Message");
    assert!(message.contains("Encoded authorization failure message: "), "{message}");
    let place = ["--endpoint", &served.base_url, "--profile", "caller", "--json"];
    let told = ["explain", "--message", &message];
    let (code, out, err) = ending(scratch.path(), &[&told[..], &place].concat());
    assert_eq!(code, 3, "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["verdict"], "denied", "{out}");
    assert_eq!(answer["layer"], "trust", "{out}");
}

#[test]
fn a_running_server_is_asked_as_an_export_is() {
    let stage = Stage::new("running-questions");
    let (code, out, err) = stage.ask(&["who-can", "assume", DEPLOY]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(ANN), "{out}");
    let (code, out, err) = stage.ask(&["can", ANN, "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(DEPLOY), "{out}");
    let question = ["simulate", "--caller", ANN, "--action", "sts:AssumeRole", "--resource"];
    let (code, ..) = stage.ask(&[&question[..], &[DEPLOY]].concat());
    assert_eq!(code, 3);
    let (code, ..) =
        stage.ask(&[&question[..], &[DEPLOY, "--context", "sts:ExternalId=7f3a"]].concat());
    assert_eq!(code, 0);
    let told = ["explain", "--caller", ANN, "--role", DEPLOY, "--external-id", "7f3a"];
    let (code, ..) = stage.ask(&told);
    assert_eq!(code, 0);
}

/// What is found of a running server is what is found of its export, and credentials besides.
#[test]
fn a_running_server_is_audited_as_an_export_is() {
    let stage = Stage::new("running-audit");
    let findings = |text: &str| {
        let report: Value = serde_json::from_str(text).unwrap();
        let of = |finding: &Value| (finding["id"].clone(), finding["message"].clone());
        let found = report["findings"].as_array().unwrap().iter().map(of);
        let is_of_policies = |(id, _): &(Value, Value)| {
            ["access-key", "password", "root-", "user-without", "second-factor"]
                .iter()
                .all(|part| !id.as_str().unwrap().contains(part))
        };
        found.filter(is_of_policies).collect::<Vec<_>>()
    };
    let (code, of_server, err) = stage.ask(&["audit", "--json"]);
    assert_eq!((code, err.as_str()), (4, ""));
    let exported = ending(stage.scratch.path(), &["audit", "accounts", "--json"]);
    assert!(findings(&of_server).len() > 1, "{of_server}");
    assert_eq!(findings(&of_server), findings(&exported.1));
    let root = "root-access-key arn:aws:iam::111122223333:root";
    assert!(of_server.contains(root) && !exported.1.contains(root), "{of_server}");
    assert!(of_server.contains("/444455556666/details-1.json\""), "{of_server}");
    let (code, _, err) = stage.ask(&["audit", "accounts"]);
    assert_eq!(code, 2, "{err}");
    // The policy of recorded calls, too.
    let event = format!(
        r#"{{"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
        "userIdentity": {{"type": "AssumedRole", "sessionContext": {{"sessionIssuer":
          {{"arn": "{DEPLOY}"}}}}}}}}"#
    );
    std::fs::write(stage.scratch.path().join("trail.json"), event).unwrap();
    let flags = ["audit", "--activity", "trail.json", "--least-privilege", "deploy"];
    let (code, _, err) = stage.ask(&flags);
    assert_eq!(code, 1);
    assert!(err.contains("no policy") || err.contains("allow"), "{err}");
}

#[test]
fn who_may_not_ask_is_told_which_permission_is_missing() {
    let stage = Stage::new("running-permissions");
    let (code, _, err) = stage.ask_as(&["ann"], &["can", ANN]);
    assert_eq!(code, 1);
    for permission in ["needs iam:ListRoles", "iam:GetAccountAuthorizationDetails"] {
        assert!(err.contains(permission), "{err}");
    }
    let (code, _, err) = ending(
        stage.scratch.path(),
        &["explain", "--accounts", "accounts", "d-00112233445566778899aabbccddeeff"],
    );
    assert_eq!(code, 2);
    assert!(err.contains("--endpoint"), "{err}");
}

#[test]
fn an_account_is_imported_once_and_whole_or_not() {
    let stage = Stage::new("running-import");
    let directory = stage.scratch.path();
    let (code, _, err) = ending(directory, &["import", "accounts", "--data", "data"]);
    assert_eq!(code, 1);
    assert!(err.contains("account 111122223333 exists already"), "{err}");
    let bad = |text: &str, expected: &str| {
        std::fs::create_dir_all(directory.join("bad/777788889999")).unwrap();
        std::fs::write(directory.join("bad/777788889999/details.json"), text).unwrap();
        let (code, _, err) = ending(directory, &["import", "bad", "--data", "data"]);
        assert_eq!(code, 1, "{err}");
        assert!(err.contains(expected), "{err}");
        let (_, accounts, _) = ending(directory, &["account", "list", "--data", "data"]);
        assert!(!accounts.contains("777788889999"), "{accounts}");
    };
    let caller = CALLER.replace("111122223333", "777788889999");
    bad("{", "not JSON");
    bad(&caller.replace(r#""Effect": "Allow""#, r#""Effect": "Maybe""#), "policy can't be");
    bad(
        &caller.replace(
            r#""UserPolicyList""#,
            r#""AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::777788889999:policy/p"}], "UserPolicyList""#,
        ),
        "policy/p",
    );
    bad(&caller.replace(r#""UserName": "ann""#, r#""UserName": "an n""#), "the name of a user");
}

#[test]
fn what_was_imported_without_a_server_is_there_when_it_runs() {
    let scratch = Scratch::new("running-offline");
    export(scratch.path());
    Served::start(scratch.path()).kill();
    let ann = import(scratch.path());
    let served = Served::start(scratch.path());
    let answer = signed(&served, &ann, ("sts", "2011-06-15"), "Action=GetCallerIdentity", "");
    assert_eq!(element(&answer, "Arn"), ANN);
    assert_eq!(element(&answer, "UserId"), "AIDAIOSFODNN7EXAMPLE1");
}

#[test]
fn a_fix_is_applied_to_the_running_server_and_the_call_succeeds() {
    let stage = Stage::new("running-apply");
    let message = stage.denial();
    // The first fix changes the call, which is the caller's to do.
    let (code, out, err) = stage.ask(&["explain", "--message", &message, "--apply"]);
    assert_eq!(code, 2, "{out}{err}");
    assert!(err.contains("--yes"), "{err}");
    let (code, _, err) =
        stage.ask(&["explain", "--message", &message, "--apply", "--yes", "--fix", "99"]);
    assert_eq!(code, 2);
    assert!(err.contains("there is no fix 99"), "{err}");
    let (code, out, err) = stage.ask(&["explain", "--message", &message, "--apply", "--yes"]);
    assert_eq!(code, 0, "{out}{err}");
    for part in ["UpdateAssumeRolePolicy in account 444455556666", "the call succeeds"] {
        assert!(out.contains(part), "{out}");
    }
    let form = format!("Action=AssumeRole&RoleArn={DEPLOY}&RoleSessionName=run");
    let form = form.replace(':', "%3A").replace('/', "%2F");
    let answer = signed(&stage.served, &stage.ann, ("sts", "2011-06-15"), &form, "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (code, out, _) = stage.ask(&["explain", "--message", &message, "--apply", "--yes"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("nothing to fix"), "{out}");
}
