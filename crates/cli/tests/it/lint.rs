//! `stead lint`: what is printed, and how it ends.

use serde_json::Value;

use crate::process::{Scratch, ending};

const POLICY: &str = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\n    \"Effect\": \"Allow\",\n    \"Action\": [\"s3:GetObjcet\", \"s3:putobject\"],\n    \"Resource\": \"*\"\n  }\n}\n";

fn scratch(name: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::write(scratch.path().join("policy.json"), text).unwrap();
    scratch
}

#[test]
fn findings_are_shown_with_their_line() {
    let scratch = scratch("lint-human", POLICY);
    let (code, out, err) = ending(scratch.path(), &["lint", "policy.json"]);
    let wanted = "\
warning[action/unknown]: `s3` has no action `GetObjcet`
 --> policy.json:5:16
  |
5 |     \"Action\": [\"s3:GetObjcet\", \"s3:putobject\"],
  |                ^^^^^^^^^^^^^^
  help: `s3:GetObject` is meant?

note[action/spelling]: `s3:putobject` is documented as `s3:PutObject`
 --> policy.json:5:32
  |
5 |     \"Action\": [\"s3:GetObjcet\", \"s3:putobject\"],
  |                                ^^^^^^^^^^^^^^
  help: --fix does this

policy.json: taken for identity
0 errors, 1 warning, 1 note
";
    assert_eq!((code, out.as_str(), err.as_str()), (3, wanted, ""));
}

#[test]
fn one_json_object_says_the_same() {
    let scratch = scratch("lint-json", POLICY);
    let (code, out, _) =
        ending(scratch.path(), &["lint", "--json", "--kind", "scp", "policy.json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let file = &report["files"][0];
    assert_eq!((code, &file["kind"], &file["kindGuessed"]), (3, &"scp".into(), &false.into()));
    let finding = &file["findings"][0];
    assert_eq!(finding["code"], "action/unknown");
    assert_eq!(finding["start"], serde_json::json!({ "line": 5, "column": 16, "offset": 84 }));
    assert_eq!((&report["warnings"], &report["errors"]), (&1.into(), &0.into()));
}

#[test]
fn sarif_has_the_shape_that_readers_expect() {
    let scratch = scratch("lint-sarif", POLICY);
    let (_, out, _) = ending(scratch.path(), &["lint", "--sarif", "policy.json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (2, 2));
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "policy.json");
        assert!(place["region"]["startLine"].as_u64().unwrap() > 0);
        assert!(place["region"]["endColumn"].as_u64() > place["region"]["startColumn"].as_u64());
    }
    let fix = &results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(fix["insertedContent"]["text"], "\"s3:PutObject\"");
}

#[test]
fn a_fix_changes_the_file_and_leaves_the_rest() {
    let scratch = scratch("lint-fix", POLICY);
    let (code, out, _) = ending(scratch.path(), &["lint", "--fix", "policy.json"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("policy.json: taken for identity, changed\n0 errors, 1 warning, 0 notes"));
    let text = std::fs::read_to_string(scratch.path().join("policy.json")).unwrap();
    assert_eq!(text, POLICY.replace("s3:putobject", "s3:PutObject"));
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn endings_are_told_apart() {
    let sound = POLICY.replace("\"s3:GetObjcet\", ", "");
    let scratch = scratch("lint-endings", &sound);
    for (arguments, wanted) in [
        (&["lint", "policy.json"][..], 0),
        (&["lint", "absent.json"][..], 1),
        (&["lint", "absent.json", "policy.json"][..], 1),
        (&["lint"][..], 2),
        (&["lint", "--account", "7", "policy.json"][..], 2),
        (&["lint", "--fix", "-"][..], 2),
        (&["lint", "--kind", "trust", "policy.json"][..], 3),
        (&["lint", "--explain", "trust/any-tenant"][..], 0),
        (&["lint", "--explain", "no/such"][..], 2),
    ] {
        let (code, out, err) = ending(scratch.path(), arguments);
        assert_eq!(code, wanted, "{arguments:?}\n{out}\n{err}");
    }
    std::fs::write(scratch.path().join("long.json"), " ".repeat(600_000)).unwrap();
    let (code, _, err) = ending(scratch.path(), &["lint", "long.json"]);
    assert_eq!(code, 1);
    assert!(err.contains("longer than"), "{err}");
}
