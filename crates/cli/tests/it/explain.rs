//! `stead explain`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::process::{Scratch, ending};

/// A case of the corpus as a file of its own.
fn scratch(name: &str, case: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/denials");
    std::fs::copy(corpus.join(case), scratch.path().join("case.json")).unwrap();
    scratch
}

fn explain(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["explain", "--case", "case.json"], arguments].concat())
}

#[test]
fn a_denial_is_shown_with_its_place_both_values_and_the_fix() {
    let scratch = scratch("explain", "github-username-case.json");
    let (code, stdout, stderr) = explain(&scratch, &[]);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    for expected in [
        "denied: trust-condition-case-mismatch, in the trust policy of the role\n",
        "--> case.json:29:11\n",
        "\"token.actions.githubusercontent.com:sub\": \"repo:exampleuser/*\"\n",
        "  expected  repo:exampleuser/*\n  actual    repo:ExampleUser/site:ref:refs/heads/main\n",
        "  StringEquals on token.actions.githubusercontent.com:aud holds\n",
        "LETS IN OTHERS TOO\n",
    ] {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
    let carets = stdout.lines().find(|line| line.contains("^^^")).unwrap();
    let marked = "\"token.actions.githubusercontent.com:sub\": \"repo:exampleuser/*\"".len();
    assert_eq!(carets.matches('^').count(), marked, "{stdout}");
}

#[test]
fn programs_get_one_object_and_a_patch_that_is_the_first_fix() {
    let scratch = scratch("explain-json", "tagging-not-needed.json");
    let (code, stdout, _) = explain(&scratch, &["--json"]);
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, 3);
    assert_eq!(answer["version"], 1);
    assert_eq!(answer["verdict"], "denied");
    assert_eq!(answer["cause"], "trust-missing-tag-session");
    assert_eq!(answer["also"], json!(["identity-no-allow"]));
    assert_eq!(answer["layer"], "trust");
    assert_eq!(answer["where"]["statementIndex"], 0);
    let first = &answer["fixes"][0];
    assert_eq!(first["patch"], json!([{"op": "remove", "path": "/attempt/parameters/Tags"}]));
    assert_eq!((&first["widens"], &first["verified"]), (&json!(false), &json!(true)));
    let (_, patch, _) = explain(&scratch, &["--patch"]);
    assert_eq!(serde_json::from_str::<Value>(&patch).unwrap(), first["patch"]);
}

#[test]
fn what_is_no_case_is_refused_with_its_place() {
    let scratch = Scratch::new("explain-wrong");
    let file = scratch.path().join("case.json");
    for (text, expected) in [
        ("{", "not JSON, line 1 column 1"),
        ("{}", "expected an object with a member `account` at `/`"),
        (
            r#"{"account": {"AccountId": "12", "Authorization": {}}}"#,
            "expected an account number of 12 digits at `/account/AccountId`",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let (code, _, stderr) = explain(&scratch, &[]);
        assert_eq!(code, 1, "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(stderr.contains(" --> case.json:1:"), "{stderr}");
        assert!(stderr.ends_with("  help: docs/explain.md says what a case has\n"), "{stderr}");
    }
    std::fs::write(&file, "{\"account\": {},\n \"é\": ?}").unwrap();
    let (_, _, stderr) = explain(&scratch, &[]);
    assert!(stderr.contains(" --> case.json:2:7\n  |\n2 |  \"é\": ?}\n  |       ^\n"), "{stderr}");
}
