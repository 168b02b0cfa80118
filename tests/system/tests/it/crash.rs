//! Every acknowledged write survives a kill, whatever was being written just then.
//!
//! Moments are drawn from a seed that is printed. `STEAD_CRASH_ROUNDS` sets the number of
//! kills, `STEAD_CRASH_SEED` the seed:
//! `STEAD_CRASH_ROUNDS=1000 cargo test -p stead-system-tests --test it kill -- --nocapture`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use stead_system_tests::{Answer, Built, Client, Credentials, Process, Scratch, Service};

use crate::cast::TRUST;
use crate::drawn::{Drawn, now, rounds, say, seed};

/// After how many acknowledged users a server is killed: early, while it still
/// starts, and last when the store has written its log back at least once. A
/// store that answers before it commits is found out by about one kill of ten.
const KILLED_AFTER: [usize; 12] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 400];

/// Kills where nothing else is said.
const CI_KILLS: u64 = 30;

/// Bounds of the drawn moments: acknowledged users, and then about what one commit takes, so
/// that a kill hits every part of one.
const DRAWN_BELOW: (u64, Duration) = (100, Duration::from_millis(3));

/// Kills in one directory. Everything in it is looked at after each of them, which takes the
/// longer the more there is.
pub(crate) const KILLS_PER_DIRECTORY: usize = 24;

/// Writers at once: so that a kill hits writes that wait for one flush together.
const WRITERS: usize = 4;

/// When a server is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// After so many acknowledged users.
    acknowledged: usize,
    /// And then as long.
    pause: Duration,
}

impl Moment {
    /// As soon as so many users were acknowledged.
    pub(crate) const fn after(acknowledged: usize) -> Self {
        Self { acknowledged, pause: Duration::ZERO }
    }

    fn drawn(drawn: &mut Drawn) -> Self {
        let (users, longest) = DRAWN_BELOW;
        let acknowledged = usize::try_from(drawn.below(users)).unwrap();
        Self { acknowledged, pause: drawn.within(longest) }
    }
}

/// Moments at which servers are killed: those of one directory after the other.
fn moments(seed: u64) -> Vec<Vec<Moment>> {
    let mut drawn = Drawn::new(seed);
    let first = KILLED_AFTER.map(Moment::after);
    let further: Vec<_> =
        (first.len()..rounds(CI_KILLS)).map(|_| Moment::drawn(&mut drawn)).collect();
    let further = further.chunks(KILLS_PER_DIRECTORY).map(<[_]>::to_vec);
    std::iter::once(first.to_vec()).chain(further).collect()
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
    moment: Moment,
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
        let mut acknowledged: BTreeSet<_> = receiver.iter().take(moment.acknowledged).collect();
        acknowledged.extend(during(&receiver, moment.pause));
        server.kill().unwrap();
        acknowledged.extend(receiver.iter());
        acknowledged
    })
}

/// What arrives within a time, all of it.
fn during(receiver: &Receiver<String>, pause: Duration) -> Vec<String> {
    let mut arrived = Vec::new();
    let until = now() + pause;
    loop {
        match receiver.recv_timeout(until.saturating_duration_since(now())) {
            Ok(name) => arrived.push(name),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return arrived,
        }
    }
}

pub(crate) const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;

/// The names of the account's managed policies. None of them is there without its version.
fn policies(client: &Client, root: &Credentials) -> BTreeSet<String> {
    let listed = pages(client, root, "ListPolicies", "Arn");
    let mut names = BTreeSet::new();
    for arn in listed.iter().filter(|arn| !arn.starts_with("arn:aws:iam::aws:")) {
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
    let (seed, mut kills, mut writes) = (seed(), 0, 0);
    let mut checks = 0;
    for moments in moments(seed) {
        say(&format!("seed {seed}: killed {kills} times"));
        let checked = kill_amid_writes(&built, &moments);
        writes += checked.writes;
        checks += checked.checks;
        kills += moments.len();
    }
    say(&format!(
        "seed {seed}: killed {kills} times; {writes} acknowledged writes, looked for {checks} \
         times, and none was lost"
    ));
}

/// What was looked for after kills, and found.
struct Checked {
    /// Acknowledged users and policies.
    writes: usize,
    /// The same, each as often as it was looked for.
    checks: usize,
}

/// Kills the servers of one directory, and looks at it after each kill.
fn kill_amid_writes(built: &Built, moments: &[Moment]) -> Checked {
    let scratch = Scratch::new("crash").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let kept = prepare(&server.client(), &root, &data);
    server.kill().unwrap();

    let mut acknowledged = BTreeSet::from(["alice".to_owned()]);
    let mut checks = 0;
    for (round, moment) in moments.iter().enumerate() {
        let server = built.serve(&data, &[]).unwrap();
        check(&server.client(), &root, &kept, &acknowledged);
        checks += acknowledged.len();
        acknowledged.extend(write_and_kill(server, &root, round, *moment));
    }
    let server = built.serve(&data, &[]).unwrap();
    check(&server.client(), &root, &kept, &acknowledged);
    let policies = policies(&server.client(), &root);
    let with_policy: Vec<_> = acknowledged.iter().filter(|name| is_with_policy(name)).collect();
    let writes = acknowledged.len() + with_policy.len();
    let lost: Vec<_> = with_policy.into_iter().filter(|name| !policies.contains(*name)).collect();
    assert!(lost.is_empty(), "acknowledged policies, and gone: {lost:?}");
    let expected: usize = moments.iter().map(|moment| moment.acknowledged).sum();
    assert!(acknowledged.len() > expected, "{} of {expected}", acknowledged.len());
    let verified = built.command().args(["log", "verify", "--data"]).arg(&data).status();
    assert!(verified.unwrap().success(), "the audit log holds");
    Checked { writes, checks: checks + writes }
}

/// Whether a user was reported when its policy, too, was acknowledged.
fn is_with_policy(name: &str) -> bool {
    let number = name.rsplit('n').next().and_then(|number| number.parse::<u32>().ok());
    number.is_some_and(|number| number % 2 == 1)
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
