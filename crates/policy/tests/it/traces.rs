//! What an explanation says.

use stead_policy::{
    Caller, CompiledPolicy, ConditionReason, Context, DocumentKind, FullTrace, Layers, Outcome,
    PolicyRef, PolicySource, PolicyType, Request, RequestValue, ResourcePolicy, StatementTrace,
    TraceNote, ValueTrace, evaluate,
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
        let given = |value: &RequestValue<'_>| format!("{}={}", value.text, value.matched);
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
        format!("{}={}{unresolved}", value.text, value.matched)
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
