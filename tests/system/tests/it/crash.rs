//! Every acknowledged write survives a kill, whatever was being written just then, and a
//! full disk.
//!
//! `STEAD_CRASH_ROUNDS` sets the number of kills; beyond the first dozen, the moments are
//! drawn anew each time.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};

use stead_server::entropy::SystemEntropy;
use stead_system_tests::{Answer, Built, Client, Credentials, Process, Scratch, Service};
use stead_types::Entropy as _;

use crate::cast::TRUST;

/// After how many acknowledged users a server is killed: early, while it still
/// starts, and last when the store has written its log back at least once. A
/// store that answers before it commits is found out by about one kill of ten.
const KILLED_AFTER: [usize; 12] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 400];

/// Bound of the drawn ones.
const DRAWN_BELOW: u64 = 150;

/// Writers at once: so that a kill hits writes that wait for one flush together.
const WRITERS: usize = 4;

/// Moments at which servers are killed, a dozen for each directory.
fn moments() -> Vec<Vec<usize>> {
    #[expect(clippy::disallowed_methods, reason = "a test is told how long to go on")]
    let asked = std::env::var("STEAD_CRASH_ROUNDS").ok();
    let rounds = asked.map(|text| text.parse().expect("a number of rounds"));
    let draw = |_| {
        let mut random = [0; 8];
        SystemEntropy.fill(&mut random);
        usize::try_from(u64::from_be_bytes(random) % DRAWN_BELOW).unwrap()
    };
    let further = rounds.unwrap_or(0_usize).saturating_sub(KILLED_AFTER.len());
    let drawn: Vec<_> = (0..further).map(draw).collect();
    let drawn = drawn.chunks(KILLED_AFTER.len()).map(<[usize]>::to_vec);
    std::iter::once(KILLED_AFTER.to_vec()).chain(drawn).collect()
}

pub(crate) fn iam(
    client: &Client,
    caller: &Credentials,
    action: &str,
    parameters: &[(&str, &str)],
) -> Option<Answer> {
    let answer = client.call(Some(caller), Service::Iam, action, parameters);
    answer.ok().filter(Answer::is_ok)
}

/// Creates users, each second one with a managed policy of its name, which is a policy and
/// its first version, until the server is gone. Reports what was acknowledged.
fn write(client: &Client, root: &Credentials, prefix: &str, acknowledged: &Sender<String>) {
    for number in 0.. {
        let name = format!("{prefix}n{number}");
        if iam(client, root, "CreateUser", &[("UserName", &name)]).is_none() {
            return;
        }
        let policy = [("PolicyName", name.as_str()), ("PolicyDocument", ALLOW)];
        if number % 2 == 1 && iam(client, root, "CreatePolicy", &policy).is_none() {
            return;
        }
        if acknowledged.send(name).is_err() {
            return;
        }
    }
}

/// Lets users be created, kills the server in the midst of it, and gives those
/// that it had acknowledged, up to the last answer that came through.
pub(crate) fn write_and_kill(
    server: Process,
    root: &Credentials,
    round: usize,
    kill_after: usize,
) -> BTreeSet<String> {
    let client = server.client();
    let (sender, receiver): (_, Receiver<String>) = channel();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (client, sender) = (client.clone(), sender.clone());
            let prefix = format!("r{round}w{writer}");
            scope.spawn(move || write(&client, root, &prefix, &sender));
        }
        drop(sender);
        let mut acknowledged: BTreeSet<_> = receiver.iter().take(kill_after).collect();
        server.kill().unwrap();
        acknowledged.extend(receiver.iter());
        acknowledged
    })
}

const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;

/// The names of all managed policies. None of them is there without its version.
fn policies(client: &Client, root: &Credentials) -> BTreeSet<String> {
    let listed = pages(client, root, "ListPolicies", "Arn");
    let mut names = BTreeSet::new();
    for arn in listed {
        let version = [("PolicyArn", arn.as_str()), ("VersionId", "v1")];
        let version = iam(client, root, "GetPolicyVersion", &version);
        assert!(version.is_some(), "{arn} has no version");
        names.extend(arn.rsplit('/').next().map(str::to_owned));
    }
    names
}

pub(crate) fn users(client: &Client, root: &Credentials) -> BTreeSet<String> {
    pages(client, root, "ListUsers", "UserName")
}

/// What a listing says under a name, all pages of it.
fn pages(client: &Client, root: &Credentials, action: &str, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marker = None::<String>;
    loop {
        let mut parameters = vec![("MaxItems", "1000")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = iam(client, root, action, &parameters).expect(action);
        found.extend(page.all(name).map(str::to_owned));
        marker = page.text("Marker").map(str::to_owned);
        if marker.is_none() {
            return found;
        }
    }
}

/// A user with a key and a session of a role: what must outlive the process too.
pub(crate) fn prepare(client: &Client, root: &Credentials, data: &Path) -> [Credentials; 2] {
    let done = |action: &str, parameters: &[(&str, &str)]| {
        iam(client, root, action, parameters).expect(action)
    };
    let created = done("CreateUser", &[("UserName", "alice")]);
    let account = created.text("Arn").unwrap().split(':').nth(4).unwrap().to_owned();
    let policy = [("UserName", "alice"), ("PolicyName", "assume"), ("PolicyDocument", ALLOW)];
    done("PutUserPolicy", &policy);
    let trust = TRUST.replace("111122223333", &account);
    done("CreateRole", &[("RoleName", "worker"), ("AssumeRolePolicyDocument", &trust)]);
    let key = Credentials::of(&done("CreateAccessKey", &[("UserName", "alice")])).unwrap();
    let secret = key.secret_access_key.expose().as_bytes();
    let kept = std::fs::read(data.join("stead.db")).unwrap();
    assert!(!kept.windows(secret.len()).any(|window| window == secret), "a secret in the clear");
    let role = format!("arn:aws:iam::{account}:role/worker");
    let parameters = [("RoleArn", role.as_str()), ("RoleSessionName", "session")];
    let session = client.call(Some(&key), Service::Sts, "AssumeRole", &parameters).unwrap();
    [key, Credentials::of(&session).expect(&session.body)]
}

#[test]
fn acknowledged_users_keys_and_sessions_survive_a_kill_amid_writes() {
    let built = Built::find().unwrap();
    for moments in moments() {
        kill_amid_writes(&built, &moments);
    }
}

/// Kills the servers of one directory, and looks at it after each kill.
fn kill_amid_writes(built: &Built, moments: &[usize]) {
    let scratch = Scratch::new("crash").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let kept = prepare(&server.client(), &root, &data);
    server.kill().unwrap();

    let mut acknowledged = BTreeSet::from(["alice".to_owned()]);
    for (round, kill_after) in moments.iter().enumerate() {
        let server = built.serve(&data, &[]).unwrap();
        check(&server.client(), &root, &kept, &acknowledged);
        acknowledged.extend(write_and_kill(server, &root, round, *kill_after));
    }
    let server = built.serve(&data, &[]).unwrap();
    check(&server.client(), &root, &kept, &acknowledged);
    let policies = policies(&server.client(), &root);
    let lost: Vec<_> = acknowledged.iter().filter(|name| is_with_policy(name)).collect();
    let lost: Vec<_> = lost.into_iter().filter(|name| !policies.contains(*name)).collect();
    assert!(lost.is_empty(), "acknowledged policies, and gone: {lost:?}");
    assert!(acknowledged.len() > moments.iter().sum(), "{}", acknowledged.len());
}

/// Whether a user was reported when its policy, too, was acknowledged.
fn is_with_policy(name: &str) -> bool {
    let number = name.rsplit('n').next().and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number % 2 == 1)
}

/// A directory on a small disk of its own, which only root may make.
struct SmallDisk(Scratch);

impl SmallDisk {
    fn new() -> Option<Self> {
        let scratch = Scratch::new("full").unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(scratch.path());
        let mounted = mount.stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(scratch))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that has just been killed may still hold files.
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else() {
    let Some(disk) = SmallDisk::new() else {
        eprintln!("skipped: no file system may be mounted here");
        return;
    };
    let built = Built::find().unwrap();
    let data = disk.0.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let client = server.client();
    let kept = prepare(&client, &root, &data);
    let filler = disk.0.path().join("filler");
    // Until the disk is full: that this fails is what it is for.
    let _ = std::fs::write(&filler, vec![0; 8 << 20]);

    let mut acknowledged = BTreeSet::from(["alice".to_owned()]);
    let refused = (0..10_000).find_map(|number| {
        let name = format!("n{number}");
        let answer = client.call(Some(&root), Service::Iam, "CreateUser", &[("UserName", &name)]);
        let answer = answer.expect("the server answers");
        if answer.is_ok() {
            acknowledged.insert(name);
            return None;
        }
        Some(answer.code().to_owned())
    });
    assert_eq!(refused.as_deref(), Some("ServiceUnavailable"));
    check(&client, &root, &kept, &acknowledged);
    server.kill().unwrap();
    std::fs::remove_file(&filler).unwrap();
    let server = built.serve(&data, &[]).unwrap();
    check(&server.client(), &root, &kept, &acknowledged);
    let more = [("UserName", "more")];
    assert!(iam(&server.client(), &root, "CreateUser", &more).is_some(), "there is room again");
    server.kill().unwrap();
}

pub(crate) fn check(
    client: &Client,
    root: &Credentials,
    kept: &[Credentials],
    acknowledged: &BTreeSet<String>,
) {
    let found = users(client, root);
    let lost: Vec<_> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
    for credentials in kept {
        let answer = client.call(Some(credentials), Service::Sts, "GetCallerIdentity", &[]);
        assert_eq!(answer.unwrap().code(), "OK");
    }
}
