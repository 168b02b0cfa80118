//! Why is this denied? Asks for a decision with a trace, and draws the trace as text.
//!
//!     cargo run -p stead-policy --example why
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use stead_policy::{
    BlockReason, Caller, CompiledPolicy, ContextBuilder, DocumentKind, FullTrace, Layers,
    PolicyRef, PolicySource, PolicyTrace, Request, ResourcePolicy, evaluate,
};

/// Trusts Alice from the office, with a tag that is spelt in lower case.
const TRUST: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "FromTheOffice",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:user/Alice"},
    "Action": "sts:AssumeRole",
    "Condition": {
      "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
      "StringEquals": {"aws:PrincipalTag/Team": "blue"}
    }
  }]
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (trust, _) = CompiledPolicy::compile_stored(TRUST, DocumentKind::Trust);
    let source = PolicySource::Trust { role: "arn:aws:iam::111122223333:role/App".parse()? };
    let caller = Caller::User {
        account: "111122223333".parse()?,
        arn: "arn:aws:iam::111122223333:user/Alice".parse()?,
        id: "AIDAIOSFODNN7EXAMPLE1".parse()?,
    };
    let context = ContextBuilder::new()
        .single("aws:SourceIp", "192.0.2.7")
        .single("aws:PrincipalTag/Team", "Blue")
        .build();
    let request = Request {
        action: "sts:AssumeRole",
        resource: "arn:aws:iam::111122223333:role/App",
        resource_account: None,
        caller: &caller,
        context: &context,
    };
    let layers = Layers {
        resource: ResourcePolicy::Trust(PolicyRef { source: &source, policy: &trust }),
        ..Layers::default()
    };
    let mut trace = FullTrace::default();
    let outcome = evaluate(&request, &layers, &mut trace);
    println!("{:?}", outcome.decision);
    for blocker in outcome.blockers.iter() {
        match blocker.reason {
            BlockReason::Denies(statement) => {
                println!("the {} denies: {}", blocker.policy_type.name(), statement.span.of(TRUST));
            }
            BlockReason::DoesNotAllow { .. } => {
                println!("no {} allows", blocker.policy_type.name());
            }
        }
    }
    trace.policies().for_each(show);
    Ok(())
}

/// What each part of each statement said.
fn show(policy: PolicyTrace<'_>) {
    for statement in policy.statements() {
        println!("{} {:?}", statement.sid.unwrap_or("(no Sid)"), statement.effect);
        for element in statement.elements() {
            println!(
                "  {}: {}",
                element.name,
                if element.matched { "fits" } else { "does not fit" }
            );
        }
        for condition in statement.conditions() {
            let holds = if condition.holds { "holds" } else { "does not hold" };
            println!("  {}: {holds} ({:?})", condition.key, condition.reason);
            for value in condition.values {
                let place = value.span.of(TRUST);
                println!("    wanted {place}: {}", if value.matched { "so it is" } else { "no" });
            }
        }
    }
}
