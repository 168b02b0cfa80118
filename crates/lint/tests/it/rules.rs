//! Every rule has a document that shows it and one that nearly does.

use std::collections::BTreeSet;

use stead_lint::{Example, Options, Severity, fixed, lint, rules};
use stead_policy::{
    Caller, CompiledPolicy, Context, Decision, DocumentKind, Layers, NoTrace, PolicyRef,
    PolicySource, Request, evaluate,
};

/// The codes that are found in an example.
fn codes(example: &Example) -> BTreeSet<&'static str> {
    // A moment behind which some conditions on the time lie.
    let options =
        Options { now: Some("2026-11-23T00:00:00Z".parse().unwrap()), ..Options::default() };
    let findings = lint(&example.document(), example.kind, &options);
    findings.iter().map(|finding| finding.rule.code).collect()
}

#[test]
fn every_rule_is_shown_by_its_example_and_not_by_the_near_miss() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let (shown, clean) = (codes(&rule.shown), codes(&rule.clean));
        if !shown.contains(rule.code) || clean.contains(rule.code) {
            wrong.push(format!("{}: shown {shown:?}, clean {clean:?}", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn codes_are_distinct_and_in_order() {
    let codes: Vec<_> = rules().iter().map(|rule| rule.code).collect();
    assert!(codes.is_sorted_by(|left, right| left < right), "{codes:?}");
    assert!(codes.iter().all(|code| code.split_once('/').is_some()));
}

#[test]
fn fixes_leave_the_meaning_and_the_finding_is_gone() {
    for rule in rules().iter().filter(|rule| rule.fixable) {
        let (text, kind) = (rule.shown.document(), rule.shown.kind);
        let findings = lint(&text, kind, &Options::default());
        assert!(
            findings.iter().any(|it| it.rule.code == rule.code && !it.fix.is_empty()),
            "{}",
            rule.code
        );
        let better = fixed(&text, &findings);
        let left = lint(&better, kind, &Options::default());
        assert!(left.iter().all(|it| it.rule.code != rule.code), "{}: {better}", rule.code);
        assert!(left.iter().all(|it| it.severity != Severity::Error), "{}: {better}", rule.code);
    }
}

/// What a document answers to one request.
fn decision(text: &str, action: &str, resource: &str) -> Decision {
    let (policy, _) = CompiledPolicy::compile_stored(text, DocumentKind::Identity);
    let account = "111122223333".parse().unwrap();
    let caller = Caller::User {
        account,
        arn: "arn:aws:iam::111122223333:user/x".parse().unwrap(),
        id: "AIDAIOSFODNN7EXAMPLE1".parse().unwrap(),
    };
    let identity = [PolicyRef { source: &PolicySource::SessionInline, policy: &policy }];
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let context = Context::empty();
    let request =
        Request { action, resource, resource_account: None, caller: &caller, context: &context };
    evaluate(&request, &layers, &mut NoTrace).decision
}

#[test]
fn a_fixed_document_answers_as_before() {
    let actions = ["s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "s3:ListAllMyBuckets"];
    let resources = ["*", "arn:aws:s3:::reports", "arn:aws:s3:::reports/a", "arn:aws:s3:::b/c/d"];
    let lists = [
        r#""Action": ["s3:Get*", "s3:getobject", "S3:GETOBJECTACL", "s3:PutObject"], "Resource": "*""#,
        r#""Action": "s3:*", "Resource": ["arn:aws:s3:::reports/*", "arn:aws:s3:::reports*", "arn:aws:s3:::*/a"]"#,
        r#""Action": ["*", "s3:GetObject"], "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/*", "*"]"#,
        r#""NotAction": ["s3:Get*", "s3:GetObject"], "Resource": "*""#,
        r#""Action": "s3:Put*", "NotResource": ["arn:aws:s3:::b/*", "arn:aws:s3:::b/c/d"]"#,
    ];
    let mut changed = 0;
    for (first, second) in lists.iter().flat_map(|it| lists.iter().map(move |other| (it, other))) {
        for (effect, version) in [("Allow", ""), ("Deny", r#""Version": "2012-10-17", "#)] {
            let text = format!(
                r#"{{{version}"Statement": [{{"Effect": "Allow", {first}}}, {{"Effect": "{effect}", {second}}}]}}"#
            );
            let mut better = text.clone();
            for _ in 0..16 {
                let found = lint(&better, DocumentKind::Identity, &Options::default());
                better = fixed(&better, &found);
            }
            changed += usize::from(better != text);
            let left = lint(&better, DocumentKind::Identity, &Options::default());
            assert!(left.iter().all(|it| it.fix.is_empty()), "{text}\n{better}");
            for (action, resource) in
                actions.iter().flat_map(|it| resources.iter().map(move |other| (it, other)))
            {
                let (before, after) =
                    (decision(&text, action, resource), decision(&better, action, resource));
                assert_eq!(before, after, "{action} {resource}\n{text}\n{better}");
            }
        }
    }
    assert_eq!(changed, 2 * lists.len() * lists.len());
}

#[test]
fn a_hostile_document_costs_no_more_than_its_size() {
    let values: Vec<String> = (0..5_000).map(|at| format!("\"s3:*a*{at}*\"")).collect();
    let list = values.join(",");
    let text = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": {{\"Effect\": \"Allow\", \"Action\": [{list}], \
         \"Resource\": [{}]}}}}",
        list.replace("s3:", "arn:aws:s3:::")
    );
    let findings = lint(&text, DocumentKind::Identity, &Options::default());
    assert!(findings.len() <= 1_000);
}
