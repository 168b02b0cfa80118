//! A disk that is full or broken under the audit log alone: what is refused, what goes on,
//! what is told, and that the log is whole once the disk is well again, or says what is not
//! in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use stead_system_tests::{Built, Client, Credentials, Message, Process, Scratch, Service};

use crate::disk::{BrokenDisk, SmallDisk};
use crate::requirements::skip;

/// The folder of the log, from the directory that holds the data.
const LOG: &str = "data/audit";

const FAILS: &str = "events cannot be written to the audit log";
const WORKS_AGAIN: &str = "events are written to the audit log again";

/// Who calls a server, and keeps the ids of all answers.
struct Caller {
    built: Built,
    server: Process,
    client: Client,
    root: Credentials,
    data: PathBuf,
    /// Of calls that were answered by what they asked for, or by an error of their own.
    answered: BTreeSet<String>,
    /// Of calls that the server did not take.
    refused: BTreeSet<String>,
}

impl Caller {
    fn new(built: Built, server: Process, data: PathBuf) -> Self {
        let (client, root) = (server.client(), Credentials::of_directory(&data).unwrap());
        let (answered, refused) = (BTreeSet::new(), BTreeSet::new());
        Self { built, server, client, root, data, answered, refused }
    }

    /// Calls, and gives the code.
    fn call(&mut self, service: Service, action: &str, parameters: &[(&str, &str)]) -> String {
        let answer = self.client.call(Some(&self.root), service, action, parameters);
        let answer = answer.expect("the server answers");
        let id = answer.text("RequestId").expect(&answer.body).to_owned();
        match answer.code() {
            "ServiceUnavailable" => self.refused.insert(id),
            _ => self.answered.insert(id),
        };
        answer.code().to_owned()
    }

    /// What reads, issues, and writes.
    fn each(&mut self, user: &str) -> [String; 3] {
        [
            self.call(Service::Iam, "ListUsers", &[]),
            self.call(Service::Sts, "GetSessionToken", &[]),
            self.call(Service::Iam, "CreateUser", &[("UserName", user)]),
        ]
    }

    /// Calls with long parameters until one is refused, or there were twice as many as the
    /// queue of 16 MiB has room for.
    fn fill_queue(&mut self) {
        let document = " ".repeat(90_000);
        let parameters = [("PolicyName", "long"), ("PolicyDocument", document.as_str())];
        for _ in 0..400 {
            if self.call(Service::Iam, "CreatePolicy", &parameters) == "ServiceUnavailable" {
                return;
            }
        }
    }

    fn status(&self, target: &str) -> u16 {
        let request = Message {
            method: "GET".to_owned(),
            target: target.to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: vec![("host".to_owned(), self.client.authority().as_bytes().to_vec())],
            body: Vec::new(),
        };
        self.client.send(&request).unwrap().status
    }

    /// Waits until that has been told, and `/readyz` says so.
    fn until_told(&self, text: &str, ready: u16) {
        for _ in 0..3000 {
            if self.server.log().contains(text) && self.status("/readyz") == ready {
                return;
            }
            #[expect(clippy::disallowed_methods, reason = "the server tries every 200 ms")]
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{text}, and {ready}: {}", self.server.log());
    }

    fn stop(self) -> Kept {
        assert!(self.server.terminate().unwrap().success());
        Kept { built: self.built, data: self.data }
    }
}

/// What is left of a log whose server has ended.
struct Kept {
    built: Built,
    data: PathBuf,
}

impl Kept {
    fn log(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = self.built.command();
        command.arg("log").args(arguments).arg("--json").arg("--data").arg(&self.data);
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    /// The log holds; gives the codes of its notes, and how many events they say are lost.
    fn verify(&self) -> (Vec<String>, usize) {
        let (holds, report) = self.log(&["verify"]);
        let report: Value = serde_json::from_str(&report).unwrap();
        assert!(holds && report["findings"] == Value::Array(Vec::new()), "{report}");
        let notes = report["notes"].as_array().unwrap();
        let text = |note: &Value, name: &str| note[name].as_str().unwrap().to_owned();
        let lost = notes.iter().filter(|note| note["code"] == "gap").map(|note| {
            // line 7: 3 events could not be written
            text(note, "message").split(' ').nth(2).unwrap().parse::<usize>().unwrap()
        });
        (notes.iter().map(|note| text(note, "code")).collect(), lost.sum())
    }

    /// The ids of the calls in it.
    fn recorded(&self) -> BTreeSet<String> {
        let (ended_well, events) = self.log(&["query"]);
        assert!(ended_well);
        let id = |line: &str| {
            let event: Value = serde_json::from_str(line).unwrap();
            event["requestID"].as_str().unwrap().to_owned()
        };
        events.lines().map(id).collect()
    }
}

/// A server whose log is on a small disk of its own, in files of a mebibyte.
fn on_a_small_disk(name: &str, required: &str) -> Option<(SmallDisk, Caller)> {
    let Some(disk) = SmallDisk::below(name, 64, LOG) else {
        skip("no file system may be mounted here");
        return None;
    };
    let built = Built::find().unwrap();
    let settings = [("STEAD_AUDIT_REQUIRED", required), ("STEAD_AUDIT_FILE_MEBIBYTES", "1")];
    let server = disk.serve(&built, &settings);
    let caller = Caller::new(built, server, disk.path("data"));
    Some((disk, caller))
}

#[test]
fn a_full_disk_under_a_log_that_is_required_ends_all_calls_once_the_queue_is_full() {
    let Some((disk, mut caller)) = on_a_small_disk("log-full", "true") else { return };
    disk.fill();
    assert_eq!(caller.each("before"), ["OK"; 3], "the queue has room, and the store its own disk");
    caller.until_told(FAILS, 503);
    assert_eq!(caller.each("told"), ["OK"; 3], "the queue has room still");
    caller.fill_queue();
    assert_eq!(caller.each("refused"), ["ServiceUnavailable"; 3]);
    assert_eq!(caller.status("/healthz"), 200, "it is no reason to start it anew");
    disk.free();
    caller.until_told(WORKS_AGAIN, 200);
    let user =
        |caller: &mut Caller, name| caller.call(Service::Iam, "GetUser", &[("UserName", name)]);
    assert_eq!(user(&mut caller, "told"), "OK");
    assert_eq!(user(&mut caller, "refused"), "NoSuchEntity", "nothing was done for it");
    assert_eq!(caller.each("after"), ["OK"; 3]);
    let (answered, refused) = (caller.answered.clone(), caller.refused.clone());
    let kept = caller.stop();
    assert_eq!(kept.verify(), (Vec::new(), 0));
    let recorded = kept.recorded();
    assert!(recorded == answered, "{:?}", answered.symmetric_difference(&recorded));
    assert!(refused.len() >= 3);
}

#[test]
fn a_full_disk_under_a_log_that_is_not_required_ends_no_call_and_the_log_says_what_is_missing() {
    let Some((disk, mut caller)) = on_a_small_disk("log-full-optional", "false") else { return };
    disk.fill();
    caller.fill_queue();
    assert_eq!(caller.each("amid"), ["OK"; 3]);
    caller.until_told(FAILS, 200);
    disk.free();
    caller.until_told(WORKS_AGAIN, 200);
    assert_eq!(caller.each("after"), ["OK"; 3]);
    let (answered, refused) = (caller.answered.clone(), caller.refused.clone());
    let kept = caller.stop();
    let (notes, lost) = kept.verify();
    assert!(!notes.is_empty() && notes.iter().all(|code| code == "gap"), "{notes:?}");
    let recorded = kept.recorded();
    assert!(recorded.is_subset(&answered), "{:?}", recorded.difference(&answered));
    assert_eq!(recorded.len() + lost, answered.len(), "each is in it or counted");
    assert_eq!(refused, BTreeSet::new());
}

/// A server whose log cannot be written, or flushed, from here on; `None` where no process
/// may be traced.
fn on_a_broken_disk(scratch: &Scratch, calls: &str) -> Option<(BrokenDisk, Caller)> {
    let (built, data) = (Built::find().unwrap(), scratch.path().join("data"));
    let server = built.serve(&data, &[]).unwrap();
    let file = scratch.path().join(LOG).join("events-00000000000000000001.jsonl");
    let Some(broken) = BrokenDisk::of(&server, calls, &file) else {
        skip("strace is not there, or may not trace");
        return None;
    };
    let mut caller = Caller::new(built, server, data);
    assert_eq!(caller.each("before"), ["OK"; 3], "the queue has room, and the store is well");
    caller.until_told(FAILS, 503);
    assert_eq!(caller.each("told"), ["OK"; 3]);
    Some((broken, caller))
}

const WAYS: [(&str, &str); 2] = [("write", "pwrite64"), ("sync", "fsync,fdatasync")];

#[test]
fn a_disk_that_fails_under_the_log_is_told_and_nothing_is_lost_once_it_is_well() {
    for (name, calls) in WAYS {
        let scratch = Scratch::new(&format!("log-failing-{name}")).unwrap();
        let Some((broken, mut caller)) = on_a_broken_disk(&scratch, calls) else { return };
        broken.mend();
        caller.until_told(WORKS_AGAIN, 200);
        assert_eq!(caller.each("after"), ["OK"; 3]);
        let answered = caller.answered.clone();
        let kept = caller.stop();
        assert_eq!(kept.verify(), (Vec::new(), 0), "{name}");
        assert!(kept.recorded() == answered, "{name}");
    }
}

/// What was not written then is lost, as docs/audit.md says, and nothing else.
#[test]
fn a_log_whose_server_is_killed_on_a_failing_disk_is_whole_and_says_so() {
    for (name, calls) in WAYS {
        let scratch = Scratch::new(&format!("log-killed-{name}")).unwrap();
        let Some((broken, caller)) = on_a_broken_disk(&scratch, calls) else { return };
        let Caller { built, server, data, answered, .. } = caller;
        server.kill().unwrap();
        broken.ended();
        let mut next = started_again(&built, &data);
        assert_eq!(next.each("after"), ["OK"; 3]);
        let after = next.answered.clone();
        let kept = next.stop();
        assert_eq!(kept.verify(), (vec!["killed".to_owned()], 0), "{name}");
        let recorded = kept.recorded();
        assert!(recorded.is_superset(&after), "{name}");
        assert!(recorded.is_subset(&answered.union(&after).cloned().collect()), "{name}");
    }
}

fn started_again(built: &Built, data: &Path) -> Caller {
    let server = built.serve(data, &[]).unwrap();
    Caller::new(built.clone(), server, data.to_owned())
}
