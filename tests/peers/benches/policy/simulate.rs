//! iam-simulate's side, timed in its own process: policies as parsed JSON beforehand,
//! the request as text. Its call validates the policies each time, as it always does.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use stead_peers::documents::packages;
use stead_policy::Decision;

use crate::effort::Effort;
use crate::question::Question;
use crate::sets::Set;

/// Its process begins anew, and its compiler takes a while to see what is hot.
const WARM_UP_FACTOR: u64 = 6;

#[derive(Deserialize)]
struct Answer {
    decisions: Vec<String>,
    median: f64,
}

/// The median of its full call in nanoseconds, once its decisions were checked.
pub fn median(set: &Set, effort: &Effort) -> Result<f64> {
    let simulations: Vec<_> = set.questions.iter().map(|one| simulation(set, one)).collect();
    let task = json!({
        "simulations": simulations,
        "warmUpMs": effort.warm_up.as_millis() as u64 * WARM_UP_FACTOR,
        "calls": effort.calls,
    });
    let answer = run(&task)?;
    let expected = set.questions.map(|question| match question.expected {
        Decision::Allow => "Allowed",
        Decision::ImplicitDeny => "ImplicitlyDenied",
        Decision::ExplicitDeny => "ExplicitlyDenied",
    });
    ensure!(answer.decisions == expected, "iam-simulate decides {:?}", answer.decisions);
    Ok(answer.median)
}

fn simulation(set: &Set, question: &Question) -> Value {
    let keys = question.context().into_iter().map(|(key, value)| (key.into(), value.into()));
    let policies = set.identity.iter().enumerate().map(|(number, statement)| {
        json!({ "name": format!("policy-{number}"), "policy": statement.in_aws() })
    });
    json!({
        "request": {
            "principal": question.user,
            "action": question.action,
            "resource": { "resource": question.resource, "accountId": question.account },
            "contextVariables": keys.collect::<Map<String, Value>>(),
        },
        "identityPolicies": policies.collect::<Vec<_>>(),
        "resourcePolicy": Set::trust_in_aws(),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    })
}

fn run(task: &Value) -> Result<Answer> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/policy/simulate.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .arg(packages()?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run node")?;
    node.stdin.take().context("node reads")?.write_all(task.to_string().as_bytes())?;
    let output = node.wait_with_output()?;
    ensure!(output.status.success(), "node ended with {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
