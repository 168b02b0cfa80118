//! A disk that is full or broken: what must be written is refused, what is read is not.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use stead_system_tests::{Built, Client, Credentials, Process, Scratch, Service};

use crate::crash::{ALLOW, check, iam, prepare};
use crate::requirements::skip;

/// A small disk of its own. It is mounted in a namespace of a process that only holds it, so
/// that it is gone when the test is, however that ends.
pub(crate) struct SmallDisk {
    scratch: Scratch,
    /// Where it is, from the directory.
    at: &'static str,
    holder: Child,
    namespaces: &'static [&'static str],
}

impl SmallDisk {
    /// `None` where this machine allows no mounting.
    fn new(name: &str, mebibytes: u32) -> Option<Self> {
        Self::below(name, mebibytes, "")
    }

    /// The same for a part of a directory, whose rest is where it else would be.
    pub(crate) fn below(name: &str, mebibytes: u32, at: &'static str) -> Option<Self> {
        // Without privileges, in a user namespace where those are to be had.
        let unprivileged = ["--user", "--map-root-user", "--mount"];
        [(&["--mount"][..], &["--mount"][..])]
            .into_iter()
            .chain([(&unprivileged[..], &["--user", "--preserve-credentials", "--mount"][..])])
            .find_map(|(make, enter)| Self::mount(name, mebibytes, at, make, enter))
    }

    fn mount(
        name: &str,
        mebibytes: u32,
        at: &'static str,
        make: &[&str],
        enter: &'static [&'static str],
    ) -> Option<Self> {
        let scratch = Scratch::new(name).unwrap();
        let place = scratch.path().join(at);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&place).unwrap();
        let options = format!("mode=0700,size={mebibytes}m");
        let mount = format!("mount -t tmpfs -o {options} tmpfs \"$1\" && echo mounted");
        let mut command = Command::new("unshare");
        command.args(make).args(["sh", "-c", &format!("{mount} && exec cat"), "sh"]);
        command.arg(place).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.stderr(Stdio::null()).spawn().ok()?;
        let mut said = String::new();
        let _ = BufReader::new(holder.stdout.take()?).read_line(&mut said);
        let disk = Self { scratch, at, holder, namespaces: enter };
        (said == "mounted\n").then_some(disk)
    }

    /// A place in the directory, as it is seen from outside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        let inside = self.scratch.path().strip_prefix("/").unwrap();
        root.join(inside).join(name)
    }

    /// Starts a server with its data on the disk.
    pub(crate) fn serve(&self, built: &Built, settings: &[(&str, &str)]) -> Process {
        let mut enter = Command::new("nsenter");
        enter.env_clear().envs(settings.iter().copied());
        enter.args(["--target", &self.holder.id().to_string()]).args(self.namespaces);
        let data = self.scratch.path().join("data");
        built.serve_under(enter, &data, &self.path("data"), &[]).unwrap()
    }

    /// Takes all the room there is.
    pub(crate) fn fill(&self) {
        let filled = fs::write(self.filler(), vec![0; 256 << 20]);
        assert!(filled.is_err(), "the disk has an end");
    }

    pub(crate) fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path(self.at).join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// A server on a small disk, and what must outlive everything.
struct World {
    disk: SmallDisk,
    built: Built,
    server: Process,
    client: Client,
    root: Credentials,
    kept: [Credentials; 2],
    acknowledged: BTreeSet<String>,
}

impl World {
    fn new(name: &str, mebibytes: u32, settings: &[(&str, &str)]) -> Option<Self> {
        let Some(disk) = SmallDisk::new(name, mebibytes) else {
            skip("no file system may be mounted here");
            return None;
        };
        let built = Built::find().unwrap();
        let server = disk.serve(&built, settings);
        let root = Credentials::of_directory(&disk.path("data")).unwrap();
        let client = server.client();
        let kept = prepare(&client, &root, &disk.path("data"));
        let acknowledged = BTreeSet::from(["alice".to_owned()]);
        Some(Self { disk, built, server, client, root, kept, acknowledged })
    }

    /// Creates users until that fails; gives the error.
    fn write_until_refused(&mut self, prefix: &str) -> String {
        for number in 0..10_000 {
            let name = format!("{prefix}{number}");
            let parameters = [("UserName", name.as_str())];
            let answer =
                self.client.call(Some(&self.root), Service::Iam, "CreateUser", &parameters);
            let answer = answer.expect("the server answers");
            if !answer.is_ok() {
                return answer.code().to_owned();
            }
            self.acknowledged.insert(name);
        }
        panic!("writes go on without end")
    }

    fn write(&mut self, name: &str) -> bool {
        let written = iam(&self.client, &self.root, "CreateUser", &[("UserName", name)]).is_some();
        if written {
            self.acknowledged.insert(name.to_owned());
        }
        written
    }

    /// What was acknowledged can be read, and sessions be issued and used.
    fn check(&self) {
        check(&self.client, &self.root, &self.kept, &self.acknowledged);
    }

    fn identity(&self) -> String {
        let answer = self.client.call(Some(&self.root), Service::Sts, "GetCallerIdentity", &[]);
        answer.expect("the server answers").code().to_owned()
    }

    fn kill_and_start(self, settings: &[(&str, &str)]) -> Self {
        let Self { disk, built, server, root, kept, acknowledged, .. } = self;
        server.kill().unwrap();
        let server = disk.serve(&built, settings);
        let client = server.client();
        Self { disk, built, server, client, root, kept, acknowledged }
    }

    /// Calls until the queue of the audit log is full, which has 16 MiB, or would be; gives
    /// how many.
    fn call_much(&self) -> usize {
        // Space between the tokens of a policy is recorded as it was sent.
        let document = format!("{ALLOW}{}", " ".repeat(90_000));
        let parameters = [("PolicyName", "long"), ("PolicyDocument", document.as_str())];
        for calls in 1..=200 {
            let answer =
                self.client.call(Some(&self.root), Service::Iam, "CreatePolicy", &parameters);
            assert_eq!(answer.expect("the server answers").code(), "ServiceUnavailable");
            if self.identity() != "OK" {
                return calls;
            }
        }
        200
    }

    /// Waits until a call is answered so.
    fn identity_becomes(&self, code: &str) {
        for _ in 0..1000 {
            if self.identity() == code {
                return;
            }
            std::thread::yield_now();
        }
        panic!("no call is answered with {code}");
    }

    fn log(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = self.built.command();
        command.arg("log").args(arguments).arg("--data").arg(self.disk.path("data"));
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else_until_there_is_room() {
    let settings = [("STEAD_AUDIT_LOG", "off")];
    let Some(mut world) = World::new("full", 6, &settings) else { return };
    world.disk.fill();
    assert_eq!(world.write_until_refused("n"), "ServiceUnavailable");
    world.check();
    world.disk.free();
    assert!(world.write("more"), "there is room again");
    world.check();
    let world = world.kill_and_start(&settings);
    world.check();
}

/// Who demands that every call is recorded gets no answer that is not.
#[test]
fn where_calls_must_be_recorded_a_full_disk_ends_reading_once_the_queue_is_full() {
    let Some(mut world) = World::new("full-required", 64, &[]) else { return };
    world.disk.fill();
    assert_eq!(world.identity(), "OK", "the queue has room");
    let calls = world.call_much();
    assert_eq!(world.identity(), "ServiceUnavailable");
    world.disk.free();
    world.identity_becomes("OK");
    assert!(world.write("more"), "there is room again");
    world.check();
    let recorded = |world: &World| {
        let (ended_well, events) = world.log(&["query", "--json", "--action", "CreatePolicy"]);
        assert!(ended_well);
        events.lines().count()
    };
    // The last may have been refused already, and leaves nothing then.
    let all = |world: &World| (calls - 1..=calls).contains(&recorded(world));
    assert!((0..1000).any(|_| all(&world)), "nothing was lost: {calls}");
    let (holds, found) = world.log(&["verify"]);
    assert!(holds, "{found}");
}

#[test]
fn where_calls_need_not_be_recorded_a_full_disk_leaves_a_gap_in_the_log() {
    let settings = [("STEAD_AUDIT_REQUIRED", "false")];
    let Some(mut world) = World::new("full-optional", 64, &settings) else { return };
    world.disk.fill();
    world.call_much();
    world.check();
    assert_eq!(world.identity(), "OK");
    world.disk.free();
    assert!(world.write("more"), "there is room again");
    let has_gap = |world: &World| world.log(&["verify"]).1.contains("could not be written");
    assert!((0..1000).any(|_| has_gap(&world)), "{:?}", world.log(&["verify"]));
    assert!(world.log(&["verify"]).0, "a gap that is told of is no finding");
}

/// Fails a server's system calls with `EIO`, for as long as it is there.
pub(crate) struct BrokenDisk(Child);

impl BrokenDisk {
    /// `None` where no process may be traced.
    pub(crate) fn of(server: &Process, calls: &str, file: &Path) -> Option<Self> {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
        strace.args(["-e", &format!("inject={calls}:error=EIO")]);
        strace.arg("-P").arg(file).args(["-p", &server.id().to_string()]);
        let mut strace = strace.stderr(Stdio::piped()).spawn().ok()?;
        let mut said = String::new();
        // Once it says that it is attached to the process, it is to all of its threads.
        let _ = BufReader::new(strace.stderr.take()?).read_line(&mut said);
        if said.contains(" attached") {
            return Some(Self(strace));
        }
        let _ = strace.kill();
        let _ = strace.wait();
        None
    }

    /// Lets the server go.
    pub(crate) fn mend(mut self) {
        let told = Command::new("kill").arg(self.0.id().to_string()).status();
        assert!(told.unwrap().success());
        self.0.wait().unwrap();
    }

    /// The server has ended.
    pub(crate) fn ended(mut self) {
        self.0.wait().unwrap();
    }
}

#[test]
fn a_disk_that_fails_ends_writing_and_nothing_else() {
    for (name, calls) in [("sync", "fsync,fdatasync"), ("write", "pwrite64")] {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(&format!("failing-{name}")).unwrap();
        let data = scratch.path().join("data");
        let server = built.serve(&data, &[]).unwrap();
        let root = Credentials::of_directory(&data).unwrap();
        let client = server.client();
        let kept = prepare(&client, &root, &data);
        let acknowledged = BTreeSet::from(["alice".to_owned()]);
        let Some(broken) = BrokenDisk::of(&server, calls, &data.join("stead.db-wal")) else {
            skip("strace is not there, or may not trace");
            return;
        };
        let create = |client: &Client, user: &str| {
            let parameters = [("UserName", user)];
            let answer = client.call(Some(&root), Service::Iam, "CreateUser", &parameters);
            answer.expect("the server answers").code().to_owned()
        };
        assert_eq!(create(&client, "refused"), "ServiceUnavailable", "{name}");
        check(&client, &root, &kept, &acknowledged);
        broken.mend();
        // What the disk has lost of earlier pages shows only when files are read anew.
        assert_eq!(create(&client, "still-refused"), "ServiceUnavailable", "{name}");
        check(&client, &root, &kept, &acknowledged);
        server.kill().unwrap();
        let server = built.serve(&data, &[]).unwrap();
        check(&server.client(), &root, &kept, &acknowledged);
        assert_eq!(create(&server.client(), "more"), "OK", "{name}");
    }
}
