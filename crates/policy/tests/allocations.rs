//! How often an evaluation asks for memory: a binary of its own, since the allocator
//! that counts belongs to the whole program.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "this whole crate is tests; a panic is a failed test"
)]

use std::sync::Arc;

use allocation_counter::measure;
use serde_json::{Value, json};
use stead_policy::{
    Caller, CompiledPolicy, Context, ContextBuilder, Decision, DocumentKind, Layers, NoTrace,
    PolicyRef, PolicySet, PolicySource, Request, ResourcePolicy, evaluate,
};

const ROLE: &str = "arn:aws:iam::111122223333:role/deploy";

fn caller() -> Caller {
    Caller::User {
        account: "111122223333".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/Alice".parse().unwrap(),
        id: "AIDAALICEALICEALICE01".parse().unwrap(),
    }
}

fn source() -> PolicySource {
    PolicySource::SessionInline
}

/// The keys of a request, and as many tags.
fn context(tags: usize) -> Context {
    let builder = ContextBuilder::new()
        .single("aws:CurrentTime", "2026-01-01T00:00:00Z")
        .single("aws:SourceIp", "203.0.113.7")
        .single("aws:MultiFactorAuthPresent", "true")
        .single("aws:MultiFactorAuthAge", "12")
        .single("aws:PrincipalArn", "arn:aws:iam::111122223333:user/Alice")
        .single("aws:username", "Alice")
        .single("sts:ExternalId", "Example-1");
    let keys: Vec<String> = (0..tags).map(|tag| format!("aws:RequestTag/Ä{tag}")).collect();
    keys.iter().fold(builder, |builder, key| builder.single(key, "value")).build()
}

/// A statement with every kind of condition, its values padded with as many more.
fn statement(effect: &str, action: &str, more: usize) -> Value {
    let padded = |value: &str| {
        let others = (0..more).map(|other| format!("{value}-{other}"));
        others.chain([value.to_owned()]).collect::<Vec<_>>()
    };
    json!({"Effect": effect, "Action": action, "Resource": padded("arn:aws:iam::*:role/*"),
    "Condition": {
        "StringEquals": {"sts:ExternalId": padded("Example-1")},
        "StringEqualsIgnoreCase": {"sts:ExternalId": padded("EXAMPLE-1")},
        "StringLike": {"aws:PrincipalArn": padded("arn:*:?ser/${aws:username, '?'}*")},
        "StringNotLike": {"aws:PrincipalArn": padded("*er/?l*${sts:ExternalId}*")},
        "ArnLike": {"aws:PrincipalArn": padded("arn:aws:iam::*:user/${aws:username}")},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        "DateGreaterThan": {"aws:CurrentTime": "2025-12-31"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "Null": {"aws:username": "false"},
    }})
}

fn compiled(statements: &[Value], kind: DocumentKind) -> CompiledPolicy {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let (policy, _) = CompiledPolicy::compile_stored(&text, kind);
    assert_eq!(policy.statement_count(), statements.len());
    policy
}

fn trust(statements: usize, more: usize) -> CompiledPolicy {
    let users = (0..more).map(|user| format!("arn:aws:iam::111122223333:user/u{user}"));
    let principals: Vec<String> = users.chain(["111122223333".to_owned()]).collect();
    let with_principals = |place: usize| {
        let mut trusting = statement("Allow", "sts:AssumeRole", more);
        trusting["Principal"] = json!({"AWS": principals});
        trusting["Sid"] = format!("S{place}").into();
        trusting.as_object_mut().unwrap().remove("Resource");
        trusting
    };
    compiled(&(0..statements).map(with_principals).collect::<Vec<_>>(), DocumentKind::Trust)
}

/// The decision, and how many allocations it takes to come to it.
fn allocations(layers: &Layers<'_>, context: &Context) -> (Decision, u64) {
    let caller = caller();
    let request = Request {
        action: "sts:AssumeRole",
        resource: ROLE,
        resource_account: None,
        caller: &caller,
        context,
    };
    let mut decision = None;
    let used = measure(|| decision = Some(evaluate(&request, layers, &mut NoTrace).decision));
    (decision.unwrap(), used.count_total)
}

#[test]
fn an_evaluation_of_a_few_policies_asks_for_no_memory() {
    let source = source();
    for (statements, more) in [(1, 0), (2, 3), (50, 0), (1, 2_000), (30, 20)] {
        let identity: Vec<_> =
            (0..statements).map(|_| statement("Allow", "sts:Assume*", more)).collect();
        let identity = compiled(&identity, DocumentKind::Identity);
        let trust = trust(statements, more);
        let identity = [PolicyRef { source: &source, policy: &identity }];
        let trust = PolicyRef { source: &source, policy: &trust };
        for tags in [0, 100] {
            let layers = Layers {
                identity: (&identity).into(),
                resource: ResourcePolicy::Trust(trust),
                ..Layers::default()
            };
            let asked = allocations(&layers, &context(tags));
            assert_eq!(asked, (Decision::Allow, 0), "{statements} {more} {tags}");
        }
    }
}

#[test]
fn an_evaluation_of_many_policies_asks_for_no_memory() {
    for count in [1, 10, 1_000] {
        let policies = (0..count).map(|place| {
            let effect = if place % 7 == 3 { "Deny" } else { "Allow" };
            let action = ["sts:*", "sts:AssumeRole", "s3:Get*", "*"][place % 4];
            let policy = compiled(&[statement(effect, action, 1)], DocumentKind::Identity);
            (source(), Arc::new(policy))
        });
        let set = PolicySet::new(policies);
        let layers = Layers { identity: (&set).into(), ..Layers::default() };
        let decision = if count > 3 { Decision::ExplicitDeny } else { Decision::Allow };
        assert_eq!(allocations(&layers, &context(0)), (decision, 0), "{count}");
        let listed: Vec<_> = set.iter().collect();
        let layers = Layers { identity: (&listed).into(), ..Layers::default() };
        assert_eq!(allocations(&layers, &context(0)), (decision, 0), "{count} listed");
    }
}

#[test]
fn a_long_action_is_folded_into_memory_of_its_own() {
    let action = format!("sts:{}", "A".repeat(1_000));
    let caller = caller();
    let context = Context::empty();
    let request = Request {
        action: &action,
        resource: ROLE,
        resource_account: None,
        caller: &caller,
        context: &context,
    };
    let used = measure(|| {
        assert_eq!(
            evaluate(&request, &Layers::default(), &mut NoTrace).decision,
            Decision::ImplicitDeny
        );
    });
    assert_eq!(used.count_total, 1);
}

#[test]
fn a_context_is_two_pieces_of_memory() {
    let build = || {
        ContextBuilder::new()
            .single("aws:CurrentTime", "2026-01-01T00:00:00Z")
            .single("aws:SourceIp", "203.0.113.7")
            .single("aws:PrincipalArn", "arn:aws:iam::111122223333:user/Alice")
            .single("aws:PrincipalTag/Team", "blue")
            .optional("aws:username", Some("Alice"))
            .build()
    };
    let mut built = None;
    let used = measure(|| built = Some(build()));
    assert_eq!((used.count_total, built), (2, Some(build())));
    let keys: Vec<String> = (0..1_000).map(|tag| format!("aws:RequestTag/{tag}")).collect();
    let used = measure(|| {
        let builder = ContextBuilder::new();
        let context =
            keys.iter().fold(builder, |builder, key| builder.single(key, "value")).build();
        assert_eq!(context.single("aws:RequestTag/999"), Some("value"));
    });
    // Each of the two grows by doubling; the key that is asked for is folded.
    assert!(used.count_total < 20, "{}", used.count_total);
}
