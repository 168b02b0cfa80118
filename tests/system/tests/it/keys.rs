//! Keys change while everything is used, and nothing that was sealed is lost.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use stead_system_tests::{Built, Client, Credentials, Process, Scratch, Service};

use crate::crash::prepare;

/// An installation with a user, a role, and a session of the role.
struct Installed {
    built: Built,
    data: PathBuf,
    scratch: Scratch,
    key: Credentials,
    session: Credentials,
}

impl Installed {
    fn new(name: &str) -> (Self, Process) {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(name).unwrap();
        let data = scratch.path().join("data");
        let server = built.serve(&data, &[]).unwrap();
        let root = Credentials::of_directory(&data).unwrap();
        let [key, session] = prepare(&server.client(), &root, &data);
        (Self { built, data, scratch, key, session }, server)
    }

    fn keys(&self, arguments: &[&str]) -> Output {
        self.stead(&[&["keys"], arguments].concat())
    }

    fn stead(&self, arguments: &[&str]) -> Output {
        let mut command = self.built.command();
        command.args(arguments).arg("--data").arg(&self.data);
        command.output().unwrap()
    }

    /// `stead log verify`: whether the log holds, and what else was said.
    fn verified(&self, more: &[&str]) -> (bool, String) {
        let output = self.stead(&[&["log", "verify", "--json"], more].concat());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let report: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(report["holds"], output.status.success(), "{said}");
        (output.status.success(), said)
    }

    /// Administrative commands in the audit log, once there are so many.
    fn events(&self, expected: usize) -> Vec<Value> {
        loop {
            let output = self.stead(&["log", "query", "--action", "stead:*", "--json"]);
            let lines = String::from_utf8(output.stdout).unwrap();
            let events: Vec<Value> =
                lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            if events.len() >= expected {
                return events;
            }
        }
    }

    /// Whether a file of the store holds anything that is wrapped under this root key: what
    /// is wrapped begins with a version and the id of its key, in base64.
    fn holds_wrapped_under(&self, root_key: &Value) -> bool {
        let id = data_encoding::HEXLOWER.decode(root_key.as_str().unwrap().as_bytes()).unwrap();
        let begins = data_encoding::BASE64.encode(&[vec![1], id].concat());
        std::fs::read_dir(&self.data).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            let named = path.file_name().unwrap().to_string_lossy().starts_with("stead.db");
            let bytes = if named { std::fs::read(path).unwrap() } else { Vec::new() };
            bytes.windows(begins.len()).any(|window| window == begins.as_bytes())
        })
    }

    /// What a command of `stead keys` prints as JSON.
    fn shown(&self, arguments: &[&str]) -> Value {
        let output = self.keys(&[arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn serve(&self, flags: &[&str]) -> Process {
        self.built.serve(&self.data, flags).unwrap()
    }

    fn write_key(&self, name: &str, digits: &str) -> String {
        let path = self.scratch.path().join(name);
        write_private(&path, digits);
        path.to_str().unwrap().to_owned()
    }

    /// Both the user's key and the session are good.
    fn check(&self, server: &Process) {
        for credentials in [&self.key, &self.session] {
            assert_eq!(outcome(&server.client(), credentials), "OK");
        }
    }
}

fn outcome(client: &Client, credentials: &Credentials) -> String {
    let answer = client.call(Some(credentials), Service::Sts, "GetCallerIdentity", &[]);
    answer.unwrap().code().to_owned()
}

fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn session_keys(shown: &Value) -> usize {
    shown["session_keys"].as_array().unwrap().len()
}

#[test]
fn sessions_outlive_a_rotation_and_end_when_they_are_revoked() {
    let (installed, server) = Installed::new("rotate");
    let before = installed.shown(&["list"]);
    let rotated = installed.shown(&["rotate"]);
    assert_eq!((session_keys(&before), session_keys(&rotated)), (1, 2));
    assert_eq!(rotated["session_keys"][1]["id"], before["session_keys"][0]["id"]);
    assert!(rotated["session_keys"][0]["opens_until"].is_null());
    assert!(rotated["session_keys"][1]["opens_until"].is_string());
    installed.check(&server);
    server.kill().unwrap();
    let server = installed.serve(&[]);
    assert_eq!(installed.shown(&["list"])["session_keys"], rotated["session_keys"]);
    installed.check(&server);

    let revoked = installed.shown(&["rotate", "--revoke-now"]);
    assert_eq!((session_keys(&revoked), revoked["dropped"].as_array().unwrap().len()), (1, 2));
    assert_eq!(outcome(&server.client(), &installed.session), "InvalidClientTokenId");
    assert_eq!(outcome(&server.client(), &installed.key), "OK");
    server.kill().unwrap();
    let server = installed.serve(&[]);
    assert_eq!(outcome(&server.client(), &installed.session), "InvalidClientTokenId");
    assert_eq!(outcome(&server.client(), &installed.key), "OK");
    server.kill().unwrap();
    // Nobody serves the directory: the command works on it.
    assert_eq!(session_keys(&installed.shown(&["rotate"])), 2);
}

#[test]
fn the_root_key_moves_from_the_data_to_a_file_a_command_and_the_environment() {
    let (installed, server) = Installed::new("rewrap");
    let beside = installed.data.join("root.key");
    let first = std::fs::read_to_string(&beside).unwrap();
    let before = installed.shown(&["list"]);
    let anew = installed.shown(&["rewrap"]);
    assert_ne!(anew["root_key"], before["root_key"]);
    assert_ne!(std::fs::read_to_string(&beside).unwrap(), first);
    assert!(!installed.data.join("root.key.new").exists());
    installed.check(&server);
    server.kill().unwrap();
    let server = installed.serve(&[]);
    installed.check(&server);

    let file = installed.write_key("file.key", &"2a".repeat(32));
    let moved = installed.shown(&["rewrap", "--to-file", &file]);
    assert!(moved["rewrap"].is_null(), "{moved}");
    server.kill().unwrap();
    let refused = installed.built.serve(&installed.data, &[]).unwrap_err().to_string();
    assert!(refused.contains("wrapped under key"), "{refused}");
    let server = installed.serve(&["--root-key-file", &file]);
    installed.check(&server);

    let secret = installed.write_key("command.key", &"2b".repeat(32));
    installed.shown(&["rewrap", "--to-command", "/bin/cat", "--to-command", &secret]);
    server.kill().unwrap();
    let flags = ["--root-key-command", "/bin/cat", "--root-key-command", &secret];
    let server = installed.serve(&flags);
    installed.check(&server);
    let again = installed.keys(&["rewrap", "--to-file", &secret]);
    let said = String::from_utf8(again.stderr).unwrap();
    assert_eq!(again.status.code(), Some(1), "{said}");
    assert!(said.contains("that is the root key already"), "{said}");
    let nowhere = String::from_utf8(installed.keys(&["rewrap"]).stderr).unwrap();
    assert!(nowhere.contains("the root key is not beside the data"), "{nowhere}");
    server.kill().unwrap();

    // At rest, and from the environment.
    let digits = "2c".repeat(32);
    let mut command = installed.built.command();
    command.args(["keys", "rewrap", "--to-env", "NEXT", "--other-root-key-file", &secret]);
    command.args(["--root-key-file", &secret, "--json", "--data"]).arg(&installed.data);
    let output = command.env("NEXT", &digits).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut command = installed.built.command();
    command.args(["keys", "list", "--json", "--data"]).arg(&installed.data);
    let output = command.env("STEAD_ROOT_KEY", &digits).output().unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(shown["rewrap"].is_null());
    let file = installed.write_key("last.key", &digits);
    let server = installed.serve(&["--root-key-file", &file]);
    installed.check(&server);
}

#[test]
fn the_audit_log_holds_over_changes_of_the_root_key_and_kills() {
    let (installed, server) = Installed::new("rewrap-log");
    assert!(installed.verified(&[]).0);
    installed.shown(&["rewrap"]);
    let (holds, said) = installed.verified(&[]);
    assert!(holds, "{said}");
    installed.check(&server);
    server.kill().unwrap();
    assert!(installed.verified(&[]).0);

    let server = installed.serve(&[]);
    let file = installed.write_key("file.key", &"2a".repeat(32));
    let moved = installed.shown(&["rewrap", "--to-file", &file]);
    // The key that is left beside the data proves nothing any more, and is named.
    let beside = installed.data.join("root.key");
    assert_eq!(moved["left_behind"], beside.to_str().unwrap());
    assert!(installed.verified(&[]).1.contains("other-key"));
    let named = ["--root-key-file", file.as_str()];
    let (holds, said) = installed.verified(&named);
    assert!(holds, "{said}");
    server.kill().unwrap();
    let server = installed.serve(&named);
    assert!(installed.verified(&named).0);
    assert!(server.log().contains("holds a root key that opens nothing here"));
    server.kill().unwrap();

    // At rest.
    let next = installed.write_key("next.key", &"2b".repeat(32));
    installed.shown(&["rewrap", "--to-file", &next, "--root-key-file", &file]);
    let (holds, said) = installed.verified(&["--root-key-file", &next]);
    assert!(holds, "{said}");
    // A head that somebody else has made, under a name of their own.
    let head = installed.data.join("audit/head.json");
    let text = std::fs::read_to_string(&head).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let key = value["key"].as_str().unwrap();
    std::fs::write(&head, text.replace(key, "0123456789abcdef")).unwrap();
    assert!(installed.verified(&["--root-key-file", &next]).1.contains("other-key"));
    let server = installed.serve(&["--root-key-file", &next]);
    assert!(installed.verified(&["--root-key-file", &next]).1.contains("found-at-start"));
    drop(server);
}

#[test]
fn what_was_wrapped_under_the_old_root_key_is_in_no_file_of_the_store() {
    let (installed, server) = Installed::new("rewrap-erased");
    for _ in 0..5 {
        installed.shown(&["rotate"]);
        let created = installed.stead(&["account", "create"]);
        assert!(created.status.success());
    }
    let first = installed.shown(&["list"])["root_key"].clone();
    assert!(installed.holds_wrapped_under(&first));
    let second = installed.shown(&["rewrap"])["root_key"].clone();
    assert!(!installed.holds_wrapped_under(&first), "while the server runs");
    assert!(installed.holds_wrapped_under(&second));
    server.kill().unwrap();
    assert!(!installed.holds_wrapped_under(&first), "and after a kill");
    installed.shown(&["rewrap"]);
    assert!(!installed.holds_wrapped_under(&second), "on a directory at rest");
}

#[test]
fn every_administrative_command_leaves_an_event_that_names_its_user() {
    use std::os::unix::fs::MetadataExt as _;

    let (installed, server) = Installed::new("administration");
    let user = format!("uid:{}", std::fs::metadata(&installed.data).unwrap().uid());
    let backup = installed.scratch.path().join("backup");
    let backup = backup.to_str().unwrap();
    installed.shown(&["list"]);
    installed.shown(&["rotate"]);
    let refused = installed.stead(&["account", "create", "--account", "12"]);
    assert_eq!(refused.status.code(), Some(1));
    let created = installed.stead(&["account", "create", "--json"]);
    let created: Value = serde_json::from_slice(&created.stdout).unwrap();
    assert!(installed.stead(&["backup", backup]).status.success());
    installed.shown(&["rewrap"]);
    let mut events = installed.events(6);
    // A small installation may be done before its change is told to have begun.
    events[4..].sort_by_key(|event| event["eventName"].to_string());
    let names: Vec<_> = events.iter().map(|event| event["eventName"].as_str().unwrap()).collect();
    let expected =
        ["RotateKeys", "CreateAccount", "CreateAccount", "Backup", "RewrapKeys", "RootKeyChanged"];
    assert_eq!(names, expected);
    for event in &events[..5] {
        assert_eq!(event["userIdentity"]["principalId"], user.as_str(), "{event}");
        assert_eq!(event["sourceIPAddress"], "admin.sock", "{event}");
    }
    assert_eq!(events[1]["errorCode"], "Refused");
    assert_eq!(events[2]["recipientAccountId"], created["account"]);
    assert_eq!(events[3]["requestParameters"]["target"], backup);
    assert_eq!(events[5]["userIdentity"]["invokedBy"], "stead.administration");
    let secret = created["secret_access_key"].as_str().unwrap();
    assert!(!events.iter().any(|event| event.to_string().contains(secret)));

    server.kill().unwrap();
    installed.shown(&["rotate", "--revoke-now"]);
    assert!(installed.stead(&["account", "create"]).status.success());
    let events = installed.events(8);
    for (event, name) in events[6..].iter().zip(["RotateKeys", "CreateAccount"]) {
        assert_eq!(event["eventName"], name);
        assert_eq!(event["userIdentity"]["principalId"], user.as_str());
        assert_eq!(event["sourceIPAddress"], "command");
    }
    let (holds, said) = installed.verified(&[]);
    assert!(holds, "{said}");
}

#[test]
fn a_command_that_is_under_way_ends_before_a_server_that_is_told_to_stop() {
    let (installed, server) = Installed::new("terminated");
    server.kill().unwrap();
    // One that nobody has called has nothing else to write when it ends.
    let server = installed.serve(&[]);
    // Somebody has locked the database: the command waits with its first write.
    let other = rusqlite::Connection::open(installed.data.join("stead.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let socket = installed.data.join("admin.sock");
    let mut asking = UnixStream::connect(&socket).unwrap();
    asking.write_all(b"{\"command\":\"rewrap-keys\"}\n").unwrap();
    wait_until(|| installed.data.join("root.key.new").exists());
    let stopping = std::thread::spawn(move || server.terminate().unwrap());
    wait_until(|| UnixStream::connect(&socket).is_err());
    let_the_rest_end();
    assert!(!stopping.is_finished());
    other.execute_batch("ROLLBACK").unwrap();

    let mut answer = String::new();
    asking.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "{\"outcome\":\"rewrap-begun\"}\n");
    assert_eq!(stopping.join().unwrap().code(), Some(0));
    let names: Vec<_> =
        installed.events(0).iter().map(|event| event["eventName"].to_string()).collect();
    assert_eq!(names, ["\"RewrapKeys\""]);
    let (holds, said) = installed.verified(&[]);
    assert!(holds, "{said}");
    // The next server carries the change on.
    let server = installed.serve(&[]);
    installed.check(&server);
}

/// Long enough for what a server that ends does without waiting.
#[expect(clippy::disallowed_methods, reason = "nothing shows that it is over")]
fn let_the_rest_end() {
    std::thread::sleep(Duration::from_millis(500));
}

fn wait_until(found: impl Fn() -> bool) {
    while !found() {
        std::thread::yield_now();
    }
}
