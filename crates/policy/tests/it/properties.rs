//! What holds for every text and every request.

use proptest::prelude::*;
use stead_policy::{
    Caller, CompiledPolicy, Context, Decision, DocumentKind, FullTrace, Layers, NoTrace, PolicyRef,
    PolicySource, Request, evaluate, parse,
};

use crate::managed::without_spans;

const KINDS: [DocumentKind; 7] = [
    DocumentKind::Identity,
    DocumentKind::Boundary,
    DocumentKind::Session,
    DocumentKind::Trust,
    DocumentKind::Resource,
    DocumentKind::ServiceControl,
    DocumentKind::ResourceControl,
];

/// Texts made of what documents are made of, so that they get past the parser often.
fn texts() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"Version\"",
        "\"2012-10-17\"",
        "\"Statement\"",
        "\"Effect\"",
        "\"Allow\"",
        "\"Deny\"",
        "\"Action\"",
        "\"NotAction\"",
        "\"*\"",
        "\"s3:Get*\"",
        "\"Resource\"",
        "\"arn:aws:s3:::${a}\"",
        "\"Principal\"",
        "\"AWS\"",
        "\"Condition\"",
        "\"StringLike\"",
        "\"ForAllValues:Bool\"",
        "\"x\"",
        "true",
        "1.5",
        "null",
        " ",
        "\n",
        "\"",
        "\\",
        "é",
        "\u{0}",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

/// Statements of every shape.
fn statements() -> impl Strategy<Value = serde_json::Value> {
    let pick = |values: &'static [&'static str]| prop::sample::select(values);
    (
        pick(&["Allow", "Deny"]),
        pick(&["Action", "NotAction"]),
        prop::collection::vec(pick(&["*", "s3:*", "s3:Get*", "s3:PutObject", "iam:*"]), 1..3),
        pick(&["Resource", "NotResource"]),
        prop::collection::vec(
            pick(&[
                "*",
                "arn:aws:s3:::b/*",
                "arn:aws:s3:::${a}/*",
                "arn:aws:s3:::${none}",
                "arn:aws:s3",
            ]),
            1..3,
        ),
        pick(&[
            "StringEquals",
            "StringNotLike",
            "ForAllValues:StringLike",
            "NullIfExists",
            "BoolIfExists",
        ]),
        pick(&["a", "A", "none", "several"]),
        pick(&["b", "*", "${a}", "true"]),
    )
        .prop_map(|(effect, action, actions, resource, resources, operator, key, value)| {
            serde_json::json!({
                "Effect": effect, action: actions, resource: resources,
                "Condition": {operator: {key: value}},
            })
        })
}

fn decide(texts: &[String]) -> Decision {
    let policies: Vec<CompiledPolicy> = texts
        .iter()
        .map(|text| CompiledPolicy::compile_stored(text, DocumentKind::Identity).0)
        .collect();
    let source = PolicySource::SessionInline;
    let identity: Vec<PolicyRef<'_>> =
        policies.iter().map(|policy| PolicyRef { source: &source, policy }).collect();
    let account = "111122223333".parse().unwrap();
    let context: Context =
        Context::empty().to_builder().single("a", "b").multi("several", ["a", "b"]).build();
    let request = Request {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::b/c",
        resource_account: None,
        caller: &Caller::User {
            account,
            arn: "arn:aws:iam::111122223333:user/staff/Alice".parse().unwrap(),
            id: "AIDAALICEALICEALICE01".parse().unwrap(),
        },
        context: &context,
    };
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let untraced = evaluate(&request, &layers, &mut NoTrace);
    let mut trace = FullTrace::default();
    let traced = evaluate(&request, &layers, &mut trace);
    crate::traces::check_complete(&trace);
    assert_eq!(untraced, traced, "being traced changes nothing");
    untraced.decision
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![texts(), any::<String>()]) {
        for kind in KINDS {
            let parsed = parse(&text, kind);
            let sound = parsed.errors().count() == 0;
            prop_assert_eq!(parsed.findings().count() + parsed.errors().count(), parsed.diagnostics.len());
            prop_assert_eq!(parsed.policy.is_some(), sound);
            prop_assert_eq!(parsed.refusal().is_none(), sound);
            for found in &parsed.diagnostics {
                prop_assert!(text.get(found.span.start..found.span.end).is_some());
            }
            let (compiled, _) = CompiledPolicy::compile_stored(&text, kind);
            prop_assert!(compiled.statement_count() > 0);
        }
    }

    #[test]
    fn a_print_is_read_as_the_same_policy(
        statements in prop::collection::vec(statements(), 1..4),
    ) {
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
        let parsed = parse(&text.to_string(), DocumentKind::Identity);
        prop_assume!(parsed.policy.is_some());
        let policy = parsed.policy.unwrap();
        let print: serde_json::Value = serde_json::from_str(&policy.to_json()).unwrap();
        prop_assert_eq!(&print, &text);
        let again = parse(&policy.to_json(), DocumentKind::Identity).policy.unwrap();
        prop_assert_eq!(without_spans(&again), without_spans(&policy));
    }

    #[test]
    fn being_traced_changes_nothing(statements in prop::collection::vec(statements(), 0..7)) {
        let texts: Vec<String> = statements.iter().map(crate::corpus::document).collect();
        // It is asserted for whatever is decided here.
        let decision = decide(&texts);
        prop_assert_eq!(decide(&texts), decision);
    }

    #[test]
    fn a_deny_more_never_allows_more(
        statements in prop::collection::vec(statements(), 0..4),
        mut more in statements(),
    ) {
        more["Effect"] = "Deny".into();
        let mut texts: Vec<String> = statements.iter().map(crate::corpus::document).collect();
        let before = decide(&texts);
        texts.push(crate::corpus::document(&more));
        let after = decide(&texts);
        prop_assert!(before == Decision::Allow || after != Decision::Allow);
    }

    #[test]
    fn what_is_cut_off_never_allows(statement in statements(), cut in 1_usize..400) {
        let whole = crate::corpus::document(&statement);
        let cut_at = whole.len().saturating_sub(cut);
        let text = whole.get(..cut_at).unwrap_or_default().to_owned();
        let allow_all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let decision = decide(&[allow_all.to_owned(), text]);
        prop_assert_eq!(decision, Decision::ExplicitDeny);
    }
}
