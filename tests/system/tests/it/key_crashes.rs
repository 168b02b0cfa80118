//! A kill at any moment of a rotation, a change of the root key or a backup takes back
//! nothing that was acknowledged, and leaves no half of anything.
//!
//! Moments are drawn from a seed that is printed, and so are the kills that hit
//! (`STEAD_CRASH_ROUNDS`, `STEAD_CRASH_SEED`):
//! `STEAD_CRASH_ROUNDS=200 cargo test -p stead-system-tests --test it key_crashes -- --nocapture`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;
use stead_system_tests::{Built, Credentials, Process, Scratch};

use crate::crash::{KILLS_PER_DIRECTORY, check, iam, prepare};
use crate::drawn::{Drawn, now, rounds, say, seed};

/// Kills in a run of all tests.
const ROUNDS: u64 = 12;

/// Accounts whose data keys are wrapped anew: enough for a change to take a while.
const ACCOUNTS: usize = 24;

/// Kills that are drawn, of all directories of a test, and what they hit.
struct Kills {
    what: &'static str,
    seed: u64,
    drawn: Drawn,
    /// The longest time after a command's start that the kill comes. Commands take some
    /// milliseconds: what is longer than they take hits none of them.
    longest: Option<Duration>,
    hits: Hits,
}

/// What was hit.
#[derive(Default)]
struct Hits {
    kills: usize,
    /// The command had been answered before.
    answered: usize,
    /// It was not answered because of the kill.
    cut_off: usize,
    /// As many of these had come into effect all the same.
    cut_off_in_effect: usize,
    /// Acknowledged users that were looked for, each as often as it was.
    checks: usize,
    /// Acknowledged users.
    writes: usize,
}

/// How it went with a command whose server was killed.
struct Ending {
    output: Output,
    /// It was not answered, and nobody carried it out afterwards.
    is_cut_off: bool,
}

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
    /// Looks at the users so far, each user counted.
    checks: std::cell::Cell<usize>,
}

impl Kills {
    fn new(what: &'static str) -> Self {
        let seed = seed();
        Self { what, seed, drawn: Drawn::new(seed), longest: None, hits: Hits::default() }
    }

    /// Has kills done in one directory after the other: everything in one is looked at after
    /// each kill, which takes the longer the more there is.
    fn run(mut self, mut round: impl FnMut(&mut World, &mut Self, usize)) {
        let mut left = rounds(ROUNDS);
        while left > 0 {
            self.tell();
            let mut world = World::new(&format!("crash-{}", self.what));
            let kills = left.min(KILLS_PER_DIRECTORY);
            for number in 0..kills {
                round(&mut world, &mut self, number);
            }
            world.check().kill().unwrap();
            self.hits.checks += world.checks.get();
            self.hits.writes += world.users.len();
            left -= kills;
        }
        self.tell();
    }

    fn tell(&self) {
        let (Self { what, seed, .. }, hits) = (self, &self.hits);
        let Hits { kills, answered, cut_off, cut_off_in_effect, checks, writes } = hits;
        let after = kills - answered - cut_off;
        say(&format!(
            "{what}: seed {seed}: killed {kills} times: {answered} behind the answer, {cut_off} \
             amid the command ({cut_off_in_effect} of these in effect), {after} before it was \
             asked for or while it was answered; {writes} acknowledged users, looked for \
             {checks} times, and none was lost"
        ));
    }
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
            checks: std::cell::Cell::new(0),
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

    /// Has a command carried out, writes users meanwhile, and kills the server.
    ///
    /// Each first command of a test is answered before the kill: it shows how long one takes.
    fn kill_amid(
        &mut self,
        server: Process,
        arguments: &[&str],
        kills: &mut Kills,
        round: usize,
    ) -> Ending {
        let mut command = self.command(arguments);
        let delay = kills.longest.map(|longest| kills.drawn.within(longest));
        let (client, root) = (server.client(), self.root.clone());
        let (sender, receiver) = channel();
        let (answer, was_answered, written) = std::thread::scope(|scope| {
            let began = now();
            scope.spawn(move || sender.send((command.output().unwrap(), began.elapsed())));
            let writer = scope.spawn(move || {
                let names = (0..).map(|number| format!("r{round}n{number}"));
                let done = |name: &String| {
                    iam(&client, &root, "CreateUser", &[("UserName", name)]).is_some()
                };
                names.take_while(done).collect::<BTreeSet<_>>()
            });
            let answered = match delay {
                Some(delay) => receiver.recv_timeout(delay).ok(),
                None => receiver.recv().ok(),
            };
            let was_answered = answered.is_some();
            server.kill().unwrap();
            let answer = answered.unwrap_or_else(|| receiver.recv().unwrap());
            (answer, was_answered, writer.join().unwrap())
        });
        let (output, took) = answer;
        self.users.extend(written);
        let is_cut_off = !output.status.success();
        assert!(!(was_answered && is_cut_off), "{}", String::from_utf8_lossy(&output.stderr));
        if was_answered {
            // A little longer than that, so that kills behind the answer stay among them.
            let longest = took + took / 8;
            kills.longest = Some(kills.longest.map_or(longest, |known| known.min(longest)));
        }
        kills.hits.kills += 1;
        kills.hits.answered += usize::from(was_answered);
        kills.hits.cut_off += usize::from(is_cut_off);
        Ending { output, is_cut_off }
    }

    /// Starts the server, and everything that was acknowledged is there.
    fn check(&self) -> Process {
        let server = self.serve();
        check(&server.client(), &self.root, &self.kept, &self.users);
        self.checks.set(self.checks.get() + self.users.len());
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

    fn session_keys(&self) -> Value {
        self.succeed(&["keys", "list"])["session_keys"].clone()
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
    Kills::new("rotate").run(|world, kills, round| {
        let server = world.check();
        let before = world.session_keys();
        // A session of the newest key, which must be good after the kill.
        let session = new_session(&server, world);
        let ending = world.kill_amid(server, &["keys", "rotate"], kills, round);
        let server = world.check();
        let after = world.session_keys();
        if ending.is_cut_off {
            kills.hits.cut_off_in_effect += usize::from(after != before);
        } else {
            let told: Value = serde_json::from_slice(&ending.output.stdout).unwrap();
            assert_eq!(after, told["session_keys"], "an acknowledged rotation is gone");
        }
        assert_eq!(call(&server, &session), "OK");
        // There may be sixteen.
        if after.as_array().unwrap().len() > 14 {
            let old = world.kept[1].clone();
            world.succeed(&["keys", "rotate", "--revoke-now"]);
            assert_ne!(call(&server, &old), "OK");
            world.kept[1] = new_session(&server, world);
        }
        server.kill().unwrap();
    });
}

#[test]
fn a_kill_amid_a_change_of_the_root_key_is_carried_on() {
    Kills::new("rewrap").run(|world, kills, round| {
        let server = world.check();
        let before = world.settled();
        let target = world.root_keys[1].clone();
        world.write_root_key(&target);
        let to = target.to_str().unwrap().to_owned();
        let rewrap = ["keys", "rewrap", "--to-file", &to];
        let ending = world.kill_amid(server, &rewrap, kills, round);
        let server = world.check();
        let after = world.settled();
        assert!(ending.is_cut_off || after != before, "an acknowledged change is gone");
        kills.hits.cut_off_in_effect += usize::from(ending.is_cut_off && after != before);
        server.kill().unwrap();
        if after != before {
            // The old root key has no use any more: it need not even be a key.
            world.root_keys.swap(0, 1);
            let old = world.root_keys[1].clone();
            world.write_root_key(&old);
        }
    });
}

#[test]
fn a_kill_amid_a_backup_leaves_a_whole_one_or_none() {
    Kills::new("backup").run(|world, kills, round| {
        let server = world.check();
        let backup = world.scratch.path().join(format!("backup{round}"));
        let path = backup.to_str().unwrap().to_owned();
        let before = world.users.clone();
        let ending = world.kill_amid(server, &["backup", &path], kills, round);
        assert!(ending.is_cut_off || backup.exists(), "an acknowledged backup is gone");
        kills.hits.cut_off_in_effect += usize::from(ending.is_cut_off && backup.exists());
        if backup.exists() {
            world.check_restored(&backup, &before);
            std::fs::remove_dir_all(&backup).unwrap();
        }
    });
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
