//! The policy language: documents, patterns and decisions, each compared with the
//! literal evaluation of `stead-literal`.

use serde_json::{Value, json};
use stead_literal::generate::{self, Bytes, Case, Documents};
use stead_literal::literal::pattern::{Special, matches_with, parts};
use stead_literal::literal::{Given, Keys, Kind, Question, resource};
use stead_literal::{agree, shrink};
use stead_policy::{
    Caller, CompiledPolicy, Context, DocumentKind, Layers, NoTrace, PolicyRef, PolicySource,
    PolicyText, PolicyType, Request, evaluate, parse,
};
use stead_types::{AccountId, Arn};

pub(crate) const KINDS: [(DocumentKind, Kind); 7] = [
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
pub(crate) fn case(text: &str, kind: Kind) -> Case {
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
/// an action, a resource, a string and an ARN. Texts like the pattern are tried besides,
/// since bytes rarely meet by chance.
pub fn pattern(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let [pattern, given, value] = [(); 3].map(|()| lines.next().unwrap_or_default());
    let filled =
        |run: &str, one: &str| pattern.replace('*', run).replace('?', one).replace("${v}", value);
    let texts = [given.to_owned(), filled("", "x"), filled("xé", "é"), filled(given, "")];
    for (version, variables) in [("2012-10-17", true), ("2008-10-17", false)] {
        let wildcards = |wildcards| parts(pattern, Special { wildcards, variables });
        let (like, equals) = (wildcards(true), wildcards(false));
        let statement =
            |action: &str, resource: &str| json!({"Action": action, "Resource": resource});
        let condition = |operator: &str| {
            let mut statement = statement("*", "*");
            statement["Condition"] = json!({operator: {"given": pattern}});
            allow(version, statement)
        };
        let action = allow(version, statement(pattern, "*"));
        let resource = allow(version, statement("*", pattern));
        let string_like = condition("StringLike");
        let string_equals = condition("StringEquals");
        let arn_not_equals = condition("ArnNotEquals");
        for text in &texts {
            let keys = Keys(vec![
                ("v".to_owned(), Given::One(value.to_owned())),
                ("given".to_owned(), Given::One(text.clone())),
            ]);
            let in_resource = resource::resource_matches(pattern, text, variables, &keys);
            let not_in_arn = !resource::arn_matches(pattern, text, variables, &keys);
            for (what, policy, expected) in [
                ("action", &action, resource::action_matches(pattern, text)),
                ("resource", &resource, in_resource),
                ("StringLike", &string_like, matches_with(&like, &keys, text)),
                ("StringEquals", &string_equals, matches_with(&equals, &keys, text)),
                ("ArnNotEquals", &arn_not_equals, not_in_arn),
            ] {
                let found = allows(policy, text, &agree::context(&keys));
                assert_eq!(found, expected, "{what}, {version}: {pattern:?} {text:?} {value:?}");
            }
        }
    }
}

/// A policy of one statement that allows.
fn allow(version: &str, mut statement: Value) -> CompiledPolicy {
    statement["Effect"] = "Allow".into();
    let document = json!({"Version": version, "Statement": statement}).to_string();
    CompiledPolicy::compile_stored(&document, DocumentKind::Identity).0
}

/// Whether it lets a request pass whose action and resource are this text.
fn allows(policy: &CompiledPolicy, text: &str, context: &Context) -> bool {
    let caller = alice();
    let source = PolicySource::SessionInline;
    let identity = [PolicyRef { source: &source, policy }];
    let request = Request {
        action: text,
        resource: text,
        resource_account: Some(account()),
        caller: &caller,
        context,
    };
    // The keys of KMS have a policy that has to allow as well: only the identity policy
    // is looked at.
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let outcome = evaluate(&request, &layers, &mut NoTrace);
    !outcome.blockers.iter().any(|blocker| blocker.policy_type == PolicyType::Identity)
}

/// Documents of every kind and requests, made of the bytes: both evaluations, lists and
/// sets, traced and untraced.
pub fn decision(data: &[u8]) {
    assert_agreement(&generate::of_choices(&mut Bytes::new(data), 3));
}
