//! Every acknowledged write survives a kill, whatever was being written just then.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use stead_system_tests::{Answer, Built, Client, Credentials, Process, Scratch, Service};

use crate::cast::TRUST;

/// After how many acknowledged users a server is killed: early, while it still
/// starts, and last when the store has written its log back at least once. A
/// store that answers before it commits is found out by about one kill of ten.
const KILLED_AFTER: [usize; 12] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 400];

/// Writers at once: so that a kill hits writes that wait for one flush together.
const WRITERS: usize = 4;

pub(crate) fn iam(
    client: &Client,
    caller: &Credentials,
    action: &str,
    parameters: &[(&str, &str)],
) -> Option<Answer> {
    let answer = client.call(Some(caller), Service::Iam, action, parameters);
    answer.ok().filter(Answer::is_ok)
}

/// Creates users until the server is gone, and reports each that was acknowledged.
fn write(client: &Client, root: &Credentials, prefix: &str, acknowledged: &Sender<String>) {
    for number in 0.. {
        let name = format!("{prefix}n{number}");
        if iam(client, root, "CreateUser", &[("UserName", &name)]).is_none() {
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

pub(crate) fn users(client: &Client, root: &Credentials) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marker = None::<String>;
    loop {
        let mut parameters = vec![("MaxItems", "1000")];
        parameters.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = iam(client, root, "ListUsers", &parameters).expect("users are listed");
        found.extend(page.all("UserName").map(str::to_owned));
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
    let allow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"#;
    let policy = [("UserName", "alice"), ("PolicyName", "assume"), ("PolicyDocument", allow)];
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
    let scratch = Scratch::new("crash").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let kept = prepare(&server.client(), &root, &data);
    server.kill().unwrap();

    let mut acknowledged = BTreeSet::from(["alice".to_owned()]);
    for (round, kill_after) in KILLED_AFTER.into_iter().enumerate() {
        let server = built.serve(&data, &[]).unwrap();
        check(&server.client(), &root, &kept, &acknowledged);
        acknowledged.extend(write_and_kill(server, &root, round, kill_after));
    }
    let server = built.serve(&data, &[]).unwrap();
    check(&server.client(), &root, &kept, &acknowledged);
    assert!(acknowledged.len() > KILLED_AFTER.iter().sum(), "{}", acknowledged.len());
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
