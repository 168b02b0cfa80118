//! A backup of a server that is used, restored elsewhere, serves the same accounts.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use stead_system_tests::{Built, Credentials, Process, Scratch, Service};

use crate::crash::{iam, prepare, users};

fn run(built: &Built, arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = built.command();
    command.args(arguments).args(paths);
    command.output().unwrap()
}

fn succeed(built: &Built, arguments: &[&str], paths: &[&Path]) -> String {
    let output = run(built, arguments, paths);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(built: &Built, arguments: &[&str], paths: &[&Path]) -> String {
    let output = run(built, arguments, paths);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

fn outcome(server: &Process, credentials: &Credentials) -> String {
    let client = server.client();
    let answer = client.call(Some(credentials), Service::Sts, "GetCallerIdentity", &[]);
    answer.unwrap().code().to_owned()
}

#[test]
fn a_restored_backup_serves_the_accounts_of_its_moment_and_older_sessions() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("backup").unwrap();
    let [data, backup, restored] =
        ["data", "backup", "restored"].map(|name| scratch.path().join(name));
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let [key, session] = prepare(&server.client(), &root, &data);
    let arguments = ["backup", "--json", "--data"];
    let told = succeed(&built, &arguments, &[&data, &backup]);
    let manifest: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(manifest["manifest"]["accounts"], 1);
    assert_eq!(manifest["manifest"]["root_key_included"], false);
    assert!(refused(&built, &arguments, &[&data, &backup]).contains("is there already"));
    let client = server.client();
    iam(&client, &root, "CreateUser", &[("UserName", "later")]).unwrap();

    // The database holds wrapped secrets only, and the key is not beside it.
    let secrets = [&root, &key, &session].map(|it| it.secret_access_key.expose().as_bytes());
    for file in std::fs::read_dir(&backup).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let held = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!held, "a secret in the clear in {}", file.display());
        }
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    succeed(&built, &["restore", "--data"], &[&restored, &backup]);
    let again = refused(&built, &["restore", "--data"], &[&restored, &backup]);
    assert!(again.contains("is not empty"), "{again}");
    let without = built.serve(&restored, &[]).unwrap_err().to_string();
    assert!(without.contains("there is no root key"), "{without}");
    std::fs::copy(data.join("root.key"), restored.join("root.key")).unwrap();
    // Both serve at once, each its own directory.
    let second = built.serve(&restored, &[]).unwrap();
    for credentials in [&root, &key, &session] {
        assert_eq!(outcome(&second, credentials), "OK");
    }
    let found = users(&second.client(), &root);
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["alice"], "it is of its moment");
}

#[test]
fn a_backup_leaves_the_log_to_be_copied_which_shows_what_is_done_to_it() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("backup-log").unwrap();
    let [data, backup, restored] =
        ["data", "backup", "restored"].map(|name| scratch.path().join(name));
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    prepare(&server.client(), &root, &data);
    succeed(&built, &["backup", "--with-root-key", "--data"], &[&data, &backup]);
    assert!(!backup.join("audit").exists());
    succeed(&built, &["restore", "--data"], &[&restored, &backup]);
    let second = built.serve(&restored, &[]).unwrap();
    assert_eq!(outcome(&second, &root), "OK");
    let read = |data: &Path| -> serde_json::Value {
        let told = succeed(&built, &["log", "verify", "--json", "--data"], &[data]);
        serde_json::from_str(&told).unwrap()
    };
    // The restored server begins one of its own.
    let own = read(&restored);
    assert_eq!((&own["holds"], &own["first"]), (&true.into(), &1.into()), "{own}");
    // A copy of the other one is read with the same root key, and what is done to it shows.
    let copied = scratch.path().join("copied");
    std::fs::create_dir_all(copied.join("audit")).unwrap();
    // A kill at once would leave lines behind the head, which may be cut unseen.
    let covered = || {
        let head = std::fs::read_to_string(data.join("audit/head.json")).unwrap();
        let head: serde_json::Value = serde_json::from_str(&head).unwrap();
        head["sequence"].as_u64().unwrap()
    };
    while covered() < 4 {
        std::thread::yield_now();
    }
    server.kill().unwrap();
    let files = || std::fs::read_dir(data.join("audit")).unwrap().map(|it| it.unwrap().path());
    for file in files() {
        std::fs::copy(&file, copied.join("audit").join(file.file_name().unwrap())).unwrap();
    }
    std::fs::copy(data.join("root.key"), copied.join("root.key")).unwrap();
    assert_eq!(read(&copied)["holds"], true);
    let lines = files().find(|path| path.extension().is_some_and(|it| it == "jsonl")).unwrap();
    let text = std::fs::read_to_string(&lines).unwrap();
    let number = text.lines().count();
    let without = |removed: usize| {
        let kept = text.lines().enumerate().filter(|(at, _)| *at != removed);
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let changes = [
        ("missing", without(number / 2)),
        ("changed", text.replacen("CreateUser", "DeleteUser", 1)),
        ("truncated", text.lines().take(2).map(|line| format!("{line}\n")).collect()),
    ];
    let copy = copied.join("audit").join(lines.file_name().unwrap());
    for (code, changed) in changes {
        std::fs::write(&copy, changed).unwrap();
        let output = run(&built, &["log", "verify", "--json", "--data"], &[&copied]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("\"code\":\"{code}\"")), "{code}: {said}");
    }
}

#[test]
fn a_backup_with_its_root_key_needs_nothing_else_and_a_changed_one_is_refused() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("backup-whole").unwrap();
    let [data, backup, restored] =
        ["data", "backup", "restored"].map(|name| scratch.path().join(name));
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    server.kill().unwrap();
    // On a directory that nobody serves.
    succeed(&built, &["backup", "--with-root-key", "--data"], &[&data, &backup]);
    succeed(&built, &["restore", "--data"], &[&restored, &backup]);
    let server = built.serve(&restored, &[]).unwrap();
    assert_eq!(outcome(&server, &root), "OK");

    let database = backup.join("stead.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    let elsewhere = scratch.path().join("elsewhere");
    let said = refused(&built, &["restore", "--data"], &[&elsewhere, &backup]);
    assert!(said.contains("is not what the manifest says"), "{said}");
    assert!(!elsewhere.exists());
}
