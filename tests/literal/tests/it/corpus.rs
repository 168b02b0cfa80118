//! The cases of `crates/policy`, asked of the literal evaluation: what both evaluations
//! could have misread alike, the cases' sources say.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stead_literal::generate::{self, Case, Documents};
use stead_literal::literal::{Document, Given, Keys, Kind, condition};
use stead_literal::{agree, shrink};

#[test]
fn conditions_hold_as_documented() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for path in files(&root().join("conditions")) {
        let file: Value = serde_json::from_str(&read(&path)).expect("a file of cases");
        for case in file["cases"].as_array().expect("cases") {
            cases += 1;
            let holds = holds(case);
            if Some(holds) != case["holds"].as_bool() {
                failures.push(format!("{}: {}: {holds}", path.display(), case["name"]));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases > 100, "{cases} cases were found");
}

fn holds(case: &Value) -> bool {
    let mut document = serde_json::json!({"Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": case["if"],
    }});
    match case.get("version") {
        None => document["Version"] = "2012-10-17".into(),
        Some(Value::Null) => {}
        Some(version) => document["Version"] = version.clone(),
    }
    let document = Document::read(&document.to_string(), Kind::Identity);
    let keys = keys(&case["given"]);
    let elements = document.statements[0].elements.as_ref();
    elements.is_some_and(|elements| {
        condition::all_hold(&elements.conditions, document.variables, &keys)
    })
}

/// The keys of a case: an array makes a key with several values.
pub(crate) fn keys(given: &Value) -> Keys {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let given_of = |value: &Value| match value {
        Value::Array(values) => Given::Several(values.iter().map(text).collect()),
        value => Given::One(text(value)),
    };
    let keys = given.as_object().expect("keys").iter();
    Keys(keys.map(|(key, value)| (key.clone(), given_of(value))).collect())
}

#[test]
fn sound_and_malformed_documents_mean_the_same_to_both() {
    let mut documents = 0;
    for fate in ["malformed", "sound"] {
        for folder in files(&root().join(fate)) {
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            for path in files(&folder) {
                let file = read(&path);
                let (_, body) = file.split_once("\n\n").expect("a head");
                let (text, _) = body.split_once("\n---\n").expect("an answer");
                compare(kind(&name), text, &path);
                documents += 1;
            }
        }
    }
    assert!(documents > 400, "{documents} documents were found");
}

fn compare(kind: Kind, text: &str, path: &Path) {
    let questions = (0..5).map(|seed| generate::of_seed(seed).questions.remove(0)).collect();
    let case = Case { documents: Documents::with(kind, text), questions };
    if agree::check(&case).is_err() {
        panic!("{}: the evaluations disagree: {:#?}", path.display(), shrink::smallest(&case));
    }
}

fn kind(folder: &str) -> Kind {
    match folder {
        "identity" | "managed" => Kind::Identity,
        "boundary" => Kind::Boundary,
        "session" => Kind::Session,
        "trust" | "written-trust" => Kind::Trust,
        "resource" => Kind::Resource,
        "service-control" => Kind::ServiceControl,
        "resource-control" => Kind::ResourceControl,
        other => panic!("no kind of document is called {other}"),
    }
}

/// Where the cases lie.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/policy/tests/corpus")
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of text")
}
