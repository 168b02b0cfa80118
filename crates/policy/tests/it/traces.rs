//! What an explanation says.

use stead_policy::{
    Caller, CompiledPolicy, ConditionReason, Context, DocumentKind, FullTrace, Layers, Outcome,
    PolicyRef, PolicySource, PolicyType, Request, ResourcePolicy, TraceNote, evaluate,
};

const IDENTITY: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"},
  {"Sid": "Tagged", "Effect": "Allow", "NotAction": ["iam:*", "s3:Put*"], "Resource": "*",
   "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["blue", "green"]}, "Bool": {"aws:SecureTransport": "true"}}},
  {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringEqual": {"x": "y"}}}]}"#;

/// Every statement of a trace in one line each, then the notes.
fn lines(trace: &FullTrace) -> Vec<String> {
    let mut lines = Vec::new();
    for policy in &trace.policies {
        for statement in &policy.statements {
            let mut line = format!(
                "{:?} {} {} {}:",
                policy.policy_type,
                statement.sid.as_deref().unwrap_or("-"),
                statement.effect.as_str(),
                if statement.applies { "applies" } else { "does not apply" },
            );
            for element in &statement.elements {
                let values = element.values.iter().map(|value| {
                    let unresolved = value.unresolved_variable.as_deref();
                    let unresolved =
                        unresolved.map_or(String::new(), |name| format!(" without {name}"));
                    format!("{}={}{unresolved}", value.text, value.matched)
                });
                let values: Vec<String> = values.collect();
                line += &format!(" {}={} [{}]", element.name, element.matched, values.join(", "));
            }
            for condition in &statement.conditions {
                line += &format!(
                    " {} {} {:?} {:?} holds={}",
                    condition.operator.name(),
                    condition.key,
                    condition.request_values,
                    condition.reason,
                    condition.holds,
                );
            }
            if statement.unreadable {
                line += " unreadable";
            }
            lines.push(line);
        }
    }
    lines.extend(trace.notes.iter().map(|note| format!("{note:?}")));
    lines
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
    check: impl FnOnce(&Outcome<'_>),
) -> FullTrace {
    let caller = user();
    let request = Request { action, resource, resource_account: None, caller: &caller, context };
    let mut trace = FullTrace::default();
    check(&evaluate(&request, layers, &mut trace));
    trace
}

#[test]
fn every_element_is_explained() {
    let (policy, _) = CompiledPolicy::compile_stored(IDENTITY, DocumentKind::Identity);
    let source = PolicySource::SessionInline;
    let identity = [PolicyRef { source: &source, policy: &policy }];
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    let context = Context::empty().to_builder().single("aws:PrincipalTag/Team", "red").build();
    let trace = run("s3:GetObject", "arn:aws:s3:::home/Alice/x", &context, &layers, |outcome| {
        assert_eq!(outcome.cause.policy_type(), Some(PolicyType::Identity));
    });
    assert_eq!(
        lines(&trace),
        [
            "Identity Own Allow does not apply: Action=true [s3:*=true] \
             Resource=false [arn:aws:s3:::home/${aws:username}/*=false without aws:username]",
            "Identity Tagged Allow does not apply: NotAction=true [iam:*=false, s3:Put*=false] \
             Resource=true [*=true] \
             StringEquals aws:PrincipalTag/team Some([\"red\"]) Compared holds=false \
             Bool aws:SecureTransport None KeyAbsent holds=false",
            "Identity - Deny applies: unreadable",
        ]
    );
    let statement = &trace.policies[0].statements[1];
    assert!(statement.span.of(IDENTITY).starts_with(r#"{"Sid": "Tagged""#));
    let condition = &statement.conditions[0];
    assert_eq!(condition.key_span.of(IDENTITY), r#""aws:PrincipalTag/team""#);
    assert_eq!(condition.operator_span.of(IDENTITY), r#""StringEquals""#);
    assert_eq!(condition.values[1].span.of(IDENTITY), r#""green""#);
    assert_eq!(condition.reason, ConditionReason::Compared);
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
    let trace = run("sts:AssumeRole", role, &Context::empty(), &layers, |outcome| {
        assert_eq!(outcome.cause.policy_type(), Some(PolicyType::Boundary));
    });
    assert_eq!(
        trace.notes,
        [
            TraceNote::TrustMustAllow,
            TraceNote::NotLimitedBy(PolicyType::Identity),
            TraceNote::BoundaryMustAllowAssumeRole,
        ]
    );
}
