//! `cargo xtask clients`: the clients of AWS that the built server is driven with,
//! and docs/clients.md, which says what they were seen to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::build::{self, Profile};

/// What can be given on the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The clients to run; without any, those are listed that CI does not run, and the
    /// document is written anew
    names: Vec<String>,
}

/// What is known of the clients beforehand: tests/sdk/clients.json.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The suites that CI does not run, and what they need.
    by_name: BTreeMap<String, String>,
    clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    id: String,
    name: String,
    endpoint: String,
    /// Where the driver reads the version, unless the client tells it.
    #[expect(dead_code, reason = "read by tests/sdk/facts.py")]
    version: Option<String>,
}

/// What runs have shown of a client: tests/sdk/results.json.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    version: String,
    suites: BTreeMap<String, BTreeSet<String>>,
}

/// By the client's id.
type Results = BTreeMap<String, Shown>;

/// The table's columns between endpoint and denial: a word of the results, and the heading.
const COLUMNS: [(&str, &str); 5] = [
    ("GetCallerIdentity", "who am I"),
    ("AssumeRole", "role"),
    ("AssumeRoleWithWebIdentity", "web identity"),
    ("IAM", "IAM"),
    ("S3", "S3"),
];
const DENIAL: [(&str, &str); 2] = [("denial: code", "code"), ("denial: message", "message")];

const DOCUMENT: &str = "docs/clients.md";

const INTRODUCTION: &str = "\
# Clients

<!-- Written by `cargo xtask clients` and `cargo xtask test` from tests/sdk/clients.json and \
tests/sdk/results.json. -->

What clients of AWS were seen to do with Stead, by their own means and without a change to \
them. The columns say what each of them did:

- *who am I*: asked GetCallerIdentity
- *role*: got credentials by AssumeRole with a user's key, which then worked, and was refused another role
- *web identity*: the same by AssumeRoleWithWebIdentity, with an ID token
- *IAM*: called IAM
- *S3*: signed calls of S3 with the credentials it had got (what stands in for S3 checks nothing)
- *of a denial*: what it told of AWS's answer when it was refused

An empty field means that the client has no such call, or that none was tried.

";

const EXPLANATION: &str = "
`cargo xtask test --only sdk -- SUITE` runs one of the suites that CI runs. The others need more \
than CI should install; `cargo xtask clients SUITE` installs it:

";

/// Runs the named clients, or lists those that only run so; writes docs/clients.md.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let known: Known = read(&root.join("tests/sdk/clients.json"))?;
    if arguments.names.is_empty() {
        list(&known);
        return document(root);
    }
    let stead = build::binary(root, Profile::Ci, "stead")?;
    let status = driver(root, &stead, &arguments.names).status().context("this needs python3")?;
    document(root)?;
    ensure!(status.success(), "a client failed");
    Ok(())
}

/// The command that drives a built server with clients.
pub(crate) fn driver(root: &Path, stead: &Path, names: &[String]) -> Command {
    let mut driver = Command::new("python3");
    driver.arg(root.join("tests/sdk/run")).arg("--stead").arg(stead);
    driver.args(names).current_dir(root);
    driver
}

/// Writes docs/clients.md.
pub(crate) fn document(root: &Path) -> Result<()> {
    let path = root.join(DOCUMENT);
    fs::write(&path, rendered(root)?).with_context(|| path.display().to_string())
}

#[expect(clippy::print_stdout, reason = "the list is this task's result")]
fn list(known: &Known) {
    println!("run by name only, with what they need:");
    for (name, needs) in &known.by_name {
        println!("  {name:10} {needs}");
    }
}

fn rendered(root: &Path) -> Result<String> {
    let known: Known = read(&root.join("tests/sdk/clients.json"))?;
    let results: Results = read(&root.join("tests/sdk/results.json"))?;
    let mut text = INTRODUCTION.to_owned();
    let headings = COLUMNS.map(|(_, heading)| heading).join(" | ");
    writeln!(
        text,
        "| client | version | its endpoint is given | {headings} | of a denial | suite |"
    )?;
    writeln!(text, "{}", "|---".repeat(COLUMNS.len() + 5) + "|")?;
    for client in &known.clients {
        writeln!(text, "{}", row(&known, client, results.get(&client.id)))?;
    }
    text += EXPLANATION;
    text += "| suite | what it needs |\n|---|---|\n";
    for (name, needs) in &known.by_name {
        writeln!(text, "| `{name}` | {needs} |")?;
    }
    Ok(text)
}

fn row(known: &Known, client: &Client, shown: Option<&Shown>) -> String {
    let Client { name, endpoint, .. } = client;
    let Some(Shown { version, suites }) = shown else {
        // The columns, the denial and the suite.
        let empty = " |".repeat(COLUMNS.len() + 2);
        return format!("| {name} | not run yet | {endpoint} |{empty}");
    };
    let has = |word: &str| suites.values().any(|words| words.contains(word));
    let did = COLUMNS.map(|(word, _)| if has(word) { "yes" } else { "" }).join(" | ");
    let told = DENIAL.iter().filter(|(word, _)| has(word)).map(|(_, name)| *name);
    let told = told.collect::<Vec<_>>().join(", ");
    let told = if told.is_empty() { "nothing" } else { &told };
    let run = suites.keys().map(|suite| match known.by_name.contains_key(suite) {
        true => format!("`{suite}` (by name)"),
        false => format!("`{suite}`"),
    });
    let run = run.collect::<Vec<_>>().join(", ");
    format!("| {name} | {version} | {endpoint} | {did} | {told} | {run} |")
}

fn read<T: DeserializeOwned>(path: &PathBuf) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{COLUMNS, DENIAL, DOCUMENT, Known, Results, read, rendered};

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies below the root")
    }

    #[test]
    fn the_table_is_what_the_facts_say() {
        let document = std::fs::read_to_string(root().join(DOCUMENT)).expect("it is there");
        let rendered = rendered(root()).expect("the facts are readable");
        assert_eq!(document, rendered, "write {DOCUMENT} by `cargo xtask clients`");
    }

    #[test]
    fn results_are_of_known_clients_and_in_known_words() {
        let known: Known = read(&root().join("tests/sdk/clients.json")).expect("readable");
        let results: Results = read(&root().join("tests/sdk/results.json")).expect("readable");
        let words = COLUMNS.iter().chain(&DENIAL).map(|(word, _)| *word).collect::<Vec<_>>();
        for (id, shown) in &results {
            assert!(known.clients.iter().any(|client| client.id == *id), "no client `{id}`");
            for word in shown.suites.values().flatten() {
                assert!(words.contains(&word.as_str()), "{id}: no column for `{word}`");
            }
        }
    }
}
