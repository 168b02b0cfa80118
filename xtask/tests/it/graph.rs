//! The crate graph is the one ARCHITECTURE.md lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What a pure crate must not depend on: runtimes, sockets, servers, SQL.
const IMPURE: [&str; 10] = [
    "axum",
    "hyper",
    "hyper-util",
    "mio",
    "rusqlite",
    "rustls",
    "socket2",
    "tokio",
    "tokio-rustls",
    "tracing-subscriber",
];

/// What `cargo metadata` says of the workspace, as far as it is read here. The
/// crate of that name would switch on features of others that nothing which
/// ships has, and so make CI compile half of the workspace twice.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

impl Dependency {
    fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// What a crate uses; what only its tests use is marked.
type Edges = BTreeMap<String, BTreeSet<String>>;

const IN_TESTS: &str = " (in tests)";
const NONE: &str = "(none)";

#[test]
fn crates_use_each_other_as_listed() {
    let listed = listed_edges(&architecture());
    let actual = actual_edges(&members());
    let names = listed.keys().chain(actual.keys()).collect::<BTreeSet<_>>();
    let mut differences = Vec::new();
    for name in names {
        let (Some(listed), Some(actual)) = (listed.get(name), actual.get(name)) else {
            differences.push(format!("{name} is in only one of ARCHITECTURE.md and the workspace"));
            continue;
        };
        let unlisted =
            actual.difference(listed).map(|to| format!("{name} uses {to}, which is not listed"));
        let unused = listed
            .difference(actual)
            .map(|to| format!("{name} does not use {to}, which is listed"));
        differences.extend(unlisted.chain(unused));
    }
    assert!(
        differences.is_empty(),
        "ARCHITECTURE.md and the manifests differ:\n{}",
        differences.join("\n")
    );
}

#[test]
fn pure_crates_have_no_runtime_and_no_sockets() {
    let text = architecture();
    let pure = block_after(&text, "<!-- pure -->").split_whitespace().collect::<BTreeSet<_>>();
    let members = members();
    for name in &pure {
        assert!(members.iter().any(|package| package.name == *name), "no crate `{name}`");
    }
    for package in members.iter().filter(|package| pure.contains(package.name.as_str())) {
        for dependency in
            package.dependencies.iter().filter(|dependency| !dependency.is_for_tests())
        {
            let name = &dependency.name;
            assert!(!IMPURE.contains(&name.as_str()), "{} must not use {name}", package.name);
        }
    }
}

#[test]
fn the_list_is_read_as_written() {
    let text = "words\n<!-- edges -->\n```text\na: (none)\nb:   a  c\nc: a | b\n```\nwords";
    let edges = listed_edges(text);
    assert_eq!(edges.len(), 3);
    assert!(edges["a"].is_empty());
    assert_eq!(edges["b"], BTreeSet::from(["a".to_owned(), "c".to_owned()]));
    assert_eq!(edges["c"], BTreeSet::from(["a".to_owned(), "b (in tests)".to_owned()]));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies below the root")
}

fn architecture() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is readable")
}

/// The text of the first code block after a marker.
fn block_after<'a>(text: &'a str, marker: &str) -> &'a str {
    let after =
        text.split_once(marker).unwrap_or_else(|| panic!("no {marker} in ARCHITECTURE.md")).1;
    let block = after.split_once("```text\n").expect("a code block follows").1;
    block.split_once("```").expect("the code block ends").0
}

fn listed_edges(text: &str) -> Edges {
    let mut edges = Edges::new();
    for line in block_after(text, "<!-- edges -->").lines() {
        let (from, to) = line.split_once(':').expect("a line reads `crate: crates it uses`");
        let (always, in_tests) = to.split_once('|').unwrap_or((to, ""));
        let always = always.split_whitespace().filter(|name| *name != NONE).map(str::to_owned);
        let in_tests = in_tests.split_whitespace().map(|name| format!("{name}{IN_TESTS}"));
        assert!(
            edges.insert(from.to_owned(), always.chain(in_tests).collect()).is_none(),
            "{from} is listed twice"
        );
    }
    edges
}

/// The workspace's own packages, without looking at what they depend on: the
/// manifests say it, and no lock file or network is needed.
fn members() -> Vec<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    metadata.packages
}

/// A crate's tests may reach further than the crate, but not silently either.
fn actual_edges(members: &[Package]) -> Edges {
    let names = members.iter().map(|package| package.name.as_str()).collect::<BTreeSet<_>>();
    let mut edges = Edges::new();
    for package in members {
        let ours = package
            .dependencies
            .iter()
            .filter(|dependency| names.contains(dependency.name.as_str()));
        let (in_tests, always): (Vec<_>, Vec<_>) =
            ours.partition(|dependency| dependency.is_for_tests());
        let mut used =
            always.iter().map(|dependency| dependency.name.clone()).collect::<BTreeSet<_>>();
        for dependency in in_tests {
            if !used.contains(&dependency.name) {
                used.insert(format!("{}{IN_TESTS}", dependency.name));
            }
        }
        edges.insert(package.name.clone(), used);
    }
    edges
}
