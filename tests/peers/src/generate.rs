//! Questions made up from a seed: every kind of document and caller, real actions and
//! resources, every operator.

pub mod values;

use serde_json::{Map, Value, json};

use crate::case::{Asker, Case, Given};
use crate::random::Random;
use values::{KEYS, Key, Kind, Scope, given, operators, wanted};

/// The accounts everything lies in.
pub const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

/// Actions and resources they can be asked for; `{}` stands for the account.
const TARGETS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::reports/home/alice/notes.txt"),
    ("s3:PutObject", "arn:aws:s3:::reports/2026/a.csv"),
    ("s3:ListBucket", "arn:aws:s3:::reports"),
    ("s3:DeleteObject", "arn:aws:s3:::reports-archive/x"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:{}:orders"),
    ("sqs:ReceiveMessage", "arn:aws:sqs:eu-central-1:{}:orders-dead"),
    ("sns:Publish", "arn:aws:sns:us-east-1:{}:alerts"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:{}:table/books"),
    ("dynamodb:Query", "arn:aws:dynamodb:us-east-1:{}:table/books/index/by-author"),
    ("ec2:TerminateInstances", "arn:aws:ec2:us-east-1:{}:instance/i-0abcdef1234567890"),
    ("ec2:CreateTags", "arn:aws:ec2:us-east-1:{}:volume/vol-0abcdef1234567890"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:{}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:GenerateDataKey", "arn:aws:kms:us-east-1:{}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("iam:GetUser", "arn:aws:iam::{}:user/alice"),
    ("iam:PassRole", "arn:aws:iam::{}:role/app/Deployer"),
    ("iam:AttachRolePolicy", "arn:aws:iam::{}:role/Reader"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:{}:function:resize"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:{}:secret:db/main-AbCdEf"),
    ("logs:PutLogEvents", "arn:aws:logs:us-east-1:{}:log-group:/app/web:log-stream:one"),
];

/// Actions that roles are assumed with.
const ASSUMING: [&str; 2] = ["sts:AssumeRole", "sts:TagSession"];

/// Actions that have no resource.
const ROOTLESS: [&str; 4] =
    ["s3:ListAllMyBuckets", "ec2:DescribeInstances", "iam:ListUsers", "kms:ListAliases"];

/// Patterns of actions that are not the one asked for.
const OTHER_ACTIONS: &[&str] =
    &["s3:PutBucketPolicy", "s3:List*", "ec2:*", "sqs:*", "kms:Encrypt", "dynamodb:*Item", "iam:*"];

const OTHER_RESOURCES: &[&str] = &[
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::other/*",
    "arn:aws:sqs:*:*:*",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:s3:::reports/home/${aws:username}/*",
    "arn:aws:s3:::reports/${aws:PrincipalTag/team}/*",
    "arn:aws:iam::111122223333:user/${aws:username}",
    "arn:aws:sqs:us-east-1:111122223333:${aws:PrincipalTag/queue, 'orders'}",
    "arn:aws:ec2:*:*:*/*",
    "arn:aws:sqs:us-east-1",
    "arn:aws:dynamodb:*",
    "arn:aws:dynamodb:us-east-1:111122223333:${aws:PrincipalTag/absent}",
];

/// The kinds of document, as far as they are written differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Document {
    Own,
    ServiceControl,
    ResourceControl,
    Trust,
    Resource,
}

/// The question of a seed.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let account = random.text(&ACCOUNTS);
    let (action, resource) = target(&mut random, &account);
    let caller = asker(&mut random, &action, &account);
    let mut case = Case {
        identity: Vec::new(),
        boundary: None,
        session: None,
        resource_policy: None,
        service_control: Vec::new(),
        resource_control: Vec::new(),
        caller,
        action,
        resource,
        account,
        context: Default::default(),
    };
    add_policies(&mut random, &mut case);
    add_context(&mut random, &mut case);
    case
}

fn target(random: &mut Random, account: &str) -> (String, String) {
    match random.below(10) {
        0..=2 => {
            let role = *random.pick(&["role/app/Deployer", "role/Reader"]);
            (random.text(&ASSUMING), format!("arn:aws:iam::{account}:{role}"))
        }
        3 if random.percent(30) => (random.text(&ROOTLESS), "*".to_owned()),
        _ => {
            let (action, resource) = *random.pick(TARGETS);
            (action.to_owned(), resource.replace("{}", account))
        }
    }
}

fn asker(random: &mut Random, action: &str, owner: &str) -> Asker {
    let account = random.text(&ACCOUNTS);
    let user = |name: &str| format!("arn:aws:iam::{account}:user/{name}");
    match random.below(20) {
        0..=6 => Asker::User {
            arn: user(&random.text(&["alice", "staff/bob"])),
            id: "AIDAIOSFODNN7EXAMPLE1".to_owned(),
        },
        7..=13 => Asker::Role {
            arn: format!(
                "arn:aws:iam::{account}:role/{}",
                random.text(&["app/Deployer", "Reader"])
            ),
            id: "AROAIOSFODNN7EXAMPLE2".to_owned(),
            session: random.text(&["build", "alice@example.com"]),
        },
        14 | 15 => Asker::FederatedUser {
            name: random.text(&["alice", "carol"]),
            issuer: user("alice"),
            issuer_id: "AIDAIOSFODNN7EXAMPLE1".to_owned(),
        },
        16 => Asker::Root(account),
        // A role is assumed with the tokens of a provider in its own account.
        17 if action.starts_with("sts:") => match random.below(3) {
            0 => Asker::WebIdentity("accounts.google.com".to_owned()),
            1 => Asker::WebIdentity(format!(
                "arn:aws:iam::{owner}:oidc-provider/token.actions.githubusercontent.com"
            )),
            _ => Asker::Saml(format!("arn:aws:iam::{owner}:saml-provider/Corporate")),
        },
        18 => Asker::Service(random.text(&["ec2.amazonaws.com", "cloudtrail.amazonaws.com"])),
        19 => Asker::Anonymous,
        _ => Asker::User { arn: user("alice"), id: "AIDAIOSFODNN7EXAMPLE1".to_owned() },
    }
}

fn add_policies(random: &mut Random, case: &mut Case) {
    let own = case.caller.account().is_some();
    let root = matches!(case.caller, Asker::Root(_));
    let session = matches!(case.caller, Asker::Role { .. } | Asker::FederatedUser { .. });
    // First, since it decides which keys there can be.
    if session && random.percent(25) {
        case.session = Some(document(random, case, Document::Own));
    }
    if own && !root {
        for _ in 0..random.below(4) {
            let policy = document(random, case, Document::Own);
            case.identity.push(policy);
        }
        if random.percent(25) {
            case.boundary = Some(document(random, case, Document::Own));
        }
    }
    if case.assumes_role() {
        case.resource_policy = Some(document(random, case, Document::Trust));
    } else if case.resource != "*" && random.percent(45) {
        case.resource_policy = Some(document(random, case, Document::Resource));
    }
    let service = matches!(case.caller, Asker::Service(_));
    if own && random.percent(20) || service && random.percent(10) {
        for _ in 0..=random.below(2) {
            let level =
                (0..=random.below(2)).map(|_| document(random, case, Document::ServiceControl));
            let level = level.collect();
            case.service_control.push(level);
        }
    }
    // Observed: a resource control policy about IAM is malformed (`policy`'s table of services).
    let controlled = case.resource != "*" && !case.action.starts_with("iam:");
    if controlled && random.percent(15) {
        case.resource_control.push(document(random, case, Document::ResourceControl));
    }
}

fn document(random: &mut Random, case: &Case, kind: Document) -> Value {
    let count = if random.percent(60) { 1 } else { 1 + random.below(4) };
    let statements: Vec<Value> = (0..count).map(|_| statement(random, case, kind)).collect();
    let mut document = Map::new();
    match random.below(10) {
        _ if kind == Document::ServiceControl || kind == Document::ResourceControl => {
            document.insert("Version".to_owned(), json!("2012-10-17"));
        }
        0 => {}
        1 => drop(document.insert("Version".to_owned(), json!("2008-10-17"))),
        _ => drop(document.insert("Version".to_owned(), json!("2012-10-17"))),
    }
    let one = statements.len() == 1 && random.percent(50);
    let statements = if one { statements[0].clone() } else { Value::from(statements) };
    document.insert("Statement".to_owned(), statements);
    Value::Object(document)
}

fn statement(random: &mut Random, case: &Case, kind: Document) -> Value {
    let mut statement = Map::new();
    let denies = kind == Document::ResourceControl || random.percent(15);
    let effect = if denies { "Deny" } else { "Allow" };
    statement.insert("Effect".to_owned(), json!(effect));
    principal(random, case, kind, denies, &mut statement);
    action(random, case, kind, &mut statement);
    if kind != Document::Trust {
        resource(random, case, kind, &mut statement);
    }
    let count = if random.percent(55) { 0 } else { 1 + random.below(3) };
    if count > 0 {
        statement.insert("Condition".to_owned(), conditions(random, case, count));
    }
    Value::Object(statement)
}

fn some_of(random: &mut Random, mut values: Vec<String>) -> Value {
    if values.len() == 1 && random.percent(50) {
        return Value::from(values.remove(0));
    }
    Value::from(values)
}

fn action(random: &mut Random, case: &Case, kind: Document, statement: &mut Map<String, Value>) {
    let count = 1 + random.below(3);
    let values = (0..count).map(|_| action_pattern(random, case, kind)).collect();
    // Spec: ORG:orgs_manage_policies_rcps_syntax has no NotAction.
    let not = kind != Document::ResourceControl && random.percent(12);
    let element = if not { "NotAction" } else { "Action" };
    let values = some_of(random, values);
    statement.insert(element.to_owned(), values);
}

fn action_pattern(random: &mut Random, case: &Case, kind: Document) -> String {
    if kind == Document::Trust {
        // A trust policy names actions one by one; no wildcard, no other case.
        let other = random.text(&["sts:SetSourceIdentity", "sts:TagSession", "sts:AssumeRole"]);
        return if random.percent(70) { case.action.clone() } else { other };
    }
    let (service, name) = case.action.split_once(':').unwrap_or_default();
    match random.below(10) {
        0..=2 => case.action.clone(),
        3 => format!("{service}:*"),
        4 => format!("{service}:{}*", &name[..random.below(name.len())]),
        5 => format!("{service}:*{}", &name[random.below(name.len())..]),
        6 if random.percent(50) => case.action.to_ascii_lowercase(),
        6 => format!("{}:?{}", service.to_ascii_uppercase(), &name[1..]),
        7 if kind != Document::ResourceControl => "*".to_owned(),
        _ if kind == Document::ResourceControl => format!("{service}:*"),
        _ => random.text(OTHER_ACTIONS),
    }
}

fn resource(random: &mut Random, case: &Case, kind: Document, statement: &mut Map<String, Value>) {
    let count = 1 + random.below(2);
    let values = (0..count).map(|_| resource_pattern(random, case)).collect();
    let not = kind != Document::ResourceControl && random.percent(10);
    let element = if not || random.percent(1) { "NotResource" } else { "Resource" };
    let values = some_of(random, values);
    statement.insert(element.to_owned(), values);
}

fn resource_pattern(random: &mut Random, case: &Case) -> String {
    if case.resource == "*" {
        return random.text(&["*", "*", "*", "arn:aws:s3:::*"]);
    }
    match random.below(10) {
        0 | 1 => "*".to_owned(),
        2 | 3 => case.resource.clone(),
        4 => format!("{}*", &case.resource[..case.resource.len() - random.below(6)]),
        5 => with_part(random, &case.resource, "*"),
        6 => with_part(random, &case.resource, "?*"),
        7 => one_character(random, &case.resource),
        _ => random.text(OTHER_RESOURCES),
    }
}

/// The ARN with one of its components but the service replaced.
fn with_part(random: &mut Random, arn: &str, replacement: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    let at = *random.pick(&[1, 3, 4, 5]);
    if !parts[at].is_empty() {
        parts[at] = replacement;
    }
    parts.join(":")
}

/// The ARN with `?` for a character of its last component.
fn one_character(random: &mut Random, arn: &str) -> String {
    let from = arn.rfind([':', '/']).map_or(0, |at| at + 1);
    let at = from + random.below(arn.len() - from);
    format!("{}?{}", &arn[..at], &arn[at + 1..])
}

fn principal(
    random: &mut Random,
    case: &Case,
    kind: Document,
    denies: bool,
    statement: &mut Map<String, Value>,
) {
    match kind {
        Document::Own | Document::ServiceControl => {}
        Document::ResourceControl => {
            statement.insert("Principal".to_owned(), json!("*"));
        }
        Document::Trust | Document::Resource => {
            let not = kind == Document::Resource && denies && random.percent(20);
            let element = if not { "NotPrincipal" } else { "Principal" };
            let everyone = !not && random.percent(20);
            let value = match kind {
                // Observed: a trust policy says `*` under a key.
                Document::Trust if everyone => json!({"AWS": "*"}),
                _ if everyone => json!("*"),
                _ => principals(random, case),
            };
            statement.insert(element.to_owned(), value);
        }
    }
}

fn principals(random: &mut Random, case: &Case) -> Value {
    let mut kinds = Map::new();
    for _ in 0..=random.below(3) {
        let (kind, value) = one_principal(random, case);
        let list = kinds.entry(kind.to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    }
    Value::Object(kinds)
}

/// One principal, as often as not one that means the caller.
fn one_principal(random: &mut Random, case: &Case) -> (&'static str, String) {
    if random.percent(65)
        && let Some(named) = own_principal(random, &case.caller)
    {
        return named;
    }
    let account = random.text(&ACCOUNTS);
    match random.below(9) {
        0 => ("AWS", account),
        1 => ("AWS", format!("arn:aws:iam::{account}:root")),
        2 => ("AWS", "*".to_owned()),
        3 => ("AWS", format!("arn:aws:iam::{account}:role/other/Deployer")),
        4 => ("AWS", format!("arn:aws:iam::{account}:user/alice")),
        5 => ("AWS", format!("arn:aws:sts::{account}:assumed-role/Reader/build")),
        6 => ("Service", random.text(&["ec2.amazonaws.com", "lambda.amazonaws.com"])),
        7 => ("Federated", "accounts.google.com".to_owned()),
        _ => ("AWS", "AROAIOSFODNN7EXAMPLE9".to_owned()),
    }
}

fn own_principal(random: &mut Random, caller: &Asker) -> Option<(&'static str, String)> {
    let account = || caller.account().unwrap_or_default().to_owned();
    let own = caller.principal()?;
    Some(match (caller, random.below(5)) {
        (Asker::Service(name), _) => ("Service", name.clone()),
        (Asker::WebIdentity(name) | Asker::Saml(name), _) => ("Federated", name.clone()),
        (_, 0) => ("AWS", account()),
        (_, 1) => ("AWS", format!("arn:aws:iam::{}:root", account())),
        (Asker::Role { arn, .. }, 2) => ("AWS", arn.clone()),
        (Asker::Role { id, .. }, 3) | (Asker::User { id, .. }, 3) => ("AWS", id.clone()),
        (Asker::FederatedUser { issuer, .. }, 2 | 3) => ("AWS", issuer.clone()),
        _ => ("AWS", own),
    })
}

fn conditions(random: &mut Random, case: &Case, count: usize) -> Value {
    let mut block = Map::new();
    for _ in 0..count {
        let key = key(random, case);
        let (operator, values) = condition(random, key);
        let keys = block.entry(operator).or_insert_with(|| json!({}));
        if let Value::Object(keys) = keys {
            let name =
                if random.percent(10) { key.0.to_ascii_uppercase() } else { key.0.to_owned() };
            keys.retain(|written, _| !written.eq_ignore_ascii_case(&name));
            keys.insert(name, values);
        }
    }
    Value::Object(block)
}

/// Whether the other engine will check its input, and drop keys that the service does
/// not have: where there is a session policy or may be one, or no resource.
fn checked(case: &Case) -> bool {
    let federated = matches!(case.caller, Asker::FederatedUser { .. });
    case.session.is_some() || case.resource == "*" || federated
}

/// A key; only one that occurs everywhere where the other engine checks its input.
fn key(random: &mut Random, case: &Case) -> &'static Key {
    let checked = checked(case);
    loop {
        let key = random.pick(KEYS);
        if !checked || key.2 == Scope::Global {
            return key;
        }
    }
}

fn condition(random: &mut Random, (_, kind, _): &Key) -> (String, Value) {
    if random.percent(8) {
        return ("Null".to_owned(), json!(random.text(&["true", "false"])));
    }
    // Now and then a value of one type under an operator for another.
    let other = *kind != Kind::Binary && random.percent(5);
    let used = if other { Kind::Text } else { *kind };
    let operator = random.text(operators(used));
    let several = matches!(kind, Kind::Texts | Kind::Arns);
    let quantifier = match random.below(10) {
        0..=3 if several => "ForAllValues:",
        4..=8 if several => "ForAnyValue:",
        0 => *random.pick(&["ForAllValues:", "ForAnyValue:"]),
        _ => "",
    };
    let if_exists = if random.percent(20) { "IfExists" } else { "" };
    let count = if random.percent(60) { 1 } else { 1 + random.below(3) };
    let values = (0..count).map(|_| random.text(wanted(*kind))).collect();
    (format!("{quantifier}{operator}{if_exists}"), some_of(random, values))
}

fn add_context(random: &mut Random, case: &mut Case) {
    let checked = checked(case);
    for (key, kind, scope) in KEYS {
        if (checked && *scope == Scope::Service) || random.percent(40) {
            continue;
        }
        let several = matches!(kind, Kind::Texts | Kind::Arns);
        let value = if several || (!checked && random.percent(2)) {
            let count = 1 + random.below(3);
            let empty = random.percent(8);
            let texts =
                (0..count).map(|_| if empty { String::new() } else { random.text(given(*kind)) });
            Given::Several(texts.collect())
        } else {
            Given::One(random.text(given(*kind)))
        };
        case.context.insert((*key).to_owned(), value);
    }
}
