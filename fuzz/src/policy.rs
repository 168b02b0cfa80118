//! The policy language: documents, patterns and decisions, each compared with the
//! literal evaluation of `stead-literal`.

use serde_json::{Value, json};
use stead_literal::generate::{self, Bytes, Case, Documents};
use stead_literal::literal::pattern::{Special, matches_with, parts};
use stead_literal::literal::{Decision, Given, Keys, Kind, Question, resource};
use stead_literal::{agree, shrink};
use stead_policy::{Caller, CompiledPolicy, DocumentKind, PolicyText, parse};
use stead_types::{AccountId, Arn};

const KINDS: [(DocumentKind, Kind); 7] = [
    (DocumentKind::Identity, Kind::Identity),
    (DocumentKind::Boundary, Kind::Boundary),
    (DocumentKind::Session, Kind::Session),
    (DocumentKind::Trust, Kind::Trust),
    (DocumentKind::Resource, Kind::Resource),
    (DocumentKind::ServiceControl, Kind::ServiceControl),
    (DocumentKind::ResourceControl, Kind::ResourceControl),
];

/// A policy document of every kind.
///
/// Its problems lie in its text; what has none is printed and read again; and whatever
/// it is, it decides as the literal evaluation says.
pub fn policy_document(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = PolicyText::from(text.to_owned()).counted_characters();
    let is_json = serde_json::from_str::<Value>(text).is_ok();
    for (kind, literal_kind) in KINDS {
        let parsed = parse(text, kind);
        for diagnostic in &parsed.diagnostics {
            let _ = diagnostic.wire_message();
            let span = diagnostic.span;
            assert!(text.get(span.start..span.end).is_some(), "{diagnostic:?} lies outside");
        }
        assert!(parsed.policy.is_some() || parsed.refusal().is_some(), "refused without a reason");
        if let Some(policy) = &parsed.policy {
            assert!(is_json, "a policy that is not JSON");
            let printed = policy.to_json();
            let again = parse(&printed, kind).policy.expect("what is printed can be read");
            assert_eq!(again.to_json(), printed, "what is printed is read otherwise");
            assert_eq!(again.statements().len(), policy.statements().len());
            let _ = CompiledPolicy::compile(policy, kind);
            assert_agreement(&case(&printed, literal_kind));
        }
        assert_agreement(&case(text, literal_kind));
    }
}

/// A document in its layer, and a few questions.
fn case(text: &str, kind: Kind) -> Case {
    let documents = Documents::with(kind, text);
    let keys = Keys(vec![
        ("aws:username".to_owned(), Given::One("Alice".to_owned())),
        ("aws:TagKeys".to_owned(), Given::Several(vec!["team".to_owned(), "cost".to_owned()])),
        ("aws:SourceIp".to_owned(), Given::One("203.0.113.7".to_owned())),
        ("aws:CurrentTime".to_owned(), Given::One("2026-03-01T12:00:00Z".to_owned())),
        ("s3:max-keys".to_owned(), Given::One("10".to_owned())),
        ("aws:SecureTransport".to_owned(), Given::One("true".to_owned())),
        ("aws:PrincipalArn".to_owned(), Given::One("arn:aws:iam::111122223333:user/Alice".into())),
    ]);
    let question = |action: &str, resource: &str, keys: &Keys| Question {
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: None,
        caller: alice(),
        keys: keys.clone(),
    };
    let role = "arn:aws:iam::111122223333:role/path/Name";
    let questions = vec![
        question("sts:AssumeRole", role, &keys),
        question("s3:GetObject", "arn:aws:s3:::reports/Alice", &Keys::default()),
    ];
    Case { documents, questions }
}

fn alice() -> Caller {
    Caller::User {
        account: account(),
        arn: Arn::iam(account(), "user/Alice"),
        id: "AIDAIOSFODNN7EXAMPLE1".parse().expect("an example id"),
    }
}

fn account() -> AccountId {
    AccountId::from_number(111_122_223_333).expect("twelve digits")
}

fn assert_agreement(case: &Case) {
    if agree::check(case).is_err() {
        let smallest = shrink::smallest(case);
        panic!("the evaluations disagree: {smallest:#?}");
    }
}

/// A pattern, a text, and the value of a variable, separated by line feeds: matched as
/// an action, a resource, a string and an ARN.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let [pattern, given, value] = [(); 3].map(|()| lines.next().unwrap_or_default());
    let keys = Keys(vec![
        ("v".to_owned(), Given::One(value.to_owned())),
        ("given".to_owned(), Given::One(given.to_owned())),
    ]);
    for (version, variables) in [("2012-10-17", true), ("2008-10-17", false)] {
        let like = parts(pattern, Special { wildcards: true, variables });
        let equals = parts(pattern, Special { wildcards: false, variables });
        let arn = resource::arn_matches(pattern, given, variables, &keys);
        let string = |operator: &str| {
            let condition = json!({operator: {"given": pattern}});
            allows(
                version,
                &json!({"Action": "*", "Resource": "*", "Condition": condition}),
                given,
                &keys,
            )
        };
        for (what, found, expected) in [
            (
                "action",
                allows(version, &json!({"Action": pattern, "Resource": "*"}), given, &keys),
                resource::action_matches(pattern, given),
            ),
            (
                "resource",
                allows(version, &json!({"Action": "*", "Resource": pattern}), given, &keys),
                resource::resource_matches(pattern, given, variables, &keys),
            ),
            ("StringLike", string("StringLike"), matches_with(&like, &keys, given)),
            ("StringEquals", string("StringEquals"), matches_with(&equals, &keys, given)),
            ("ArnLike", string("ArnLike"), arn),
            ("ArnNotEquals", string("ArnNotEquals"), !arn),
        ] {
            assert_eq!(found, expected, "{what} of {version}: {pattern:?} on {given:?}, {value:?}");
        }
    }
}

/// Whether a statement that allows lets a request pass whose action and resource are
/// this text.
fn allows(version: &str, elements: &Value, text: &str, keys: &Keys) -> bool {
    let mut statement = elements.clone();
    statement["Effect"] = "Allow".into();
    let document = json!({"Version": version, "Statement": statement}).to_string();
    let documents = Documents { identity: vec![document], ..Documents::default() };
    let question = Question {
        action: text.to_owned(),
        resource: text.to_owned(),
        resource_account: Some(account().to_string()),
        caller: alice(),
        keys: keys.clone(),
    };
    agree::compiled(&documents, &question).decision == Decision::Allow
}

/// Documents of every kind and requests, made of the bytes: both evaluations, lists and
/// sets, traced and untraced.
pub fn decision(data: &[u8]) {
    assert_agreement(&generate::of_choices(&mut Bytes::new(data), 3));
}
