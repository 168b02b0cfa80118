//! Runs whole files of project Wycheproof: `json_web_signature_test.json` and
//! `json_web_key_test.json` of its folder `testvectors_v1`.
//!
//! ```text
//! cargo run --package stead-federation --example wycheproof -- FILE...
//! ```
//!
//! Prints each vector that is judged otherwise than published, then the counts. Fails where
//! one that is published as invalid is accepted, unless it is marked as ambiguous.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;

use serde_json::{Value, json};
use stead_federation::oidc::{Algorithms, KeySet, PayloadError, verified_payload};

/// What became of the vectors of a file.
#[derive(Debug, Default)]
struct Counts {
    agreed: usize,
    /// Published as valid and refused: each is printed with the reason.
    stricter: usize,
    /// Marked as ambiguous, published as invalid, and accepted.
    ambiguous: usize,
    /// Published as invalid and accepted.
    laxer: usize,
    /// Nothing that is a signature in compact form with a key.
    other: usize,
}

fn main() -> ExitCode {
    let mut laxer = 0;
    let mut files = 0;
    for path in std::env::args_os().skip(1) {
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) => return complain(&format!("{}: {error}", path.display())),
        };
        let Ok(file) = serde_json::from_slice::<Value>(&text) else {
            return complain(&format!("{}: is not JSON", path.display()));
        };
        let counts = run(&file);
        println!("{}: {counts:?}", path.display());
        laxer += counts.laxer;
        files += 1;
    }
    match (files, laxer) {
        (0, _) => complain("usage: wycheproof FILE..."),
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn complain(problem: &str) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::from(2)
}

fn run(file: &Value) -> Counts {
    let mut counts = Counts::default();
    for group in list(file, "testGroups") {
        // A set of secrets has no public half.
        let keys = group.get("public").or_else(|| group.get("private")).map(set);
        for test in list(group, "tests") {
            let token = test.get("jws").and_then(Value::as_str);
            match (token, &keys) {
                (Some(token), Some(keys)) => counts.take(group, test, verdict(token, keys)),
                _ => counts.other += 1,
            }
        }
    }
    counts
}

impl Counts {
    fn take(&mut self, group: &Value, test: &Value, verdict: Result<(), String>) {
        let published_valid = test.get("result").and_then(Value::as_str) == Some("valid");
        let ambiguous = list(test, "flags").any(|flag| flag == "Ambiguous");
        let (kind, count) = match (published_valid, &verdict) {
            (true, Ok(())) | (false, Err(_)) => {
                self.agreed += 1;
                return;
            }
            (true, Err(_)) => ("stricter", &mut self.stricter),
            (false, Ok(())) if ambiguous => ("ambiguous", &mut self.ambiguous),
            (false, Ok(())) => ("LAXER", &mut self.laxer),
        };
        *count += 1;
        let member =
            |of: &Value, name: &str| of.get(name).map(Value::to_string).unwrap_or_default();
        let (number, comment, of) =
            (member(test, "tcId"), member(test, "comment"), member(group, "comment"));
        let why = verdict.err().unwrap_or_default();
        println!("{kind}: {number} {comment} of {of}: {why}");
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A key, or a set of them, as a set.
fn set(key: &Value) -> Value {
    if key.get("keys").is_some() { key.clone() } else { json!({ "keys": [key] }) }
}

fn verdict(token: &str, keys: &Value) -> Result<(), String> {
    let keys = KeySet::parse(keys.to_string().as_bytes()).map_err(|fault| fault.to_string())?;
    verified_payload(token, &keys, Algorithms::EXTENDED)
        .map(|_| ())
        .map_err(|error: PayloadError| error.to_string())
}
