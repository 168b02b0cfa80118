//! Installations of every stored format there has been are opened and served.
//!
//! `fixtures/format-1` is a backup with its root key, of everything an account can hold,
//! made by the version of Stead that first wrote this format. It is never made anew: a
//! change of a stored format adds a step that reads the old one, and a fixture of the new
//! one beside it. `STEAD_WRITE_FIXTURE=format-2` makes that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stead_system_tests::{Answer, Built, Credentials, Process, Scratch, Service};

/// The newest format; the fixture of each number up to it must be there.
const NEWEST: u32 = 1;

/// What each account is asked afterwards, and the answer kept beside the backup.
const QUESTIONS: [(&str, &[(&str, &str)]); 9] = [
    ("GetUser", &[("UserName", "alice")]),
    ("ListGroupsForUser", &[("UserName", "alice")]),
    ("GetUserPolicy", &[("UserName", "alice"), ("PolicyName", "assume")]),
    ("ListAttachedUserPolicies", &[("UserName", "alice")]),
    ("ListMFADevices", &[("UserName", "alice")]),
    ("GetRole", &[("RoleName", "worker")]),
    ("ListPolicies", &[("Scope", "Local")]),
    ("ListOpenIDConnectProviders", &[]),
    ("ListSAMLProviders", &[]),
];

const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;
const METADATA: &str = include_str!("../../../../crates/iam/tests/saml-metadata.xml");

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn iam(server: &Process, caller: &Credentials, action: &str, more: &[(&str, &str)]) -> Answer {
    let answer = server.client().call(Some(caller), Service::Iam, action, more).unwrap();
    assert!(answer.is_ok(), "{action}: {}", answer.body);
    answer
}

fn run(built: &Built, arguments: &[&str], paths: &[&Path]) {
    let mut command = built.command();
    let output = command.args(arguments).args(paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Everything an account can hold, once.
fn populate(server: &Process, root: &Credentials, account: &str) -> Credentials {
    let done = |action: &str, parameters: &[(&str, &str)]| iam(server, root, action, parameters);
    done("CreateUser", &[("UserName", "alice"), ("Path", "/people/")]);
    done(
        "TagUser",
        &[("UserName", "alice"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")],
    );
    done(
        "PutUserPolicy",
        &[("UserName", "alice"), ("PolicyName", "assume"), ("PolicyDocument", ALLOW)],
    );
    done("CreateGroup", &[("GroupName", "staff")]);
    done("AddUserToGroup", &[("GroupName", "staff"), ("UserName", "alice")]);
    done("CreatePolicy", &[("PolicyName", "local"), ("PolicyDocument", ALLOW)]);
    let policy = format!("arn:aws:iam::{account}:policy/local");
    let version =
        [("PolicyArn", policy.as_str()), ("PolicyDocument", ALLOW), ("SetAsDefault", "true")];
    done("CreatePolicyVersion", &version);
    done("AttachUserPolicy", &[("UserName", "alice"), ("PolicyArn", &policy)]);
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:user/people/alice"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    done("CreateRole", &[("RoleName", "worker"), ("AssumeRolePolicyDocument", &trust)]);
    done("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]);
    let issuer = [
        ("Url", "https://issuer.example.com"),
        ("ClientIDList.member.1", "sts.amazonaws.com"),
        ("ThumbprintList.member.1", "6ef423e5272b2347200970d1cd9d1a72beabc592"),
    ];
    done("CreateOpenIDConnectProvider", &issuer);
    done("CreateSAMLProvider", &[("Name", "corp"), ("SAMLMetadataDocument", METADATA)]);
    Credentials::of(&done("CreateAccessKey", &[("UserName", "alice")])).unwrap()
}

/// What an answer says, without what is new each time.
fn said(answer: &Answer) -> String {
    let body = &answer.body;
    body.split("<ResponseMetadata>").next().unwrap_or(body).to_owned()
}

fn answers(server: &Process, root: &Credentials) -> BTreeMap<String, String> {
    let asked = QUESTIONS.iter();
    asked
        .map(|(action, parameters)| {
            ((*action).to_owned(), said(&iam(server, root, action, parameters)))
        })
        .collect()
}

fn write(name: &str) {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("write-fixture").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &["--account", "111122223333"]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let key = populate(&server, &root, "111122223333");
    run(&built, &["keys", "rotate", "--data"], &[&data]);
    run(&built, &["backup", "--with-root-key", "--data"], &[&data, &fixture(name)]);
    let pair = |it: &Credentials| [it.access_key_id.clone(), it.secret_access_key.expose().clone()];
    let expected = serde_json::json!({
        "root": pair(&root), "alice": pair(&key), "answers": answers(&server, &root),
    });
    let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
    std::fs::write(fixture(name).join("expected.json"), text).unwrap();
}

#[test]
fn installations_of_every_format_are_served_as_they_were() {
    #[expect(clippy::disallowed_methods, reason = "a test is told to write its fixture")]
    if let Ok(name) = std::env::var("STEAD_WRITE_FIXTURE") {
        write(&name);
    }
    let built = Built::find().unwrap();
    for format in 1..=NEWEST {
        let scratch = Scratch::new(&format!("format-{format}")).unwrap();
        // A checkout has other modes than a backup.
        let (backup, data) = (scratch.path().join("backup"), scratch.path().join("data"));
        std::fs::create_dir(&backup).unwrap();
        for name in ["manifest.json", "stead.db", "root.key", "expected.json"] {
            let source = fixture(&format!("format-{format}")).join(name);
            std::fs::copy(source, backup.join(name)).unwrap();
        }
        run(&built, &["restore", "--data"], &[&data, &backup]);
        let server = built.serve(&data, &[]).unwrap();
        let expected = std::fs::read_to_string(backup.join("expected.json")).unwrap();
        check(&server, &serde_json::from_str(&expected).unwrap());
    }
}

/// A copy of a fixture in which one byte is another: that of a number of a format.
fn later(name: &str, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> (Scratch, PathBuf) {
    let scratch = Scratch::new(&format!("later-{file}")).unwrap();
    let data = scratch.path().join("data");
    std::fs::create_dir(&data).unwrap();
    for name_of_file in ["manifest.json", "stead.db", "root.key"] {
        std::fs::copy(fixture(name).join(name_of_file), data.join(name_of_file)).unwrap();
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(data.join("root.key"), mode).unwrap();
    let mut bytes = std::fs::read(data.join(file)).unwrap();
    change(&mut bytes);
    std::fs::write(data.join(file), bytes).unwrap();
    (scratch, data)
}

#[test]
fn a_later_format_is_refused_by_its_number_and_left_as_it_is() {
    let built = Built::find().unwrap();
    // Spec: the SQLite file format, section 1.3: the user version is four bytes at offset 60.
    let (_scratch, data) = later("format-1", "stead.db", |bytes| bytes[63] += 1);
    let before = std::fs::read(data.join("stead.db")).unwrap();
    let refused = built.serve(&data, &[]).unwrap_err().to_string();
    assert!(refused.contains("schema version 2, this version of Stead reads up to 1"), "{refused}");
    assert!(refused.contains("use the version of stead that wrote it"), "{refused}");
    assert_eq!(std::fs::read(data.join("stead.db")).unwrap(), before);

    let (scratch, backup) = later("format-1", "manifest.json", |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains("\"version\": 1"), "{text}");
        *bytes = text.replace("\"version\": 1", "\"version\": 2").into_bytes();
    });
    let restored = scratch.path().join("restored");
    let mut command = built.command();
    command.args(["restore", "--data"]).args([&restored, &backup]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("the backup has format 2, this version of stead reads 1"), "{said}");
    assert!(!restored.exists());
}

fn check(server: &Process, expected: &serde_json::Value) {
    let key = |name: &str| {
        let [id, secret] = [0, 1].map(|index| expected[name][index].as_str().unwrap());
        Credentials::long_term(id, secret)
    };
    let root = key("root");
    for (action, answer) in answers(server, &root) {
        assert_eq!(answer, expected["answers"][&action].as_str().unwrap(), "{action}");
    }
    let role = ("RoleArn", "arn:aws:iam::111122223333:role/worker");
    let client = server.client();
    let parameters = [role, ("RoleSessionName", "session")];
    let assumed = client.call(Some(&key("alice")), Service::Sts, "AssumeRole", &parameters);
    assert_eq!(assumed.unwrap().code(), "OK");
    // It is written to as well.
    iam(server, &root, "CreateUser", &[("UserName", "bob")]);
}
