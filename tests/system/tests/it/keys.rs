//! Keys change while everything is used, and nothing that was sealed is lost.

use std::path::{Path, PathBuf};
use std::process::Output;

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
        let mut command = self.built.command();
        command.arg("keys").args(arguments).arg("--data").arg(&self.data);
        command.output().unwrap()
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
