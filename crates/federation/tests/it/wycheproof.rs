//! Public vectors of project Wycheproof, reduced to facts. `tests/README.md` says how all
//! of them are run.

use serde_json::{Value, json};
use stead_federation::oidc::{Algorithms, KeySet, verified_payload};

const TABLE: &str = include_str!("../wycheproof/vectors.json");

/// What is said of a vector whose key is a secret.
const SECRET: &str = "keys that are secrets are never used";

fn table() -> Value {
    serde_json::from_str(TABLE).unwrap()
}

/// Runs the vectors of a list; how many were accepted, and how many refused.
fn run(list: &str) -> (usize, usize) {
    let table = table();
    let (mut accepted, mut refused) = (0, 0);
    for vector in table[list].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let key = &table["keys"][text("key")];
        let keys = KeySet::parse(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
        let verdict = verified_payload(text("token"), &keys, Algorithms::EXTENDED);
        let ours = if verdict.is_ok() { "accepted" } else { "refused" };
        assert_eq!(ours, text("ours"), "{vector}: {verdict:?}");
        // Stricter is possible, with a reason; laxer is not.
        let is_stricter = text("published") == "valid" && verdict.is_err();
        assert_eq!(is_stricter, vector.get("why").is_some(), "{vector}");
        assert!(verdict.is_err() || text("published") == "valid", "{vector}");
        if key["kty"] == "oct" {
            assert!(verdict.is_err(), "{vector}");
        }
        accepted += usize::from(verdict.is_ok());
        refused += usize::from(verdict.is_err());
    }
    (accepted, refused)
}

#[test]
fn signatures_are_judged_as_published_or_stricter_for_a_reason() {
    assert_eq!(run("signatures"), (4, 72));
}

#[test]
fn keys_that_are_weak_or_for_something_else_verify_nothing() {
    assert_eq!(run("key_sets"), (1, 3));
}

#[test]
fn every_reason_for_being_stricter_is_one_of_four() {
    let table = table();
    let vectors = table["signatures"].as_array().unwrap();
    let mut reasons: Vec<_> = vectors.iter().filter_map(|vector| vector["why"].as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    assert_eq!(
        reasons,
        [
            "characters outside of the alphabet are not passed over",
            SECRET,
            "the key names ES521, which is no algorithm",
            "the key names PS256, and a key is used for the algorithm it names alone",
        ]
    );
}
