//! Condition blocks, each in an Allow and in a Deny.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stead_policy::{
    Caller, CompiledPolicy, Context, Decision, DocumentKind, FullTrace, Layers, PolicyRef,
    PolicySource, Request, evaluate,
};

use crate::{corpus, traces};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    point: u32,
    name: String,
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(default = "newer", deserialize_with = "version")]
    version: Option<String>,
    #[serde(rename = "if")]
    condition: Value,
    given: Map<String, Value>,
    holds: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "the default of a field that can be absent")]
fn newer() -> Option<String> {
    Some("2012-10-17".to_owned())
}

/// `null` means a document without a version, which is not the default.
fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

#[test]
fn conditions_hold_as_documented() {
    let mut failures = Vec::new();
    for (file_name, file) in corpus::files::<File>("conditions") {
        for case in &file.cases {
            let context = corpus::context(&case.given);
            let allowed = ask(case, "Allow", &context) == Decision::Allow;
            let denied = ask(case, "Deny", &context) == Decision::ExplicitDeny;
            if (allowed, denied) != (case.holds, case.holds) {
                let name = &case.name;
                failures.push(format!("{file_name}: {name}: allows {allowed}, denies {denied}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Whether each condition should hold, with the point the case belongs to.
pub(crate) fn outcomes() -> Vec<(u32, String, bool)> {
    let files = corpus::files::<File>("conditions");
    let cases = files.into_iter().flat_map(|(_, file)| file.cases);
    cases.map(|case| (case.point, case.name, case.holds)).collect()
}

fn ask(case: &Case, effect: &str, context: &Context) -> Decision {
    let mut document = json!({"Statement": {
        "Effect": effect, "Action": "*", "Resource": "*", "Condition": case.condition,
    }});
    if let Some(version) = &case.version {
        document["Version"] = version.as_str().into();
    }
    let kind = DocumentKind::Identity;
    let (policy, _) = CompiledPolicy::compile_stored(&document.to_string(), kind);
    let account = "111122223333".parse().unwrap();
    let request = Request {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::reports/q1",
        resource_account: Some(account),
        caller: &Caller::User {
            account,
            arn: "arn:aws:iam::111122223333:user/staff/Alice".parse().unwrap(),
            id: "AIDAALICEALICEALICE01".parse().unwrap(),
        },
        context,
    };
    let source = PolicySource::SessionInline;
    let identity = [PolicyRef { source: &source, policy: &policy }];
    let layers = Layers { identity: (&identity).into(), ..Layers::default() };
    // The trace checks itself against the decision in debug builds.
    let mut trace = FullTrace::default();
    let decision = evaluate(&request, &layers, &mut trace).decision;
    traces::check_complete(&trace);
    decision
}
