//! What operations write is shown by others, and again after the server was started anew.

use std::path::PathBuf;

use stead_system_tests::{Answer, Built, Credentials, Process, Scratch, Service};

use crate::cast::TRUST;

/// A server that can be started anew on what it has written.
struct Kept {
    built: Built,
    data: PathBuf,
    server: Option<Process>,
    root: Credentials,
    other: Option<Credentials>,
    _scratch: Scratch,
}

impl Kept {
    fn start(name: &str) -> Self {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(name).unwrap();
        let data = scratch.path().join("data");
        let server = Some(built.serve(&data, &["--account", "111122223333"]).unwrap());
        let root = Credentials::of_directory(&data).unwrap();
        Self { built, data, server, root, other: None, _scratch: scratch }
    }

    /// A second account, whose root user is asked by [`Kept::of_other`].
    fn create_account(&mut self, number: &str) {
        let mut command = self.built.command();
        command.args(["account", "create", "--account", number, "--json", "--data"]);
        let output = command.arg(&self.data).output().unwrap();
        let created: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |name: &str| created[name].as_str().unwrap();
        self.other = Some(Credentials::long_term(text("access_key_id"), text("secret_access_key")));
    }

    fn of_other(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let client = self.server.as_ref().expect("it runs").client();
        client.call(self.other.as_ref(), Service::Iam, action, parameters).unwrap()
    }

    fn start_anew(&mut self) {
        let ended = self.server.take().expect("it runs").terminate().unwrap();
        assert!(ended.success());
        self.server = Some(self.built.serve(&self.data, &[]).unwrap());
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let client = self.server.as_ref().expect("it runs").client();
        client.call(Some(&self.root), Service::Iam, action, parameters).unwrap()
    }

    fn done(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.call(action, parameters);
        assert!(answer.is_ok(), "{action}: {} {}", answer.code(), answer.message());
        answer
    }

    fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.call(action, parameters).code().to_owned()
    }
}

#[test]
fn instance_profiles_keep_their_roles_and_tags() {
    let mut kept = Kept::start("kept-instance-profiles");
    let (profile, role) = (("InstanceProfileName", "web"), ("RoleName", "app"));
    let made = kept.done("CreateInstanceProfile", &[profile, ("Path", "/fleet/")]);
    let id = made.text("InstanceProfileId").unwrap().to_owned();
    kept.done("CreateRole", &[role, ("AssumeRolePolicyDocument", TRUST)]);
    kept.done("AddRoleToInstanceProfile", &[profile, role]);
    let tag = [("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    kept.done("TagInstanceProfile", &[&[profile], &tag[..]].concat());
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let listed = kept.done("ListInstanceProfilesForRole", &[role]);
        assert_eq!(listed.text("InstanceProfileId"), Some(&*id));
        let arn = "arn:aws:iam::111122223333:instance-profile/fleet/web";
        assert!(listed.all("Arn").any(|shown| shown == arn));
        let tags = kept.done("ListInstanceProfileTags", &[profile]);
        assert_eq!((tags.text("Key"), tags.text("Value")), (Some("Team"), Some("red")));
        assert_eq!(kept.refused("DeleteRole", &[role]), "DeleteConflict");
        assert_eq!(kept.refused("DeleteInstanceProfile", &[profile]), "DeleteConflict");
    }
    kept.done("RemoveRoleFromInstanceProfile", &[profile, role]);
    kept.done("DeleteInstanceProfile", &[profile]);
    kept.done("DeleteRole", &[role]);
    kept.start_anew();
    assert_eq!(kept.refused("GetInstanceProfile", &[profile]), "NoSuchEntity");
}

#[test]
fn an_alias_is_kept_and_of_one_account_only() {
    let mut kept = Kept::start("kept-alias");
    kept.create_account("444455556666");
    let [ours, theirs] = ["stead-one", "stead-two"].map(|name| [("AccountAlias", name)]);
    kept.done("CreateAccountAlias", &ours);
    assert_eq!(kept.of_other("CreateAccountAlias", &ours).code(), "EntityAlreadyExists");
    assert_eq!(kept.of_other("CreateAccountAlias", &theirs).code(), "OK");
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let listed = kept.done("ListAccountAliases", &[]);
        assert_eq!(listed.all("member").collect::<Vec<_>>(), ["stead-one"]);
        let taken = kept.call("CreateAccountAlias", &theirs);
        let told = (taken.code(), taken.message());
        assert_eq!(told, ("EntityAlreadyExists", "The account alias stead-two already exists."));
        // What was refused has undone nothing, and the account can be written to.
        let listed = kept.done("ListAccountAliases", &[]);
        assert_eq!(listed.all("member").collect::<Vec<_>>(), ["stead-one"]);
        assert_eq!(kept.refused("CreateAccountAlias", &ours), "EntityAlreadyExists");
    }
    // Another alias frees the name, and so does its end.
    kept.done("CreateAccountAlias", &[("AccountAlias", "stead-three")]);
    assert_eq!(kept.of_other("CreateAccountAlias", &ours).code(), "OK");
    kept.done("CreateAccountAlias", &theirs);
    kept.done("DeleteAccountAlias", &theirs);
    kept.start_anew();
    assert_eq!(kept.of_other("CreateAccountAlias", &theirs).code(), "OK");
    let summary = kept.done("GetAccountSummary", &[]);
    assert!(summary.all("key").any(|key| key == "UsersQuota"));
}

#[test]
fn passwords_are_changed_by_who_knows_them_and_kept_as_hashes() {
    let mut kept = Kept::start("kept-passwords");
    let user = ("UserName", "ann");
    kept.done("CreateUser", &[user]);
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"*"}}"#;
    let allow = [user, ("PolicyName", "p"), ("PolicyDocument", document)];
    kept.done("PutUserPolicy", &allow);
    let ann = Credentials::of(&kept.done("CreateAccessKey", &[user])).unwrap();
    kept.done("UpdateAccountPasswordPolicy", &[("PasswordReusePrevention", "2")]);
    kept.done("CreateLoginProfile", &[user, ("Password", "First-Passw0rd")]);
    let change = |kept: &Kept, old: &str, new: &str| {
        let passwords = [("OldPassword", old), ("NewPassword", new)];
        let client = kept.server.as_ref().unwrap().client();
        let answer = client.call(Some(&ann), Service::Iam, "ChangePassword", &passwords);
        answer.unwrap().code().to_owned()
    };
    assert_eq!(change(&kept, "First-Passw0rd", "Second-Passw0rd"), "OK");
    kept.start_anew();
    assert_eq!(change(&kept, "First-Passw0rd", "Third-Passw0rd"), "AccessDenied");
    assert_eq!(change(&kept, "Second-Passw0rd", "First-Passw0rd"), "PasswordPolicyViolation");
    assert_eq!(change(&kept, "Second-Passw0rd", "Third-Passw0rd"), "OK");
    assert_eq!(change(&kept, "Third-Passw0rd", "First-Passw0rd"), "OK");
    assert_eq!(kept.refused("DeleteUser", &[user]), "DeleteConflict");
    // After some wrong ones none is looked at, so that whoever has a key cannot guess.
    for _ in 0..5 {
        assert_eq!(change(&kept, "Wrong-Passw0rd", "Fourth-Passw0rd"), "AccessDenied");
    }
    assert_eq!(change(&kept, "First-Passw0rd", "Fourth-Passw0rd"), "AccessDenied");
    let policy = kept.done("GetAccountPasswordPolicy", &[]);
    assert_eq!(policy.text("PasswordReusePrevention"), Some("2"));
    // Neither a password nor its hash is in the clear anywhere.
    kept.start_anew();
    let mut folders = vec![kept.data.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            for secret in ["-Passw0rd", "$argon2id"] {
                let held = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!held, "{secret} in {}", entry.path().display());
            }
        }
    }
}
