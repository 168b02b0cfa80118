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

#[test]
fn a_credential_report_tells_of_uses_and_is_made_anew_after_a_restart() {
    let mut kept = Kept::start("kept-report");
    kept.done("CreateUser", &[("UserName", "ann")]);
    kept.done("CreateLoginProfile", &[("UserName", "ann"), ("Password", "First-Passw0rd")]);
    for _ in 0..2 {
        assert_eq!(kept.refused("GetCredentialReport", &[]), "ReportNotPresent");
        let begun = kept.done("GenerateCredentialReport", &[]);
        assert_eq!(begun.text("State"), Some("STARTED"));
        let whole = kept.done("GenerateCredentialReport", &[]);
        assert_eq!(whole.text("State"), Some("COMPLETE"));
        let report = kept.done("GetCredentialReport", &[]);
        let content = report.text("Content").unwrap().as_bytes().to_vec();
        let text = String::from_utf8(data_encoding::BASE64.decode(&content).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("<root_account>,arn:aws:iam::111122223333:root,"));
        // The root user has just called.
        assert!(lines[1].contains(",us-east-1,iam,"), "{text}");
        assert!(lines[2].starts_with("ann,") && lines[2].contains(",true,no_information,"));
        kept.start_anew();
    }
}

#[test]
fn what_users_have_for_single_services_is_kept_and_its_secrets_are_not_in_the_clear() {
    let mut kept = Kept::start("kept-user-credentials");
    let user = ("UserName", "ann");
    kept.done("CreateUser", &[user]);
    let body = include_str!("../../../../crates/iam/tests/ssh/rsa-2048.pub");
    let key = kept.done("UploadSSHPublicKey", &[user, ("SSHPublicKeyBody", body)]);
    let key = key.text("SSHPublicKeyId").unwrap().to_owned();
    let service = ("ServiceName", "codecommit.amazonaws.com");
    let made = kept.done("CreateServiceSpecificCredential", &[user, service]);
    let id = made.text("ServiceSpecificCredentialId").unwrap().to_owned();
    let password = made.text("ServicePassword").unwrap().to_owned();
    let inactive = [user, ("SSHPublicKeyId", &key), ("Status", "Inactive")];
    kept.done("UpdateSSHPublicKey", &inactive);
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let shown = [user, ("SSHPublicKeyId", &*key), ("Encoding", "PEM")];
        let shown = kept.done("GetSSHPublicKey", &shown);
        let pem = include_str!("../../../../crates/iam/tests/ssh/rsa-2048.pem");
        assert_eq!(shown.text("SSHPublicKeyBody").map(str::trim), Some(pem.trim()));
        assert_eq!(shown.text("Status"), Some("Inactive"));
        let listed = kept.done("ListServiceSpecificCredentials", &[user]);
        assert_eq!(listed.text("ServiceSpecificCredentialId"), Some(&*id));
        assert_eq!(listed.text("ServicePassword"), None);
    }
    let reset =
        kept.done("ResetServiceSpecificCredential", &[user, ("ServiceSpecificCredentialId", &id)]);
    let other = reset.text("ServicePassword").unwrap().to_owned();
    assert_ne!(other, password);
    kept.start_anew();
    let kept_bytes = std::fs::read(kept.data.join("stead.db")).unwrap();
    for secret in [&password, &other] {
        let held = kept_bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!held, "a secret in the clear");
    }
}

#[test]
fn certificates_and_preferences_are_kept() {
    let mut kept = Kept::start("kept-certificates");
    let user = ("UserName", "ann");
    kept.done("CreateUser", &[user]);
    let body = include_str!("../../../../crates/iam/tests/signing-certificate.pem");
    let made = kept.done("UploadSigningCertificate", &[user, ("CertificateBody", body)]);
    let id = made.text("CertificateId").unwrap().to_owned();
    kept.done("SetSecurityTokenServicePreferences", &[("GlobalEndpointTokenVersion", "v2Token")]);
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let listed = kept.done("ListSigningCertificates", &[user]);
        assert_eq!(listed.text("CertificateId"), Some(&*id));
        assert_eq!(listed.text("CertificateBody").map(str::trim), Some(body.trim()));
        let summary = kept.done("GetAccountSummary", &[]);
        let keys = summary.all("key").zip(summary.all("value"));
        let version = keys.into_iter().find(|(key, _)| *key == "GlobalEndpointTokenVersion");
        assert_eq!(version.map(|(_, value)| value), Some("2"));
    }
    kept.done("DeleteSigningCertificate", &[user, ("CertificateId", &id)]);
    kept.start_anew();
    kept.done("DeleteUser", &[user]);
}

#[test]
fn server_certificates_are_kept_and_their_keys_encrypted() {
    let mut kept = Kept::start("kept-server-certificates");
    let body = include_str!("../../../../crates/iam/tests/server-certificates/leaf.pem");
    let key = include_str!("../../../../crates/iam/tests/server-certificates/leaf.key");
    let chain = include_str!("../../../../crates/iam/tests/server-certificates/intermediate.pem");
    let name = ("ServerCertificateName", "site");
    let tag = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    let parts = [("CertificateBody", body), ("PrivateKey", key), ("CertificateChain", chain)];
    let made = kept.done("UploadServerCertificate", &[&[name][..], &tag, &parts].concat());
    let id = made.text("ServerCertificateId").unwrap().to_owned();
    kept.done("UpdateServerCertificate", &[name, ("NewPath", "/cloudfront/a/")]);
    for start_anew in [false, true] {
        if start_anew {
            kept.start_anew();
        }
        let shown = kept.done("GetServerCertificate", &[name]);
        assert_eq!(shown.text("ServerCertificateId"), Some(&*id));
        assert_eq!(shown.text("CertificateBody"), Some(body.trim()));
        assert_eq!(shown.text("CertificateChain"), Some(chain.trim()));
        assert_eq!(shown.text("Path"), Some("/cloudfront/a/"));
        assert_eq!(shown.text("Value"), Some("b"));
        assert_eq!(shown.text("Expiration"), Some("2046-01-01T00:00:00Z"));
    }
    // Of the key no line is there, neither in the store nor in the audit log.
    let line = key.lines().nth(1).unwrap();
    let files = std::fs::read_dir(&kept.data).unwrap().map(|file| file.unwrap().path());
    let logs = std::fs::read_dir(kept.data.join("audit")).unwrap().map(|file| file.unwrap().path());
    for file in files.chain(logs).filter(|file| file.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let held = bytes.windows(line.len()).any(|part| part == line.as_bytes());
        assert!(!held, "a private key in the clear in {}", file.display());
    }
    kept.done("DeleteServerCertificate", &[name]);
    kept.start_anew();
    kept.done("UploadServerCertificate", &[&[name][..], &parts].concat());
}

#[test]
fn an_issuer_of_identity_tokens_and_its_keys_stay() {
    let mut kept = Kept::start("kept-token-issuer");
    let issuer = |answer: &Answer| {
        let url = answer.text("IssuerIdentifier").unwrap();
        // The port is another one after each start.
        url.split_once("/token-issuer/").unwrap().1.to_owned()
    };
    let made = issuer(&kept.done("EnableOutboundWebIdentityFederation", &[]));
    kept.start_anew();
    assert_eq!(issuer(&kept.done("GetOutboundWebIdentityFederationInfo", &[])), made);
    assert_eq!(kept.refused("EnableOutboundWebIdentityFederation", &[]), "FeatureEnabled");
    kept.done("DisableOutboundWebIdentityFederation", &[]);
    kept.start_anew();
    assert_eq!(kept.refused("GetOutboundWebIdentityFederationInfo", &[]), "FeatureDisabled");
    assert_eq!(issuer(&kept.done("EnableOutboundWebIdentityFederation", &[])), made);
}
