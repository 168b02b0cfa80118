//! A kill at any moment of a rotation, a change of the root key or a backup takes back
//! nothing that was acknowledged, and leaves no half of anything.
//!
//! `STEAD_CRASH_ROUNDS` sets the number of kills; the moments are drawn anew each time.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use stead_server::entropy::SystemEntropy;
use stead_system_tests::{Built, Credentials, Process, Scratch};
use stead_types::Entropy as _;

use crate::crash::{check, iam, prepare};

/// Kills in a run of all tests.
const ROUNDS: u64 = 12;

/// Accounts whose data keys are wrapped anew: enough for a change to take a while.
const ACCOUNTS: usize = 24;

/// The longest time after a command's start that the kill comes, in microseconds.
const KILLED_WITHIN: u64 = 120_000;

struct World {
    built: Built,
    scratch: Scratch,
    data: PathBuf,
    root: Credentials,
    kept: Vec<Credentials>,
    accounts: BTreeSet<String>,
    users: BTreeSet<String>,
    /// The files of the root keys, the one in use at last first.
    root_keys: [PathBuf; 2],
    /// Bytes in the file of the next root key.
    next: u64,
}

fn rounds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test is told how long to go on")]
    let asked = std::env::var("STEAD_CRASH_ROUNDS");
    asked.ok().map_or(ROUNDS, |text| text.parse().expect("a number of rounds"))
}

fn draw(below: u64) -> u64 {
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    u64::from_be_bytes(random) % below
}

impl World {
    fn new(name: &str) -> Self {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(name).unwrap();
        let data = scratch.path().join("data");
        let root_keys = ["a.key", "b.key"].map(|name| scratch.path().join(name));
        let mut world = Self {
            built,
            data,
            root: Credentials::long_term("", ""),
            kept: Vec::new(),
            accounts: BTreeSet::new(),
            users: BTreeSet::from(["alice".to_owned()]),
            root_keys,
            next: 1,
            scratch,
        };
        for path in world.root_keys.clone() {
            world.write_root_key(&path);
        }
        let server = world.serve();
        world.root = Credentials::of_directory(&world.data).unwrap();
        world.kept = prepare(&server.client(), &world.root, &world.data).to_vec();
        for _ in 0..ACCOUNTS {
            let created = world.succeed(&["account", "create"]);
            let text = |name: &str| created[name].as_str().unwrap();
            world.accounts.insert(text("account").to_owned());
            let key = Credentials::long_term(text("access_key_id"), text("secret_access_key"));
            world.kept.push(key);
        }
        server.kill().unwrap();
        world
    }

    fn write_root_key(&mut self, path: &PathBuf) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(path, format!("{:064x}\n", self.next)).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
        self.next += 1;
    }

    /// With both root keys: either may be in use after a kill.
    fn serve(&self) -> Process {
        let [own, other] = &self.root_keys;
        let (own, other) = (own.to_str().unwrap(), other.to_str().unwrap());
        let flags = ["--root-key-file", own, "--other-root-key-file", other];
        self.built.serve(&self.data, &flags).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.built.command();
        command.args(arguments).arg("--json").arg("--data").arg(&self.data);
        let [own, other] = &self.root_keys;
        command.arg("--root-key-file").arg(own).arg("--other-root-key-file").arg(other);
        command
    }

    fn succeed(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Has a command carried out, writes a user meanwhile, and kills the server.
    fn kill_amid(&mut self, server: Process, arguments: &[&str], round: u64) -> Output {
        let mut command = self.command(arguments);
        let delay = Duration::from_micros(draw(KILLED_WITHIN));
        let (client, root) = (server.client(), self.root.clone());
        let (output, written) = std::thread::scope(|scope| {
            let asked = scope.spawn(move || command.output().unwrap());
            let writer = scope.spawn(move || {
                let names = (0..).map(|number| format!("r{round}n{number}"));
                let done = |name: &String| {
                    iam(&client, &root, "CreateUser", &[("UserName", name)]).is_some()
                };
                names.take_while(done).collect::<BTreeSet<_>>()
            });
            #[expect(clippy::disallowed_methods, reason = "the moment of the kill is drawn")]
            std::thread::sleep(delay);
            server.kill().unwrap();
            (asked.join().unwrap(), writer.join().unwrap())
        });
        self.users.extend(written);
        output
    }

    /// Starts the server, and everything that was acknowledged is there.
    fn check(&self) -> Process {
        let server = self.serve();
        check(&server.client(), &self.root, &self.kept, &self.users);
        let listed = self.succeed(&["account", "list"]);
        let listed = listed["accounts"].as_array().unwrap();
        for account in &self.accounts {
            assert!(listed.contains(&Value::from(account.as_str())), "{account} is gone");
        }
        let report = self.succeed(&["log", "verify"]);
        assert_eq!(report["holds"], true, "{report}");
        server
    }

    /// A backup holds at least what was acknowledged before it was asked for.
    fn check_restored(&self, backup: &Path, users: &BTreeSet<String>) {
        let data = self.scratch.path().join("restored");
        let mut command = self.built.command();
        command.arg("restore").arg(backup).arg("--data").arg(&data);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let flags = ["--root-key-file", self.root_keys[0].to_str().unwrap()];
        let server = self.built.serve(&data, &flags).unwrap();
        check(&server.client(), &self.root, &self.kept, users);
        server.kill().unwrap();
        std::fs::remove_dir_all(&data).unwrap();
    }

    /// Waits until no change of the root key is under way, and says which one there is.
    fn settled(&self) -> String {
        loop {
            let shown = self.succeed(&["keys", "list"]);
            assert!(shown["rewrap"]["failed"].is_null(), "{shown}");
            if shown["rewrap"].is_null() {
                return shown["root_key"].as_str().unwrap().to_owned();
            }
        }
    }
}

#[test]
fn a_kill_amid_a_rotation_loses_no_session() {
    let mut world = World::new("crash-rotate");
    for round in 0..rounds() {
        let server = world.check();
        let before = world.succeed(&["keys", "list"])["session_keys"].clone();
        let full = before.as_array().unwrap().len() > 14;
        // A session of the newest key, which must be good after the kill.
        let session = new_session(&server, &world);
        let output = world.kill_amid(server, &["keys", "rotate"], round);
        let server = world.check();
        let after = world.succeed(&["keys", "list"])["session_keys"].clone();
        if output.status.success() {
            let told: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(after, told["session_keys"], "an acknowledged rotation is gone");
        }
        assert_eq!(call(&server, &session), "OK");
        if full {
            let old = world.kept[1].clone();
            world.succeed(&["keys", "rotate", "--revoke-now"]);
            assert_ne!(call(&server, &old), "OK");
            world.kept[1] = new_session(&server, &world);
        }
        server.kill().unwrap();
    }
}

#[test]
fn a_kill_amid_a_change_of_the_root_key_is_carried_on() {
    let mut world = World::new("crash-rewrap");
    for round in 0..rounds() {
        let server = world.check();
        let before = world.settled();
        let target = world.root_keys[1].clone();
        world.write_root_key(&target);
        let to = target.to_str().unwrap().to_owned();
        let output = world.kill_amid(server, &["keys", "rewrap", "--to-file", &to], round);
        let server = world.check();
        let after = world.settled();
        assert!(!output.status.success() || after != before, "an acknowledged change is gone");
        server.kill().unwrap();
        if after != before {
            // The old root key has no use any more: it need not even be a key.
            world.root_keys.swap(0, 1);
            let old = world.root_keys[1].clone();
            world.write_root_key(&old);
        }
    }
    world.check().kill().unwrap();
}

#[test]
fn a_kill_amid_a_backup_leaves_a_whole_one_or_none() {
    let mut world = World::new("crash-backup");
    for round in 0..rounds() {
        let server = world.check();
        let backup = world.scratch.path().join(format!("backup{round}"));
        let path = backup.to_str().unwrap().to_owned();
        let before = world.users.clone();
        let output = world.kill_amid(server, &["backup", &path], round);
        assert!(!output.status.success() || backup.exists(), "an acknowledged backup is gone");
        if backup.exists() {
            world.check_restored(&backup, &before);
        }
    }
    world.check().kill().unwrap();
}

fn call(server: &Process, credentials: &Credentials) -> String {
    let service = stead_system_tests::Service::Sts;
    let answer = server.client().call(Some(credentials), service, "GetCallerIdentity", &[]);
    answer.unwrap().code().to_owned()
}

fn new_session(server: &Process, world: &World) -> Credentials {
    let service = stead_system_tests::Service::Sts;
    let client = server.client();
    let key = &world.kept[0];
    let answer = client.call(Some(key), service, "GetSessionToken", &[]).unwrap();
    Credentials::of(&answer).expect(&answer.body)
}
