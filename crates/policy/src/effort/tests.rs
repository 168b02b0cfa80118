//! What a hostile policy costs: a step for each statement, pattern and value that is
//! asked, for each byte that is searched and for each 64 places that are compared.
//! Twice the policy is at most twice the steps, whatever it is made of.

use serde_json::{Value, json};

use super::counted;
use crate::{
    Caller, CompiledPolicy, ContextBuilder, DOCUMENT_BYTES_MAX, Decision, DocumentKind, Layers,
    NoTrace, PolicyRef, PolicySource, Request, ResourcePolicy, STATEMENTS_MAX, evaluate,
};

const ARN: &str = "arn:aws:s3:::";

/// The steps of one evaluation of an identity policy, or of the resource's policy
/// where it has principals. What is asked for is as hostile as the policy.
fn steps(statements: &Value, kind: DocumentKind) -> usize {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    assert!(document.len() <= DOCUMENT_BYTES_MAX, "{} bytes", document.len());
    let (policy, diagnostics) = CompiledPolicy::compile_stored(&document, kind);
    assert!(policy.statement_count() > 0, "{diagnostics:?}");
    let caller = Caller::User {
        account: "111122223333".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/Alice".parse().unwrap(),
        id: "AIDAALICEALICEALICE01".parse().unwrap(),
    };
    let tags: Vec<String> = (0..50).map(|tag| format!("{tag}{}", "a".repeat(100))).collect();
    let text = "a".repeat(2_000);
    let context = ContextBuilder::new()
        .single("k", &text)
        .single("long", "a".repeat(256))
        .single("number", "1".repeat(200))
        .single("address", "203.0.113.7")
        .multi("aws:TagKeys", &tags)
        .build();
    let resource = format!("{ARN}{text}");
    let request = Request {
        action: &format!("s3:{}", "a".repeat(120)),
        resource: &resource,
        resource_account: None,
        caller: &caller,
        context: &context,
    };
    let policy = [PolicyRef { source: &PolicySource::SessionInline, policy: &policy }];
    let layers = if kind.has_principal() {
        Layers { resource: ResourcePolicy::Resource(policy[0]), ..Layers::default() }
    } else {
        Layers { identity: (&policy).into(), ..Layers::default() }
    };
    let (decision, steps) = counted(|| evaluate(&request, &layers, &mut NoTrace).decision);
    assert_eq!(decision, Decision::ImplicitDeny, "all of it must have been asked in vain");
    steps
}

/// Documents of these sizes cost as much as their sizes.
///
/// `least` is what cannot be spared, so that no hostile policy turns harmless unseen.
fn check(
    name: &str,
    kind: DocumentKind,
    sizes: [usize; 2],
    least: impl Fn(usize) -> usize,
    statements: impl Fn(usize) -> Value,
) {
    let [small, large] = sizes;
    let costs = sizes.map(|size| steps(&statements(size), kind));
    // A fixed part, and a tenth for what is rounded up.
    let allowed = costs[0] * large / small * 11 / 10 + 200;
    assert!(costs[1] <= allowed, "{name}: {costs:?} steps for {sizes:?}");
    assert!(costs[0] >= least(small), "{name}: {costs:?} steps for {sizes:?} are too few");
}

/// Each of them is asked.
const fn all(count: usize) -> usize {
    count
}

fn allow(action: &Value, resource: &Value, condition: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition})
}

#[test]
fn many_statements_cost_their_number() {
    let statement = allow(&json!("s3:?*b"), &json!("*"), &json!({}));
    let never = allow(&json!("s3:*"), &json!("*"), &json!({"Null": {"k": "true"}}));
    for statement in [statement, never] {
        let count = (DOCUMENT_BYTES_MAX - 50) / (statement.to_string().len() + 1);
        let count = count.min(STATEMENTS_MAX);
        check("statements", DocumentKind::Identity, [count / 2, count], all, |count| {
            vec![statement.clone(); count].into()
        });
    }
}

#[test]
fn many_entries_cost_their_number() {
    let sizes = [5_000, 10_000];
    let many = |pattern: &str, count| json!(vec![pattern; count]);
    check("actions", DocumentKind::Identity, sizes, all, |count| {
        allow(&many("s3:*a?b", count), &json!("*"), &json!({}))
    });
    for pattern in [format!("{ARN}*a?b"), "arn:*:s3:::b".to_owned(), format!("{ARN}${{long}}")] {
        check(&pattern, DocumentKind::Identity, sizes, all, |count| {
            allow(&json!("*"), &many(&pattern, count), &json!({}))
        });
    }
    check("principals", DocumentKind::Resource, sizes, all, |count| {
        let mut statement = allow(&json!("*"), &json!("*"), &json!({"Null": {"k": "true"}}));
        let mut names = vec!["arn:aws:iam::111122223333:user/Bob"; count];
        names.push("111122223333");
        statement["Principal"] = json!({"AWS": names});
        statement
    });
}

#[test]
fn many_values_cost_their_number() {
    for (operator, key, value) in [
        ("StringLike", "k", "*a?b*"),
        ("StringLike", "k", "*aab"),
        ("StringLike", "k", "*aa${number}b*"),
        ("StringEquals", "k", "${long}"),
        ("StringEqualsIgnoreCase", "k", "A${long}"),
        ("ArnLike", "k", "arn:*:s3:::b*"),
        ("NumericEquals", "number", "11111111111111111111111"),
        ("DateEquals", "number", "2026-01-01T00:00:00Z"),
        ("IpAddress", "address", "10.0.0.0/8"),
        ("ForAnyValue:StringLike", "aws:TagKeys", "*?b"),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "${long}"),
    ] {
        let name = format!("{operator} {value}");
        check(&name, DocumentKind::Identity, [500, 1_000], all, |count| {
            allow(&json!("*"), &json!("*"), &json!({operator: {key: vec![value; count]}}))
        });
    }
    let keys = |count: usize| -> Value {
        (0..count).map(|key| (format!("absent/{key}"), json!("x"))).collect()
    };
    check("absent keys", DocumentKind::Identity, [5_000, 10_000], all, |count| {
        let last = json!({"k": "*"});
        let condition = json!({"StringLikeIfExists": keys(count), "StringNotLike": last});
        allow(&json!("*"), &json!("*"), &condition)
    });
}

#[test]
fn one_pattern_of_any_shape_costs_its_length() {
    let end = "b*";
    for part in ["*a", "*?", "?", "a", "*aa?", "*${long}", "${long}", "*a${absent, ''}", "${"] {
        check(
            part,
            DocumentKind::Identity,
            [5_000, 10_000],
            |_| 2,
            |count| {
                let pattern = format!("*{}{end}", part.repeat(count));
                let condition = json!({"StringLike": {"k": pattern}});
                json!([
                    allow(&json!("*"), &json!("*"), &condition),
                    allow(&json!("*"), &json!(format!("{ARN}{pattern}")), &json!({})),
                ])
            },
        );
    }
}

#[test]
fn the_worst_chunk_costs_the_text_times_its_length_by_64() {
    // As long as half of the text, so that it has the most places to be tried at.
    let chunk = format!("*{}b*", "a?".repeat(500));
    let place = |count| count * 1_000 * (1_000 / 64);
    check("chunks", DocumentKind::Identity, [10, 20], place, |count| {
        allow(&json!("*"), &json!("*"), &json!({"StringLike": {"k": vec![&chunk; count]}}))
    });
    let one = allow(&json!("*"), &json!("*"), &json!({"StringLike": {"k": chunk}}));
    let cost = steps(&one, DocumentKind::Identity);
    assert!(cost <= 1_000 * (2_000 / 64 + 1), "{cost}");
}
