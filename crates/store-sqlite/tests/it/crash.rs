//! A process is killed while it commits: what it had answered is there.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use stead_store::{Aggregate, Change, Commit, Loaded, Revision, Store as _};
use stead_store_sqlite::{OpenError, SqliteStore};
use stead_types::AccountId;

use crate::place::{Place, drive};

/// Names the directory in the process that will be killed.
const DIRECTORY: &str = "STEAD_STORE_CRASH_DIRECTORY";
/// How many accounts are written at once, so that batches form.
const ACCOUNTS: usize = 8;
/// How many answers are waited for before the kill.
const ANSWERS: [usize; 4] = [1, 40, 200, 1_000];

#[test]
fn every_answered_commit_survives_a_kill() {
    let place = Place::new();
    let mut reached = [0; ACCOUNTS];
    for answers in ANSWERS {
        for (account, revision) in answered_until_killed(&place, answers) {
            reached[account] = revision;
        }
        let store = SqliteStore::open(place.path()).unwrap();
        for (account, revision) in (0..).zip(reached) {
            check(drive(store.load(&aggregate(account))).unwrap(), revision);
        }
        drive(store.close());
    }
}

/// What the killed process had said it committed, in that order.
fn answered_until_killed(place: &Place, answers: usize) -> Vec<(usize, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::writes_until_killed", "--nocapture"])
        .env(DIRECTORY, place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = String::new();
    for _ in 0..answers {
        while output.read_line(&mut lines).unwrap() > 0 && !last_is_answer(&lines) {}
    }
    let error = SqliteStore::open(place.path()).unwrap_err();
    let holder = Some(child.id());
    assert!(matches!(error, OpenError::InUse { process, .. } if process == holder), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    // Also what it said between the last line read and its death.
    output.read_to_string(&mut lines).unwrap();
    lines.split_inclusive('\n').filter_map(answer).collect()
}

fn last_is_answer(lines: &str) -> bool {
    lines.split_inclusive('\n').next_back().and_then(answer).is_some()
}

/// Reads `answered ACCOUNT REVISION`, whole lines only.
fn answer(line: &str) -> Option<(usize, u64)> {
    // The test runner may have begun the first line.
    let (_, numbers) = line.strip_suffix('\n')?.split_once("answered ")?;
    let (account, revision) = numbers.split_once(' ')?;
    Some((account.parse().ok()?, revision.parse().ok()?))
}

/// Every commit up to the answered one is there whole, and no gap behind it.
fn check(loaded: Option<Loaded>, answered: u64) {
    let Some(loaded) = loaded else {
        assert_eq!(answered, 0);
        return;
    };
    let revision = loaded.revision.number();
    assert!(revision >= answered, "answered {answered}, found {revision}");
    let pairs = loaded
        .records
        .iter()
        .map(|record| (record.key.to_string(), record.value.body.parse::<u64>().unwrap()));
    let expected = (1..=revision).map(|number| (format!("r/{number:08}"), number));
    let expected = std::iter::once(("latest".to_owned(), revision)).chain(expected);
    assert!(pairs.eq(expected), "expected one record per revision up to {revision}");
}

fn aggregate(account: u64) -> Aggregate {
    Aggregate::Account(AccountId::from_number(account).unwrap())
}

/// Not a test by itself: the process that is killed runs it.
#[test]
fn writes_until_killed() {
    #[expect(clippy::disallowed_methods, reason = "a test tells its own child where to write")]
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let store = SqliteStore::open(&PathBuf::from(directory)).unwrap();
    drive(async {
        let mut revisions = [0; ACCOUNTS];
        for (account, revision) in (0..).zip(&mut revisions) {
            let loaded = store.load(&aggregate(account)).await.unwrap();
            *revision = loaded.map_or(0, |loaded| loaded.revision.number());
        }
        loop {
            let round: Vec<_> = (0..)
                .zip(revisions)
                .map(|(account, revision)| store.commit(next(account, revision)))
                .collect();
            for ((account, revision), commit) in (0_u64..).zip(&mut revisions).zip(round) {
                *revision = commit.await.unwrap().number();
                // One write per line, past the test runner's capture.
                let line = format!("answered {account} {revision}\n");
                std::io::stdout().write_all(line.as_bytes()).unwrap();
            }
        }
    });
}

fn next(account: u64, revision: u64) -> Commit {
    let body = (revision + 1).to_string();
    let changes = vec![
        Change::put(format!("r/{:08}", revision + 1).parse().unwrap(), 1, body.as_str()),
        Change::put("latest".parse().unwrap(), 1, body.as_str()),
    ];
    Commit::new(aggregate(account), Revision::from_number(revision), changes, vec![]).unwrap()
}
