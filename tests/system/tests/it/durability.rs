//! No write is answered before it is on the disk, as the system calls of the server show.
//!
//! A kill leaves what the kernel has taken and not written, so it does not show whether
//! the disk was waited for. `strace` does: for each answer, the write of the record, then
//! a sync of that file that began after it and was over before the answer was written.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use stead_system_tests::{Built, Client, Credentials, Process, Scratch, Service};

use crate::requirements::skip;

const CLIENTS: usize = 8;

/// Where the store appends.
const LOG: &str = "/stead.db-wal>";

/// Bytes of a write that are shown. A record lies in one page of 4,096.
const SHOWN: &str = "8192";

#[test]
fn every_commit_is_on_the_disk_before_it_is_answered() {
    if !can_trace() {
        return;
    }
    let per_client = 125;
    let trace = trace(per_client, &[]);
    let late = answered_too_early(&trace, per_client);
    assert!(late.is_empty(), "answered before they were on the disk: {late:?}");
}

/// What makes this test worth something: with a `fdatasync` that does nothing it fails.
#[test]
fn a_store_that_does_not_wait_for_the_disk_is_found_out() {
    if !can_trace() {
        return;
    }
    let scratch = Scratch::new("no-sync").unwrap();
    let source = scratch.path().join("no_sync.c");
    let library = scratch.path().join("no_sync.so");
    std::fs::write(&source, "int fsync(int f) { return 0; }\nint fdatasync(int f) { return 0; }\n")
        .unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    // The store itself is C, so whoever has built it has a compiler.
    assert!(compile.status().unwrap().success());
    let preload = format!("LD_PRELOAD={}", library.display());
    let per_client = 5;
    let late = answered_too_early(&trace(per_client, &["-E", &preload]), per_client);
    assert_eq!(late.len(), CLIENTS * per_client);
}

/// Whether processes can be traced here. Containers may forbid it, and not every machine
/// has the program; CI installs it.
fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=fsync", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let can = traced.is_ok_and(|status| status.success());
    if !can {
        skip("strace is not there, or may not trace (apt-get install strace)");
    }
    can
}

fn name(client: usize, number: usize) -> String {
    // With an end, so that no name is the beginning of another.
    format!("u{client}n{number}end")
}

/// Has users created by clients at once; gives the system calls of the server.
fn trace(per_client: usize, options: &[&str]) -> String {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("durability").unwrap();
    let (data, out) = (scratch.path().join("data"), scratch.path().join("trace"));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-s", SHOWN, "-e", "signal=none", "-o"]).arg(&out);
    strace.args(["-e", "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"]);
    let traced = Traced::start(&built, strace, options, &data);
    let (client, root) = (traced.client(), Credentials::of_directory(&data).unwrap());
    std::thread::scope(|scope| {
        for writer in 0..CLIENTS {
            let (client, root) = (client.clone(), &root);
            scope.spawn(move || {
                for number in 0..per_client {
                    let parameters = [("UserName", name(writer, number))];
                    let parameters =
                        parameters.each_ref().map(|(key, value)| (*key, value.as_str()));
                    let answer = client.call(Some(root), Service::Iam, "CreateUser", &parameters);
                    assert_eq!(answer.unwrap().code(), "OK");
                }
            });
        }
    });
    traced.end();
    read(&out)
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

/// A server under `strace`. Killing the tracer would leave the server behind.
struct Traced {
    tracer: Option<Process>,
    server: String,
}

impl Traced {
    fn start(built: &Built, mut strace: Command, options: &[&str], data: &Path) -> Self {
        strace.args(options);
        let tracer = built.serve_under(strace, data, data, &[]).unwrap();
        let id = tracer.id();
        let children = read(Path::new(&format!("/proc/{id}/task/{id}/children")));
        let server = children.split_whitespace().next().expect("the tracer runs the server");
        Self { server: server.to_owned(), tracer: Some(tracer) }
    }

    fn client(&self) -> Client {
        self.tracer.as_ref().expect("it has not ended").client()
    }

    fn end(mut self) {
        let told = Command::new("kill").arg(&self.server).status();
        assert!(told.unwrap().success());
        self.tracer.take().expect("it has not ended").ended().unwrap();
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        if self.tracer.is_some() {
            let _ = Command::new("kill").args(["-KILL", &self.server]).status();
        }
    }
}

/// The users whose creation was answered before it was on the disk.
fn answered_too_early(trace: &str, per_client: usize) -> Vec<String> {
    let seen = Calls::of(trace);
    let all = (0..CLIENTS).flat_map(|client| (0..per_client).map(move |it| name(client, it)));
    let is_early = |name: &String| {
        let holds = |call: &&Call| call.text.contains(name.as_str());
        let written = seen.writes.iter().find(holds).expect("a user is written to the log");
        let answer = seen.answers.iter().find(holds).expect("a user is told of");
        !seen.is_synced_between(written, answer)
    };
    all.filter(is_early).collect()
}

/// A call, and the lines of the trace on which it began and was over.
struct Call {
    text: String,
    begun: usize,
    ended: usize,
}

#[derive(Default)]
struct Calls {
    /// To the log.
    writes: Vec<Call>,
    /// Of the log, those that succeeded.
    syncs: Vec<Call>,
    /// Good answers to clients.
    answers: Vec<Call>,
}

impl Calls {
    fn of(trace: &str) -> Self {
        let (mut calls, mut unfinished) = (Self::default(), HashMap::new());
        for (line, text) in trace.lines().enumerate() {
            let Some((thread, text)) = text.split_once(' ') else { continue };
            let text = text.trim_start();
            if let Some(beginning) = text.strip_suffix(" <unfinished ...>") {
                unfinished.insert(thread, (line, beginning));
            } else if let Some((_, end)) =
                text.split_once(" resumed>").filter(|_| text.starts_with("<... "))
            {
                let Some((begun, beginning)) = unfinished.remove(thread) else { continue };
                calls.note(Call { text: format!("{beginning}{end}"), begun, ended: line });
            } else {
                calls.note(Call { text: text.to_owned(), begun: line, ended: line });
            }
        }
        calls
    }

    /// Whether a sync began after the write and was over before the answer.
    fn is_synced_between(&self, written: &Call, answered: &Call) -> bool {
        let covers = |sync: &Call| sync.begun > written.ended && sync.ended < answered.begun;
        self.syncs.iter().any(covers)
    }

    fn note(&mut self, call: Call) {
        let Some((name, arguments)) = call.text.split_once('(') else { return };
        let of_log =
            arguments.split_once('>').is_some_and(|(file, _)| format!("{file}>").ends_with(LOG));
        let succeeded = call.text.trim_end().ends_with("= 0");
        match name {
            "fsync" | "fdatasync" if of_log && succeeded => self.syncs.push(call),
            "pwrite64" if of_log => self.writes.push(call),
            "write" | "writev" | "sendto" | "sendmsg" if arguments.contains("HTTP/1.1 200") => {
                self.answers.push(call);
            }
            _ => {}
        }
    }
}

#[test]
fn a_sync_counts_from_its_beginning_and_an_answer_from_its_own() {
    let write = r#"7 pwrite64(9</d/stead.db-wal>, "u0n0end", 4096, 0) = 4096"#;
    let sync = "7 fdatasync(9</d/stead.db-wal>) = 0";
    let begun = "7 fdatasync(9</d/stead.db-wal> <unfinished ...>";
    let over = "7 <... fdatasync resumed>) = 0";
    let failed = "7 fdatasync(9</d/stead.db-wal>) = -1 EIO";
    let other = "7 fdatasync(8</d/stead.db>) = 0";
    let answer = r#"8 writev(5<socket:[1]>, [{iov_base="HTTP/1.1 200 OK u0n0end"}], 1) = 9"#;
    for (lines, is_early) in [
        (vec![write, sync, answer], false),
        (vec![write, begun, over, answer], false),
        (vec![write, answer, sync], true),
        (vec![sync, write, answer], true),
        (vec![begun, write, over, answer], true),
        (vec![write, begun, answer, over], true),
        (vec![write, failed, answer], true),
        (vec![write, other, answer], true),
        (vec![write, answer], true),
    ] {
        let calls = Calls::of(&lines.join("\n"));
        let (written, answered) = (&calls.writes[0], &calls.answers[0]);
        let synced = calls.is_synced_between(written, answered);
        assert_eq!(!synced, is_early, "{lines:?}");
    }
}
