//! Denials that people have met, each with its known cause: `tests/corpus/denials`.
//!
//! The evaluation sees the accounts and the attempt; what is expected stands apart and is
//! taken out of the document before it is asked about.

use std::path::PathBuf;

use serde_json::{Value, json};
use stead_analysis::{Case, Explanation, Fix, Verdict, explain, replay};

/// A case with what is known of it.
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) case: Case,
    expected: Value,
}

pub(crate) fn corpus() -> Vec<Known> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/denials");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| known(&path)).collect()
}

fn known(path: &std::path::Path) -> Known {
    let mut document: Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let members = document.as_object_mut().unwrap();
    let expected = members.remove("expected").unwrap();
    members.retain(|name, _| ["account", "otherAccounts", "attempt"].contains(&name.as_str()));
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    Known { name, case: Case::parse(&document.to_string()).unwrap(), expected }
}

/// Whether the place has everything that is known of it.
fn place_is_right(explanation: &Explanation, expected: &Value) -> bool {
    let found = serde_json::to_value(&explanation.place).unwrap();
    ["statementIndex", "conditionOperator", "conditionKey", "claim", "parameter"]
        .iter()
        .all(|name| expected["where"].get(name).is_none_or(|value| found.get(name) == Some(value)))
}

/// Applies the fix as whoever reads the output would, and asks again.
fn fix_helps(case: &Case, fix: &Fix) -> bool {
    let patched = case.patched(&fix.patch).unwrap();
    replay(&patched.world().unwrap(), &patched.attempt().unwrap()).is_allowed()
}

/// What AWS said is compared with what is found and never what is found: without it the
/// answer is the same.
#[test]
fn no_cause_is_taken_from_the_message() {
    for Known { name, case, .. } in corpus() {
        let mut document = case.document().clone();
        document["attempt"].as_object_mut().unwrap().remove("error");
        let silent = explain(&Case::parse(&document.to_string()).unwrap()).unwrap();
        let explanation = explain(&case).unwrap();
        assert_eq!(silent.verdict, Verdict::Denied, "{name}");
        assert_eq!(
            (silent.cause, &silent.place),
            (explanation.cause, &explanation.place),
            "{name}"
        );
    }
}

#[derive(Default)]
struct Counts {
    causes: usize,
    places: usize,
    fixes: usize,
    also: usize,
    layers: usize,
}

#[test]
fn the_cause_of_every_known_denial_is_found_and_can_be_removed() {
    let corpus = corpus();
    let mut counts = Counts::default();
    println!("{:<44} {:<38} cause where fix also layer", "case", "expected");
    for Known { name, case, expected } in &corpus {
        let explanation = explain(case).unwrap();
        assert_ne!(explanation.verdict, Verdict::Allowed, "{name}");
        let cause = explanation.cause.map(|cause| cause.code()).unwrap_or_default();
        let also: Vec<String> = explanation.also.iter().map(|cause| cause.code()).collect();
        let known_also = expected["also"].as_array().unwrap();
        let right = [
            json!(cause) == expected["cause"],
            place_is_right(&explanation, expected),
            explanation.fixes.first().is_some_and(|fix| fix_helps(case, fix)),
            known_also.iter().all(|one| also.contains(&one.as_str().unwrap().to_owned())),
            serde_json::to_value(explanation.layer).unwrap() == expected["layer"],
        ];
        let totals = [
            &mut counts.causes,
            &mut counts.places,
            &mut counts.fixes,
            &mut counts.also,
            &mut counts.layers,
        ];
        for (total, right) in totals.into_iter().zip(right) {
            *total += usize::from(right);
        }
        let marks = right.map(|right| if right { "yes" } else { "NO" });
        let wanted = expected["cause"].as_str().unwrap();
        let found = if right[0] { String::new() } else { format!(" found {cause} {also:?}") };
        println!(
            "{name:<44} {wanted:<38} {:<5} {:<5} {:<3} {:<4} {:<5}{found}",
            marks[0], marks[1], marks[2], marks[3], marks[4]
        );
        if !right[1] {
            println!("    expected {} found {}", expected["where"], json!(explanation.place));
        }
    }
    let Counts { causes, places, fixes, also, layers } = counts;
    let all = corpus.len();
    println!(
        "of {all}: causes {causes}, places {places}, verified fixes {fixes}, further causes {also}, layers {layers}"
    );
    assert_eq!((causes, places, fixes), (all, all, all));
}
