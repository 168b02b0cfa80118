//! However policies are found, they answer the same.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use stead_policy::{
    Caller, Cause, CompiledPolicy, Context, Decision, DocumentKind, FullTrace, Layers, NoTrace,
    Policies, PolicyRef, PolicySet, PolicySource, Request, ResourcePolicy, evaluate,
};

use crate::traces;

const ROLE: &str = "arn:aws:iam::111122223333:role/team/App";
const ACTIONS: [&str; 12] = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:get**",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:G?tObject",
    "s3:*Object",
    "s3:*Acl",
    "*:Get*",
    "iam:*",
    "s3:Get",
];
const RESOURCES: [&str; 13] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/c",
    "arn:aws:s3:::b",
    "arn:aws:s3",
    "arn:*",
    "arn:aws:s3:::${a}/*",
    "arn:aws:sns:*:*:b",
    "arn:aws:s3:*:*:b/c",
    "arn:aws:s3:*::b/*",
    "arn:*:s3:::${a}/c",
    "arn:aws:s3:?::b/c",
    "arn:aws:s3:::B/*",
];
const PRINCIPALS: [(&str, &str); 9] = [
    ("AWS", "*"),
    ("AWS", "111122223333"),
    ("AWS", "arn:aws:iam::111122223333:root"),
    ("AWS", ROLE),
    ("AWS", "AROAAPPAPPAPPAPPAPP01"),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/App/one"),
    ("AWS", "arn:aws:sts::111122223333:assumed-role/App/two"),
    ("Federated", "accounts.google.com"),
    ("Service", "ec2.amazonaws.com"),
];

fn some<T: Clone + std::fmt::Debug + 'static>(
    values: &'static [T],
) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(values), 1..6)
}

/// The parts of a statement.
fn statements() -> impl Strategy<Value = Value> {
    let effect = prop::sample::select(vec!["Allow", "Allow", "Deny"]);
    let action = prop::sample::select(vec!["Action", "Action", "Action", "NotAction"]);
    let resource = prop::sample::select(vec!["Resource", "Resource", "NotResource"]);
    (effect, action, some(&ACTIONS), resource, some(&RESOURCES)).prop_map(
        |(effect, action, actions, resource, resources)| {
            json!({"Effect": effect, action: actions, resource: resources})
        },
    )
}

fn with_principals() -> impl Strategy<Value = Value> {
    let element = prop::sample::select(vec!["Principal", "Principal", "NotPrincipal"]);
    (statements(), element, some(&PRINCIPALS)).prop_map(|(mut statement, element, named)| {
        let mut kinds = json!({});
        for (kind, principal) in named {
            match kinds[kind].as_array_mut() {
                Some(values) => values.push(principal.into()),
                None => kinds[kind] = json!([principal]),
            }
        }
        statement[element] = kinds;
        statement
    })
}

fn compiled(statements: &[Value], kind: DocumentKind) -> Arc<CompiledPolicy> {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Arc::new(CompiledPolicy::compile_stored(&text, kind).0)
}

/// What decided, and by which of all the statements.
fn answer(layers: &Layers<'_>, action: &str, each_alone: bool) -> (Decision, Option<usize>) {
    let account = "111122223333".parse().unwrap();
    let caller = Caller::RoleSession {
        account,
        role_arn: ROLE.parse().unwrap(),
        role_id: "AROAAPPAPPAPPAPPAPP01".parse().unwrap(),
        session_arn: "arn:aws:sts::111122223333:assumed-role/App/one".parse().unwrap(),
        session_name: "one".into(),
        federated_provider: Some("accounts.google.com".into()),
    };
    let context: Context = Context::empty().to_builder().single("a", "b").build();
    let resource_account = Some(account);
    let resource = "arn:aws:s3:::b/c";
    let request =
        Request { action, resource, resource_account, caller: &caller, context: &context };
    let outcome = evaluate(&request, layers, &mut NoTrace);
    let mut trace = FullTrace::default();
    assert_eq!(evaluate(&request, layers, &mut trace), outcome);
    // What the index passed over does not apply.
    traces::check_complete(&trace);
    let place = match outcome.cause {
        Cause::Statement { statement, .. } if each_alone => match statement.source {
            PolicySource::Resource { resource } => resource.parse().ok(),
            _ => None,
        },
        Cause::Statement { statement, .. } => Some(statement.index),
        Cause::NothingAllows { .. } | Cause::RootUser => None,
    };
    (outcome.decision, place)
}

fn numbered(place: usize) -> PolicySource {
    PolicySource::Resource { resource: place.to_string().into() }
}

proptest! {
    #[test]
    fn lists_sets_and_long_documents_agree(
        statements in prop::collection::vec(statements(), 5..24),
        action in prop::sample::select(vec!["s3:GetObject", "S3:GetObjectAcl", "s3:Put", "x"]),
    ) {
        // Documents of one statement are short enough to be walked.
        let alone: Vec<Arc<CompiledPolicy>> = statements
            .iter()
            .map(|one| compiled(std::slice::from_ref(one), DocumentKind::Identity))
            .collect();
        let sources: Vec<PolicySource> = (0..alone.len()).map(numbered).collect();
        let list: Vec<PolicyRef<'_>> = sources
            .iter()
            .zip(&alone)
            .map(|(source, policy)| PolicyRef { source, policy })
            .collect();
        let set = PolicySet::new(sources.iter().cloned().zip(alone.iter().cloned()));
        let long = compiled(&statements, DocumentKind::Identity);
        let long = [PolicyRef { source: &sources[0], policy: &long }];
        let asked = |identity: Policies<'_>, each_alone| {
            answer(&Layers { identity, ..Layers::default() }, action, each_alone)
        };
        let walked = asked((&list).into(), true);
        prop_assert_eq!(asked((&set).into(), true), walked);
        prop_assert_eq!(asked((&long).into(), false), walked);
    }

    #[test]
    fn principals_are_found_as_by_walking(
        statements in prop::collection::vec(with_principals(), 5..24),
        action in prop::sample::select(vec!["s3:GetObject", "s3:GetObjectAcl", "s3:Put"]),
    ) {
        // Every statement by itself says whether it applies; the document has to say
        // what the first that denies says, or else one that allows.
        let mut walked = (Decision::ImplicitDeny, None);
        for (place, statement) in statements.iter().enumerate() {
            let one = compiled(std::slice::from_ref(statement), DocumentKind::Resource);
            let (decision, _) = resource_answer(&one, action);
            if walked.0 != Decision::ExplicitDeny && decision != Decision::ImplicitDeny
                && (decision == Decision::ExplicitDeny || walked.1.is_none())
            {
                walked = (decision, Some(place));
            }
        }
        let (decision, place) = resource_answer(&compiled(&statements, DocumentKind::Resource), action);
        prop_assert_eq!(decision, walked.0);
        if decision == Decision::ExplicitDeny {
            prop_assert_eq!(place, walked.1);
        }
    }
}

/// By a resource's policy alone: a boundary and an identity policy that allow
/// everything hide what lifts what.
fn resource_answer(policy: &CompiledPolicy, action: &str) -> (Decision, Option<usize>) {
    let source = PolicySource::SessionInline;
    let resource = ResourcePolicy::Resource(PolicyRef { source: &source, policy });
    answer(&Layers { resource, ..Layers::default() }, action, false)
}
