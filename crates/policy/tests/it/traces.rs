//! What an explanation says.

use std::sync::Arc;

use stead_policy::{
    Caller, CompiledPolicy, ConditionReason, Context, Decision, DocumentKind, FullTrace,
    LayerTrace, Layers, Outcome, Policies, PolicyRef, PolicySet, PolicySource, PolicyType, Request,
    RequestValue, ResourcePolicy, StatementTrace, TraceNote, ValueTrace, evaluate,
};

const IDENTITY: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"},
  {"Sid": "Tagged", "Effect": "Allow", "NotAction": ["iam:*", "s3:Put*"], "Resource": "*",
   "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["blue", "green"]}, "Bool": {"aws:SecureTransport": "true"}}},
  {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringEqual": {"x": "y"}}}]}"#;

/// Every statement of a trace in one line each, then the notes.
fn lines(trace: &FullTrace<'_>) -> Vec<String> {
    let statements = trace.policies().flat_map(|policy| {
        policy.statements().map(move |statement| line(policy.policy_type, statement))
    });
    statements.chain(trace.notes().iter().map(|note| format!("{note:?}"))).collect()
}

fn line(policy_type: PolicyType, statement: StatementTrace<'_>) -> String {
    let mut line = format!(
        "{policy_type:?} {} {} {}:",
        statement.sid.unwrap_or("-"),
        statement.effect.as_str(),
        if statement.applies { "applies" } else { "does not apply" },
    );
    if let Some(named) = statement.names {
        line += &format!(" names {named:?}");
    }
    for element in statement.elements() {
        line += &format!(" {}={} [{}]", element.name, element.matched, values(element.values));
    }
    for condition in statement.conditions() {
        let given = |value: &RequestValue<'_>| match value.comparable {
            true => format!("{}={}", value.text, value.matched),
            false => format!("{}: incomparable", value.text),
        };
        let given = condition.request_values.map_or("absent".to_owned(), |values| {
            values.iter().map(given).collect::<Vec<_>>().join(", ")
        });
        line += &format!(
            " {} {} ({given}) [{}] {:?} holds={}",
            condition.operator.name(),
            condition.key,
            values(condition.values),
            condition.reason,
            condition.holds,
        );
        line += &condition.choice.map_or(String::new(), |choice| format!(" {choice:?}"));
    }
    if statement.unreadable {
        line += " unreadable";
    }
    line
}

fn values(values: &[ValueTrace<'_>]) -> String {
    let shown = values.iter().map(|value| {
        let unresolved = value.unresolved_variable.as_deref();
        let unresolved = unresolved.map_or(String::new(), |name| format!(" without {name}"));
        let choice = value.choice.map_or(String::new(), |choice| format!(" {choice:?}"));
        format!("{}={}{unresolved}{choice}", value.text, value.matched)
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// What must be so for every trace: expanded it has every statement, those that the
/// index skipped do not apply, and it can let go of what it borrows.
pub(crate) fn check_complete(trace: &FullTrace<'_>) {
    let expanded = trace.expanded();
    assert_eq!(trace.layers().count(), expanded.layers().count());
    for (before, after) in trace.policies().zip(expanded.policies()) {
        assert_eq!(before.source, after.source);
        assert_eq!(after.skipped_count(), 0);
        let places: Vec<usize> = after.statements().map(|statement| statement.index).collect();
        assert_eq!(places, (0..after.statement_count).collect::<Vec<_>>());
        let skipped = after.statements().filter(|statement| statement.skipped);
        let skipped: Vec<usize> = skipped
            .inspect(|one| assert!(!one.applies, "skipped: {}", line(after.policy_type, *one)))
            .map(|statement| statement.index)
            .collect();
        assert_eq!(skipped, before.skipped().flatten().collect::<Vec<_>>());
        assert_eq!(skipped.len(), before.skipped_count());
        let again = after.statements().filter(|statement| !statement.skipped);
        let again: Vec<String> = again.map(|one| line(after.policy_type, one)).collect();
        let looked_at = before.statements().map(|one| line(before.policy_type, one));
        assert_eq!(again, looked_at.collect::<Vec<_>>());
    }
    assert_eq!(lines(&trace.clone().into_owned()), lines(&expanded));
}

fn user() -> Caller {
    Caller::User {
        account: "111122223333".parse().unwrap(),
        arn: "arn:aws:iam::111122223333:user/Alice".parse().unwrap(),
        id: "AIDAALICEALICEALICE01".parse().unwrap(),
    }
}

fn run(
    action: &str,
    resource: &str,
    context: &Context,
    layers: &Layers<'_>,
    check: impl FnOnce(&Outcome<'_>, &FullTrace<'_>),
) {
    let caller = user();
    let request = Request { action, resource, resource_account: None, caller: &caller, context };
    let mut trace = FullTrace::default();
    let outcome = evaluate(&request, layers, &mut trace);
    check_complete(&trace);
    check(&outcome, &trace);
}

#[test]
fn every_element_is_explained() {
    let (policy, _) = CompiledPolicy::compile_stored(IDENTITY, DocumentKind::Identity);
    let source = PolicySource::SessionInline;
    let identity = [PolicyRef { source: &source, policy: &policy }];
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let context = Context::empty().to_builder().single("aws:PrincipalTag/Team", "red").build();
    run("s3:GetObject", "arn:aws:s3:::home/Alice/x", &context, &layers, |outcome, trace| {
        assert_eq!(outcome.cause.policy_type(), Some(PolicyType::Identity));
        assert_eq!(
            lines(trace),
            [
                "Identity Own Allow does not apply: Action=true [s3:*=true] \
                 Resource=false [arn:aws:s3:::home/${aws:username}/*=false without aws:username]",
                "Identity Tagged Allow does not apply: NotAction=true [iam:*=false, s3:Put*=false] \
                 Resource=true [*=true] \
                 StringEquals aws:PrincipalTag/team (red=false) [blue=false, green=false] \
                 Compared holds=false \
                 Bool aws:SecureTransport (absent) [true=false] KeyAbsent holds=false",
                "Identity - Deny applies: unreadable",
                "OwnerUnknown",
            ]
        );
        let policy = trace.policies().next().unwrap();
        let statement = policy.statements().nth(1).unwrap();
        assert!(statement.span.of(IDENTITY).starts_with(r#"{"Sid": "Tagged""#));
        let condition = statement.conditions().next().unwrap();
        assert_eq!(condition.key_span.of(IDENTITY), r#""aws:PrincipalTag/team""#);
        assert_eq!(condition.operator_span.of(IDENTITY), r#""StringEquals""#);
        assert_eq!(condition.values[1].span.of(IDENTITY), r#""green""#);
        assert_eq!(condition.reason, ConditionReason::Compared);
    });
}

#[test]
fn rules_beyond_the_policies_are_noted() {
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": "AIDAALICEALICEALICE01"}, "Action": "sts:AssumeRole"}}"#;
    let (trust, _) = CompiledPolicy::compile_stored(trust, DocumentKind::Trust);
    let silent = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}"#;
    let (boundary, _) = CompiledPolicy::compile_stored(silent, DocumentKind::Boundary);
    let source = PolicySource::SessionInline;
    let layers = Layers {
        boundary: Some(PolicyRef { source: &source, policy: &boundary }),
        resource: ResourcePolicy::Trust(PolicyRef { source: &source, policy: &trust }),
        ..Layers::default()
    };
    let role = "arn:aws:iam::111122223333:role/Target";
    run("sts:AssumeRole", role, &Context::empty(), &layers, |outcome, trace| {
        assert_eq!(outcome.cause.policy_type(), Some(PolicyType::Boundary));
        assert_eq!(
            trace.notes(),
            [
                TraceNote::TrustMustAllow,
                TraceNote::NotLimitedBy(PolicyType::Identity),
                TraceNote::BoundaryMustAllowAssumeRole,
            ]
        );
    });
}

/// The condition block of an Allow, as a trace shows it.
fn block(condition: &str, context: &Context) -> String {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*",
            "Resource": "*", "Condition": {condition}}}}}"#
    );
    let (policy, _) = CompiledPolicy::compile_stored(&text, DocumentKind::Identity);
    let source = PolicySource::SessionInline;
    let layers = Layers {
        identity: Some(PolicyRef { source: &source, policy: &policy }).into(),
        ..Layers::default()
    };
    let mut shown = String::new();
    run("s3:GetObject", "arn:aws:s3:::b/c", context, &layers, |_, trace| {
        let line = lines(trace).swap_remove(0);
        shown = line.split_once("Resource=true [*=true] ").unwrap().1.to_owned();
    });
    shown
}

#[test]
fn each_value_of_request_and_policy_says_whether_it_matched() {
    let context = Context::empty()
        .to_builder()
        .multi("aws:TagKeys", ["cost", "owner", "team"])
        .single("aws:PrincipalTag/team", "")
        .single("n", "7")
        .binary("b", b"hi")
        .build();
    for (condition, shown) in [
        (
            r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["cost", "team", "x"]}}"#,
            "ForAllValues:StringEquals aws:TagKeys (cost=true, owner=false, team=true) \
             [cost=true, team=true, x=false] Compared holds=false",
        ),
        (
            r#"{"ForAnyValue:StringNotLike": {"aws:tagkeys": ["c*", "*e*"]}}"#,
            "ForAnyValue:StringNotLike aws:tagkeys (cost=true, owner=true, team=true) \
             [c*=true, *e*=true] Compared holds=false",
        ),
        (
            r#"{"NumericLessThan": {"n": ["5", "8"]}}"#,
            "NumericLessThan n (7=true) [5=false, 8=true] Compared holds=true",
        ),
        (
            r#"{"BinaryEquals": {"b": "aGk="}}"#,
            "BinaryEquals b (aGk==true) [aGk==true] Compared holds=true",
        ),
        (
            r#"{"NotIpAddress": {"n": "10.0.0.0/8"}, "DateLessThan": {"n": "2026"}}"#,
            "NotIpAddress n (7: incomparable) [10.0.0.0/8=false] Compared holds=true \
             DateLessThan n (7=true) [2026=true] Compared holds=true",
        ),
        (
            r#"{"Null": {"aws:PrincipalTag/team": "true", "true": ["true", "false"]}}"#,
            "Null aws:PrincipalTag/team (=false) [true=true] Presence holds=true \
             Null true (absent) [true=true, false=false] Presence holds=true",
        ),
        (
            r#"{"StringNotEquals": {"x": "y"}, "StringEqualsIfExists": {"x": "y"},
                "ForAnyValue:StringLike": {"x": "*"}, "ForAllValues:StringLike": {"aws:PrincipalTag/team": "z"}}"#,
            "StringNotEquals x (absent) [y=false] KeyAbsentNegated holds=true \
             StringEqualsIfExists x (absent) [y=false] KeyAbsentIfExists holds=true \
             ForAnyValue:StringLike x (absent) [*=false] NullSet holds=false \
             ForAllValues:StringLike aws:PrincipalTag/team (=false) [z=false] NullSet holds=true",
        ),
    ] {
        assert_eq!(block(condition, &context), shown);
    }
}

#[test]
fn what_aws_leaves_open_is_marked() {
    let context = Context::empty()
        .to_builder()
        .multi("aws:TagKeys", ["cost", "owner"])
        .single("odd", "yes")
        .single("wild", "a*")
        .single("empty", "")
        .build();
    for (condition, shown) in [
        (
            r#"{"StringNotEquals": {"aws:TagKeys": "cost"}}"#,
            "StringNotEquals aws:TagKeys (cost=true, owner=false) [cost=true] \
             SeveralValues holds=false SeveralValues",
        ),
        (
            r#"{"Bool": {"odd": "true"}}"#,
            "Bool odd (yes: incomparable) [true=false] Compared holds=false NotBoolean",
        ),
        (
            r#"{"Bool": {"odd": "${odd}"}, "NumericEquals": {"odd": "one"}}"#,
            "Bool odd (yes: incomparable) [${odd}=false MistypedValue] Compared holds=false NotBoolean \
             NumericEquals odd (yes: incomparable) [one=false MistypedValue] Compared holds=false",
        ),
        // Where `*` means nothing there is nothing to choose.
        (
            r#"{"StringLike": {"wild": ["${wild}", "${none, 'a*'}"]}, "StringEquals": {"wild": "${wild}"}}"#,
            "StringLike wild (a*=true) [${wild}=true LiteralWildcard, \
             ${none, 'a*'}=true LiteralWildcard] Compared holds=true \
             StringEquals wild (a*=true) [${wild}=true] Compared holds=true",
        ),
        (
            r#"{"StringNotEquals": {"odd": ["${empty}", "${none}"]}}"#,
            "StringNotEquals odd (yes=false) [${empty}=false without empty EmptyVariable, \
             ${none}=false without none] Compared holds=true",
        ),
    ] {
        assert_eq!(block(condition, &context), shown);
    }
}

fn trust(principal: &str) -> CompiledPolicy {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {principal},
            "Action": "sts:AssumeRoleWithWebIdentity"}}}}"#
    );
    CompiledPolicy::compile_stored(&text, DocumentKind::Trust).0
}

#[test]
fn a_principal_that_may_or_may_not_mean_foreign_tokens_is_marked() {
    let caller = Caller::WebIdentity { provider: "accounts.google.com".into() };
    let source = PolicySource::SessionInline;
    let trusting = trust(r#"{"AWS": "*", "Federated": ["*", "accounts.google.com"]}"#);
    let layers = Layers {
        resource: ResourcePolicy::Trust(PolicyRef { source: &source, policy: &trusting }),
        ..Layers::default()
    };
    let request = Request {
        action: "sts:AssumeRoleWithWebIdentity",
        resource: "arn:aws:iam::111122223333:role/Target",
        resource_account: None,
        caller: &caller,
        context: &Context::empty(),
    };
    let mut trace = FullTrace::default();
    assert_eq!(evaluate(&request, &layers, &mut trace).decision, Decision::Allow);
    assert_eq!(
        lines(&trace),
        [
            "Trust - Allow applies: names Federated Principal=true [*=false ForeignToken, \
             *=false ForeignToken, accounts.google.com=true] \
             Action=true [sts:AssumeRoleWithWebIdentity=true]",
            "NoIdentitySide",
        ]
    );
}

#[test]
fn who_is_named_with_everybody_stays_limited() {
    let everyone = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#;
    let (policy, _) = CompiledPolicy::compile_stored(everyone, DocumentKind::Resource);
    let silent = CompiledPolicy::compile_stored(IDENTITY, DocumentKind::Boundary).0;
    let source = PolicySource::SessionInline;
    let layers = Layers {
        boundary: Some(PolicyRef { source: &source, policy: &silent }),
        session: Some(Policies::NONE),
        resource: ResourcePolicy::Resource(PolicyRef { source: &source, policy: &policy }),
        ..Layers::default()
    };
    run("s3:GetObject", "arn:aws:s3:::b/c", &Context::empty(), &layers, |outcome, trace| {
        assert_eq!(outcome.cause.policy_type(), Some(PolicyType::Boundary));
        let notes = [
            TraceNote::OwnerUnknown,
            TraceNote::NotLimitedBy(PolicyType::Identity),
            TraceNote::EveryoneLimitedBy(PolicyType::Boundary),
            TraceNote::EveryoneLimitedBy(PolicyType::Session),
        ];
        assert_eq!(trace.notes(), notes);
    });
}

#[test]
fn statements_about_something_else_are_counted_and_explained_when_asked_for() {
    let statement =
        |action: &str| format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
    let document = |actions: &[&str]| {
        let statements: Vec<String> = actions.iter().map(|action| statement(action)).collect();
        let text = format!(r#"{{"Statement": [{}]}}"#, statements.join(","));
        Arc::new(CompiledPolicy::compile_stored(&text, DocumentKind::Identity).0)
    };
    let first = document(&["ec2:*", "sqs:*", "s3:Get*", "iam:*", "s3:GetObject", "sns:Publish"]);
    let second = document(&["kms:*"]);
    let third = document(&["s3:*"]);
    let source = |name: &str| PolicySource::Restriction { name: name.into() };
    let sources = ["first", "second", "third"].map(source);
    let policies = [first, second, third];
    let listed: Vec<PolicyRef<'_>> = sources
        .iter()
        .zip(&policies)
        .map(|(source, policy)| PolicyRef { source, policy })
        .collect();
    let set = PolicySet::new(sources.iter().cloned().zip(policies.iter().cloned()));
    for identity in [Policies::from(&listed), Policies::from(&set)] {
        let layers = Layers { identity, ..Layers::default() };
        run("s3:GetObject", "arn:aws:s3:::b/c", &Context::empty(), &layers, |_, trace| {
            let found: Vec<_> = trace
                .policies()
                .map(|policy| {
                    let looked_at = policy.statements().map(|statement| statement.index);
                    let skipped = policy.skipped().map(|range| (range.start, range.end));
                    let skipped: Vec<_> = skipped.collect();
                    (policy.source.clone(), looked_at.collect::<Vec<_>>(), skipped)
                })
                .collect();
            let wanted = [
                (sources[0].clone(), vec![2, 4], vec![(0, 2), (3, 4), (5, 6)]),
                (sources[1].clone(), vec![], vec![(0, 1)]),
                (sources[2].clone(), vec![0], vec![]),
            ];
            assert_eq!(found, wanted);
            let identity = |layer: &LayerTrace<'_>| layer.policy_type == PolicyType::Identity;
            assert_eq!(trace.layers().find(identity).unwrap().skipped_count(), 5);
            let expanded = trace.expanded();
            let explained = expanded.policies().nth(1).unwrap().statements().next().unwrap();
            assert!(explained.skipped);
            assert_eq!(
                line(PolicyType::Identity, explained),
                "Identity - Allow does not apply: Action=false [kms:*=false] Resource=true [*=true]"
            );
        });
    }
}
