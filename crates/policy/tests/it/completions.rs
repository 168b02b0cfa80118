//! Whatever unknown keys turn out to be, the answer was right.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use stead_policy::{
    Caller, CompiledPolicy, Completion, Context, ContextBuilder, Decision, DocumentKind, Layers,
    NoTrace, Partial, Policies, PolicyRef, PolicySource, Request, ResourcePolicy, Supposed,
    evaluate, evaluate_partial,
};

/// Few keys and values, so that statements often speak of the same.
const KEYS: [&str; 4] = ["k", "j", "aws:RequestTag/t", "aws:PrincipalArn"];
const VALUES: [&str; 22] = [
    "",
    "a",
    "A",
    "ab",
    "b",
    "x",
    "a*",
    "*b",
    "?",
    "true",
    "1",
    "1.50",
    "-2",
    "10.0.0.0/8",
    "10.0.0.1",
    "::1",
    "2026-01-01",
    "2026-01-01T00:00:01Z",
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:iam::111122223333:user/a",
    "aGk=",
    "/w==",
];
const VARIABLES: [&str; 5] = ["${k}", "${j}", "a${k}", "${j}*", "${k, 'a'}"];
const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];
/// The operators that values like these mostly fit.
const FREQUENT: [&str; 5] =
    ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Null"];
const RESOURCES: [&str; 5] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${k}",
    "arn:aws:s3:::${j}/${k}",
    "arn:aws:s3:::${k, 'b'}/a*",
];

fn operators() -> impl Strategy<Value = String> {
    let quantifiers = select(&["", "", "", "ForAllValues:", "ForAnyValue:"][..]);
    let bases = prop_oneof![select(&OPERATORS[..]), select(&FREQUENT[..])];
    (quantifiers, bases, select(&["", "", "IfExists"][..])).prop_map(
        |(quantifier, base, suffix)| match base {
            "Null" => "Null".to_owned(),
            base => format!("{quantifier}{base}{suffix}"),
        },
    )
}

fn conditions() -> impl Strategy<Value = Value> {
    let values = prop_oneof![
        4 => select(&VALUES[..]),
        1 => select(&VARIABLES[..]),
        1 => select(&["true", "false"][..]),
    ];
    let condition = (operators(), select(&KEYS[..]), prop::collection::vec(values, 1..4));
    prop::collection::vec(condition, 0..3).prop_map(|conditions| {
        let mut block = json!({});
        for (operator, key, values) in conditions {
            block[operator][key] = json!(values);
        }
        block
    })
}

fn statements() -> impl Strategy<Value = Value> {
    let resources = (
        prop::bool::weighted(0.15),
        prop::collection::vec(prop_oneof![2 => Just("*"), 1 => select(&RESOURCES[..])], 1..3),
    );
    (prop::bool::weighted(0.7), resources, conditions()).prop_map(
        |(allows, (negated, resources), conditions)| {
            let resource = if negated { "NotResource" } else { "Resource" };
            json!({
                "Effect": if allows { "Allow" } else { "Deny" },
                "Action": "*",
                resource: resources,
                "Condition": conditions,
            })
        },
    )
}

fn policy(kind: DocumentKind, statements: &[Value]) -> CompiledPolicy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    CompiledPolicy::compile_stored(&document.to_string(), kind).0
}

/// Statements of every layer that a user's request has.
#[derive(Clone, Debug)]
struct Documents {
    identity: Vec<Value>,
    boundary: Option<Vec<Value>>,
    resource: Option<Vec<Value>>,
    service_control: Option<Vec<Value>>,
}

fn documents() -> impl Strategy<Value = Documents> {
    let some = |most| prop::collection::vec(statements(), 1..most);
    let principals = select(vec![
        json!("*"),
        json!({"AWS": "111122223333"}),
        json!({"AWS": "AIDAALICEALICEALICE01"}),
        json!({"AWS": "444455556666"}),
    ]);
    let resource = (some(3), principals).prop_map(|(mut statements, principal)| {
        for statement in &mut statements {
            statement["Principal"] = principal.clone();
        }
        statements
    });
    (
        some(5),
        prop::option::weighted(0.25, some(4)),
        prop::option::weighted(0.3, resource),
        prop::option::weighted(0.2, some(4)),
    )
        .prop_map(|(identity, boundary, resource, service_control)| Documents {
            identity,
            boundary,
            resource,
            service_control,
        })
}

impl Documents {
    fn with<R>(&self, context: &Context, run: impl FnOnce(&Request<'_>, &Layers<'_>) -> R) -> R {
        let source = PolicySource::SessionInline;
        let compile = |kind, statements: &Vec<Value>| policy(kind, statements);
        let identity = compile(DocumentKind::Identity, &self.identity);
        let boundary = self.boundary.as_ref().map(|one| compile(DocumentKind::Boundary, one));
        let resource = self.resource.as_ref().map(|one| compile(DocumentKind::Resource, one));
        let levels =
            self.service_control.as_ref().map(|one| compile(DocumentKind::ServiceControl, one));
        let reference = |policy| PolicyRef { source: &source, policy };
        let levels: Vec<Policies<'_>> =
            levels.iter().map(|policy| Some(reference(policy)).into()).collect();
        let layers = Layers {
            identity: Some(reference(&identity)).into(),
            boundary: boundary.as_ref().map(reference),
            resource: resource
                .as_ref()
                .map_or(ResourcePolicy::None, |policy| ResourcePolicy::Resource(reference(policy))),
            service_control: &levels,
            ..Layers::default()
        };
        let account = "111122223333".parse().unwrap();
        let request = Request {
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/ab",
            resource_account: Some(account),
            caller: &Caller::User {
                account,
                arn: "arn:aws:iam::111122223333:user/a".parse().unwrap(),
                id: "AIDAALICEALICEALICE01".parse().unwrap(),
            },
            context,
        };
        run(&request, &layers)
    }

    fn allowed(&self, context: &Context) -> bool {
        let decide = |request: &Request<'_>, layers: &Layers<'_>| {
            evaluate(request, layers, &mut NoTrace).decision
        };
        self.with(context, decide) == Decision::Allow
    }

    /// Whether an operator with this in its name asks for the key.
    fn ask(&self, key: &str, by: &str) -> bool {
        let documents = [
            Some(&self.identity),
            self.boundary.as_ref(),
            self.resource.as_ref(),
            self.service_control.as_ref(),
        ];
        documents.into_iter().flatten().flatten().any(|statement| {
            let block = statement["Condition"].as_object().unwrap();
            block.iter().any(|(operator, keys)| operator.contains(by) && keys.get(key).is_some())
        })
    }
}

/// What a key can be, of whatever kind.
fn supposed() -> impl Strategy<Value = Supposed> {
    let texts = prop_oneof![
        4 => select(&VALUES[..]).prop_map(str::to_owned),
        1 => select(&["false", "aba", "0", "1.5", "1.2", "10.1.1.1", "9.9.9.9", "2025", "hi"][..])
            .prop_map(str::to_owned),
        1 => "[abAx]{0,4}",
    ];
    let bytes = select(vec![b"hi".to_vec(), vec![0xff], vec![0]]);
    prop_oneof![
        1 => Just(Supposed::Absent),
        5 => texts.clone().prop_map(Supposed::Single),
        2 => prop::collection::vec(texts, 1..4).prop_map(Supposed::Multi),
        1 => bytes.prop_map(Supposed::Binary),
    ]
}

/// The key as its kind allows it to be.
fn fitting(documents: &Documents, key: &str, supposed: Supposed) -> Supposed {
    match supposed {
        Supposed::Multi(_) if !documents.ask(key, ":") => Supposed::Absent,
        Supposed::Binary(_) if !documents.ask(key, "BinaryEquals") => Supposed::Absent,
        other => other,
    }
}

fn completed(documents: &Documents, context: &Context, all: &[Supposed; 4]) -> Context {
    let unknown = KEYS.iter().zip(all).filter(|(key, _)| context.is_unknown(key));
    let keys = unknown
        .map(|(key, supposed)| ((*key).to_owned(), fitting(documents, key, supposed.clone())));
    Completion { keys: keys.collect() }.complete(context)
}

/// Which keys are given, which absent and which unknown; and whether all others are.
fn contexts() -> impl Strategy<Value = Context> {
    let given = prop_oneof![
        4 => Just(None),
        1 => supposed().prop_map(Some),
    ];
    (prop::array::uniform4(given), any::<bool>()).prop_map(|(given, others)| {
        let mut builder = ContextBuilder::new();
        for (key, given) in KEYS.iter().zip(given) {
            builder = match given {
                None if others => builder,
                None => builder.unknown(key),
                Some(Supposed::Absent) => builder.absent(key),
                Some(Supposed::Single(text)) => builder.single(key, text),
                Some(Supposed::Multi(texts)) => builder.multi(key, texts),
                Some(Supposed::Binary(bytes)) => builder.binary(key, &bytes),
            };
        }
        if others { builder.others_unknown().build() } else { builder.build() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn every_completion_agrees(
        documents in documents(),
        context in contexts(),
        completions in prop::collection::vec(prop::array::uniform4(supposed()), 40),
    ) {
        let agree = |context: &Context, wanted: bool| {
            completions.iter().try_for_each(|all| {
                let completed = completed(&documents, context, all);
                prop_assert_eq!(documents.allowed(&completed), wanted, "{:?}", completed);
                Ok(())
            })
        };
        let found = documents.with(&context, |request, layers| {
            match evaluate_partial(request, layers) {
                Partial::Allowed(outcome) => Ok(outcome.decision == Decision::Allow),
                Partial::Denied(outcome) => Ok(outcome.decision == Decision::Allow),
                Partial::Depends(depends) => {
                    assert!(!depends.on.is_empty());
                    Err((depends.allowed_when, depends.denied_when))
                }
            }
        });
        // Asked plainly, what may be denied is.
        prop_assert!(!documents.allowed(&context) || found == Ok(true));
        match found {
            Ok(allowed) => agree(&context, allowed)?,
            Err((allowed_when, denied_when)) => {
                for (found, allowed) in [(allowed_when, true), (denied_when, false)] {
                    if let Some(found) = found {
                        agree(&found.complete(&context), allowed)?;
                    }
                }
            }
        }
    }
}
