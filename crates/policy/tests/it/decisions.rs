//! Layers of policies, a request, and the outcome.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use stead_policy::{
    BlockReason, Caller, Cause, CompiledPolicy, Context, Decision, DocumentKind, FederatedIssuer,
    FullTrace, Layers, NoTrace, Outcome, Policies, PolicyRef, PolicySource, Request,
    ResourcePolicy, evaluate,
};
use stead_types::AccountId;

use crate::{corpus, traces};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    defaults: Case,
    statements: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) point: Option<u32>,
    pub(crate) name: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
    caller: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    account: Option<String>,
    #[serde(default)]
    pub(crate) given: Map<String, Value>,
    identity: Option<Vec<Value>>,
    boundary: Option<Vec<Value>>,
    session: Option<Vec<Value>>,
    trust: Option<Vec<Value>>,
    policy: Option<Vec<Value>>,
    #[serde(default)]
    scp: Vec<Vec<Value>>,
    #[serde(default)]
    rcp: Vec<Value>,
    outcome: Option<String>,
    blockers: Option<Vec<String>>,
}

#[test]
fn requests_are_decided_as_documented() {
    let mut failures = Vec::new();
    for (file_name, file) in corpus::files::<File>("decisions") {
        for case in &file.cases {
            if let Err(failure) = check(case, &file) {
                failures.push(format!("{file_name}: {}: {failure}", case.name.as_ref().unwrap()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Whether each request should be allowed, with the point the case belongs to.
pub(crate) fn outcomes() -> Vec<(u32, String, bool)> {
    let files = corpus::files::<File>("decisions");
    let cases = files.into_iter().flat_map(|(_, file)| file.cases);
    cases
        .map(|case| {
            let allowed = case.outcome.unwrap().starts_with("Allow ");
            (case.point.unwrap(), case.name.unwrap(), allowed)
        })
        .collect()
}

/// The layers of a case, owning what they are made of.
#[derive(Default)]
struct Owned {
    identity: Vec<CompiledPolicy>,
    boundary: Option<CompiledPolicy>,
    session: Option<Vec<CompiledPolicy>>,
    trust: Option<CompiledPolicy>,
    resource: Option<CompiledPolicy>,
    service_control: Vec<Vec<CompiledPolicy>>,
    resource_control: Vec<CompiledPolicy>,
}

fn check(case: &Case, file: &File) -> Result<(), String> {
    let context = corpus::context(&case.given);
    let outcome = asked(case, &file.defaults, &file.statements, &context, |request, layers| {
        let untraced = describe(&evaluate(request, layers, &mut NoTrace));
        let mut trace = FullTrace::default();
        let traced = describe(&evaluate(request, layers, &mut trace));
        assert_eq!(untraced, traced, "being traced must not change the outcome");
        traces::check_complete(&trace);
        untraced
    });
    compare(case, &outcome)
}

/// Runs something with the request and the layers of a case.
pub(crate) fn asked<R>(
    case: &Case,
    defaults: &Case,
    statements: &BTreeMap<String, Value>,
    context: &Context,
    run: impl FnOnce(&Request<'_>, &Layers<'_>) -> R,
) -> R {
    let own = "111122223333".parse().unwrap();
    let pick = |value: &Option<String>, default: &Option<String>| {
        value.clone().or_else(|| default.clone())
    };
    let account: Option<AccountId> = match pick(&case.account, &defaults.account).as_deref() {
        None | Some("own") => Some(own),
        Some("other") => Some("444455556666".parse().unwrap()),
        Some(_) => None,
    };
    let request = Request {
        action: &pick(&case.action, &defaults.action).unwrap(),
        resource: &pick(&case.resource, &defaults.resource).unwrap(),
        resource_account: account,
        caller: &caller(&pick(&case.caller, &defaults.caller).unwrap()),
        context,
    };
    let owned = compile(case, defaults, statements);
    with_layers(&owned, &PolicySource::SessionInline, |layers| run(&request, layers))
}

fn compare(case: &Case, (outcome, blockers): &(String, Vec<String>)) -> Result<(), String> {
    if Some(outcome) != case.outcome.as_ref() {
        return Err(format!("{outcome}, blocked by {blockers:?}"));
    }
    match &case.blockers {
        Some(wanted) if wanted != blockers => Err(format!("blocked by {blockers:?}")),
        _ => Ok(()),
    }
}

pub(crate) fn describe(outcome: &Outcome<'_>) -> (String, Vec<String>) {
    let cause = match outcome.cause {
        Cause::Statement { policy_type, .. } | Cause::NothingAllows { policy_type } => {
            format!("{policy_type:?}")
        }
        Cause::RootUser => "RootUser".to_owned(),
    };
    let blockers = outcome.blockers.iter().map(|blocker| match blocker.reason {
        BlockReason::Denies(_) => format!("{:?} denies", blocker.policy_type),
        BlockReason::DoesNotAllow { level: None } => {
            format!("{:?} does not allow", blocker.policy_type)
        }
        BlockReason::DoesNotAllow { level: Some(level) } => {
            format!("{:?} does not allow at {level}", blocker.policy_type)
        }
    });
    let blockers: Vec<String> = blockers.collect();
    assert_eq!(outcome.decision == Decision::Allow, blockers.is_empty());
    (format!("{:?} by {cause}", outcome.decision), blockers)
}

fn compile(case: &Case, defaults: &Case, statements: &BTreeMap<String, Value>) -> Owned {
    let named = |value: &Value| match value {
        Value::String(name) if !name.starts_with('{') => {
            statements.get(name).unwrap_or_else(|| panic!("no statement `{name}`")).clone()
        }
        other => other.clone(),
    };
    let one = |value: &Value, kind| {
        CompiledPolicy::compile_stored(&corpus::document(&named(value)), kind).0
    };
    let each = |values: &[Value], kind| -> Vec<CompiledPolicy> {
        values.iter().map(|value| one(value, kind)).collect()
    };
    // Layers of one document: its statements are listed.
    let together = |values: &Vec<Value>, kind| match values.as_slice() {
        [single] => one(single, kind),
        several => {
            let statements: Vec<Value> = several.iter().map(named).collect();
            one(&json!({"Version": "2012-10-17", "Statement": statements}), kind)
        }
    };
    let identity = case.identity.as_ref().or(defaults.identity.as_ref());
    Owned {
        identity: each(identity.map_or(&[], Vec::as_slice), DocumentKind::Identity),
        boundary: case.boundary.as_ref().map(|list| together(list, DocumentKind::Boundary)),
        session: case.session.as_ref().map(|list| each(list, DocumentKind::Session)),
        trust: case.trust.as_ref().map(|list| together(list, DocumentKind::Trust)),
        resource: case.policy.as_ref().map(|list| together(list, DocumentKind::Resource)),
        service_control: case
            .scp
            .iter()
            .map(|level| each(level, DocumentKind::ServiceControl))
            .collect(),
        resource_control: each(&case.rcp, DocumentKind::ResourceControl),
    }
}

fn with_layers<R>(owned: &Owned, source: &PolicySource, run: impl FnOnce(&Layers<'_>) -> R) -> R {
    let one = |policy| PolicyRef { source, policy };
    let identity = refs(&owned.identity, source);
    let session = owned.session.as_deref().map(|policies| refs(policies, source));
    let levels: Vec<Vec<PolicyRef<'_>>> =
        owned.service_control.iter().map(|level| refs(level, source)).collect();
    let levels: Vec<Policies<'_>> = levels.iter().map(Into::into).collect();
    let resource_control = refs(&owned.resource_control, source);
    let resource = match (&owned.trust, &owned.resource) {
        (Some(trust), _) => ResourcePolicy::Trust(one(trust)),
        (None, Some(policy)) => ResourcePolicy::Resource(one(policy)),
        (None, None) => ResourcePolicy::None,
    };
    run(&Layers {
        identity: (&identity).into(),
        boundary: owned.boundary.as_ref().map(one),
        session: session.as_ref().map(Into::into),
        resource,
        service_control: &levels,
        resource_control: (&resource_control).into(),
    })
}

fn refs<'a>(policies: &'a [CompiledPolicy], source: &'a PolicySource) -> Vec<PolicyRef<'a>> {
    policies.iter().map(|policy| PolicyRef { source, policy }).collect()
}

fn caller(name: &str) -> Caller {
    let account = "111122223333".parse().unwrap();
    let user = "arn:aws:iam::111122223333:user/staff/Alice".parse().unwrap();
    let user_id = "AIDAALICEALICEALICE01".parse().unwrap();
    let federated = "arn:aws:sts::111122223333:federated-user/Bob".parse().unwrap();
    match name {
        "user" => Caller::User { account, arn: user, id: user_id },
        "role" | "role by token" => Caller::RoleSession {
            account,
            role_arn: "arn:aws:iam::111122223333:role/jobs/Worker".parse().unwrap(),
            role_id: "AROAWORKERWORKERWORK1".parse().unwrap(),
            session_arn: "arn:aws:sts::111122223333:assumed-role/Worker/shift".parse().unwrap(),
            session_name: "shift".into(),
            federated_provider: (name == "role by token").then(|| "accounts.google.com".into()),
        },
        "root" => Caller::Root { account },
        "federated" => Caller::FederatedUser {
            account,
            arn: federated,
            issuer: FederatedIssuer::User { arn: user, id: user_id },
        },
        "federated by root" => {
            Caller::FederatedUser { account, arn: federated, issuer: FederatedIssuer::Root }
        }
        "web" => Caller::WebIdentity {
            provider: "arn:aws:iam::444455556666:oidc-provider/issuer.example".into(),
        },
        "google" => Caller::WebIdentity { provider: "accounts.google.com".into() },
        "saml" => Caller::Saml { provider: "arn:aws:iam::444455556666:saml-provider/Corp".into() },
        "service" => Caller::Service { name: "ec2.amazonaws.com".into() },
        "anonymous" => Caller::Anonymous,
        other => panic!("no caller {other}"),
    }
}

/// What was read as one kind of document and is compiled as another.
#[test]
fn a_statement_that_does_not_suit_the_kind_of_document_grants_nothing() {
    let element = r#""Action": "*", "Resource": "*""#;
    let trust = r#""Action": "sts:AssumeRole", "Principal": {"AWS": "*"}"#;
    let all = r#""Action": "*", "Resource": "*", "Principal": "*""#;
    let (identity, resource) = (DocumentKind::Identity, DocumentKind::Resource);
    for (read_as, compiled_as, elements, allows) in [
        (identity, DocumentKind::Boundary, element, true),
        (identity, resource, element, false),
        (identity, DocumentKind::Trust, element, false),
        (DocumentKind::Trust, identity, trust, false),
        (DocumentKind::Trust, resource, trust, false),
        (resource, identity, all, false),
        (resource, DocumentKind::Trust, all, false),
        (resource, resource, all, true),
    ] {
        let decided = ["Allow", "Deny"].map(|effect| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", {elements}}}}}"#
            );
            let policy = stead_policy::parse(&text, read_as).policy.unwrap();
            let policy = CompiledPolicy::compile(&policy, compiled_as);
            let source = PolicySource::SessionInline;
            let resource = ResourcePolicy::Resource(PolicyRef { source: &source, policy: &policy });
            let request = Request {
                action: "sts:AssumeRole",
                resource: "arn:aws:iam::111122223333:role/App",
                resource_account: None,
                caller: &caller("anonymous"),
                context: &Context::empty(),
            };
            evaluate(&request, &Layers { resource, ..Layers::default() }, &mut NoTrace).decision
        });
        let allowed = if allows { Decision::Allow } else { Decision::ImplicitDeny };
        // A Deny that cannot be told denies.
        assert_eq!(decided, [allowed, Decision::ExplicitDeny], "{read_as:?} {compiled_as:?}");
    }
}
