//! `stead credentials`, asked as AWS's SDKs ask it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::calls::{Profile, alice_and_reader};
use crate::process::{Scratch, Served, read, stead, terminate, wait_for};

/// A server with a role and somebody who may assume it.
pub(crate) struct World {
    pub(crate) scratch: Scratch,
    pub(crate) served: Served,
    pub(crate) role: String,
    pub(crate) alice: Profile,
}

impl World {
    pub(crate) fn new(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let served = Served::start(scratch.path());
        let (role, alice) = alice_and_reader(&served, scratch.path());
        Self { scratch, served, role, alice }
    }

    /// A command as alice, for the role.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = stead(self.scratch.path(), arguments);
        command
            .env("AWS_ACCESS_KEY_ID", &self.alice.id)
            .env("AWS_SECRET_ACCESS_KEY", self.alice.secret.expose())
            .env("AWS_ROLE_ARN", &self.role)
            .env("AWS_ENDPOINT_URL", &self.served.base_url);
        command
    }

    fn printed(&self, more: &[&str]) -> (i32, String, String) {
        let arguments = [&["credentials", "role"], more].concat();
        read(self.command(&arguments).output().unwrap())
    }
}

fn key_id(stdout: &str) -> String {
    let printed: Value = serde_json::from_str(stdout).unwrap();
    assert_eq!(printed["Version"], 1);
    for member in ["SecretAccessKey", "SessionToken", "Expiration"] {
        assert!(printed[member].is_string(), "{member}");
    }
    printed["AccessKeyId"].as_str().unwrap().to_owned()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_session_is_printed_kept_and_printed_again() {
    let world = World::new("cache");
    let (code, stdout, stderr) = world.printed(&[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let first = key_id(&stdout);
    assert_eq!(key_id(&world.printed(&[]).1), first);
    assert_ne!(key_id(&world.printed(&["--no-cache"]).1), first);
    assert_ne!(key_id(&world.printed(&["--role-session-name", "other"]).1), first);
    assert_ne!(key_id(&world.printed(&["--duration-seconds", "900"]).1), first);
    let cache = world.scratch.path().join("home/.cache/stead/credentials");
    assert_eq!(mode(&cache), 0o700);
    let files: Vec<_> = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap()).collect();
    assert!(files.iter().all(|file| mode(&file.path()) == 0o600));
    // What somebody broke is asked for anew, and mended.
    for file in &files {
        std::fs::write(file.path(), "{").unwrap();
    }
    let mended = key_id(&world.printed(&[]).1);
    assert_ne!(mended, first);
    assert_eq!(key_id(&world.printed(&[]).1), mended);
}

#[test]
fn of_processes_that_start_together_one_asks() {
    let world = World::new("together");
    let start = |_| {
        let mut command = world.command(&["credentials", "role", "--cache-dir", "kept"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..6).map(start).collect();
    let printed = children.into_iter().map(|child| {
        let (code, stdout, stderr) = read(child.wait_with_output().unwrap());
        assert_eq!((code, stderr.as_str()), (0, ""));
        key_id(&stdout)
    });
    let printed: Vec<_> = printed.collect();
    assert!(printed.iter().all(|id| *id == printed[0]), "{printed:?}");
}

#[test]
fn a_cache_that_others_could_read_is_not_used() {
    let world = World::new("open-cache");
    let kept = world.scratch.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, stdout, stderr) = world.printed(&["--cache-dir", "kept"]);
    assert_eq!(code, 0);
    assert!(
        stderr.starts_with("warning: the cache `kept` is not used: its mode is 755"),
        "{stderr}"
    );
    assert!(stderr.contains("  help: `chmod 700 kept`"), "{stderr}");
    key_id(&stdout);
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 0);
}

#[test]
fn endings_say_what_to_do() {
    let world = World::new("refused");
    let other = world.role.replace("role/reader", "role/other");
    let cases = [
        (vec!["--role-arn", &other], 3, "AccessDenied", "decode-authorization-message"),
        (vec!["--duration-seconds", "1"], 1, "ValidationError", ""),
        (
            vec!["--endpoint-url", "http://127.0.0.1:1"],
            1,
            "no answer from http://127.0.0.1:1",
            "help:",
        ),
        (vec!["--endpoint-url", "here"], 2, "the endpoint `here`", "help:"),
        (vec!["--profile", "nobody"], 2, "there is no profile `nobody`", "help:"),
        (vec!["--tag", "team"], 2, "is not KEY=VALUE", "help:"),
        (vec!["--policy", "file://missing"], 2, "cannot read the policy", ""),
        (vec!["--cache-dir", "a", "--no-cache"], 2, "cannot be used with", ""),
    ];
    for (arguments, expected, message, help) in cases {
        let (code, stdout, stderr) = world.printed(&arguments);
        assert_eq!((code, stdout.as_str()), (expected, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message) && stderr.contains(help), "{arguments:?}: {stderr}");
        assert!(!stderr.contains(world.alice.secret.expose()), "{stderr}");
    }
    let mut command = world.command(&["credentials", "web-identity", "--token-file", "missing"]);
    let (code, _, stderr) = read(command.output().unwrap());
    assert_eq!(code, 1);
    assert!(stderr.contains("cannot read the token in `missing`"), "{stderr}");
}

#[test]
fn credentials_are_served_until_told_to_stop() {
    let world = World::new("serve");
    let at = |name: &str| world.scratch.path().join(name);
    let arguments =
        ["credentials", "serve", "--imds", "--ready-file", "ready-c", "--env-file", "c.env"];
    let mut command = world.command(&arguments);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let base = wait_for(|| {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::fs::read_to_string(at("ready-c")).ok()
    });
    assert_eq!(mode(&at("c.env")), 0o600);
    let lines = std::fs::read_to_string(at("c.env")).unwrap();
    let value = |name: &str| {
        let lines = lines.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        lines.filter(|(other, _)| *other == name).map(|(_, value)| value.to_owned()).next().unwrap()
    };
    let base = base.trim_end();
    assert_eq!(value("AWS_CONTAINER_CREDENTIALS_FULL_URI"), format!("{base}/credentials"));
    assert_eq!(value("AWS_EC2_METADATA_SERVICE_ENDPOINT"), base);
    let host = base.strip_prefix("http://").unwrap();
    let get = |authorization: &str| {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET /credentials HTTP/1.1\r\nhost: {host}\r\nauthorization: {authorization}\r\n\
             connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = get(&value("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("ASIA"), "{answer}");
    assert!(get("other").starts_with("HTTP/1.1 401"));
    assert_eq!(terminate(&mut child), Some(0));
    assert!(!at("ready-c").exists());
    let mut stdout = String::new();
    child.stdout.unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(stdout, "");
}
