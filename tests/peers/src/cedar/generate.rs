//! Questions within the subset that both languages have.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::case::{Asker, Case, Given};
use crate::generate::values::{KEYS, Kind};
use crate::random::Random;

/// The operators of the subset, with the type of the keys they compare.
pub const OPERATORS: &[(&str, Kind)] = &[
    ("StringEquals", Kind::Text),
    ("StringNotEquals", Kind::Text),
    ("StringLike", Kind::Text),
    ("StringNotLike", Kind::Text),
    ("NumericEquals", Kind::Number),
    ("NumericNotEquals", Kind::Number),
    ("NumericLessThan", Kind::Number),
    ("NumericLessThanEquals", Kind::Number),
    ("NumericGreaterThan", Kind::Number),
    ("NumericGreaterThanEquals", Kind::Number),
    ("DateEquals", Kind::Date),
    ("DateNotEquals", Kind::Date),
    ("DateLessThan", Kind::Date),
    ("DateLessThanEquals", Kind::Date),
    ("DateGreaterThan", Kind::Date),
    ("DateGreaterThanEquals", Kind::Date),
    ("Bool", Kind::Bool),
    ("IpAddress", Kind::Ip),
    ("NotIpAddress", Kind::Ip),
];

const TEXTS: &[&str] = &["blue", "Blue", "green", "home/alice", "home/bob/x", "b*e", "été", ""];
const PATTERNS: &[&str] = &["blue", "b*", "*", "home/*", "*/x", "*l*e*", "green", "é*", ""];
const NUMBERS: &[&str] = &["-5", "0", "1", "10", "3600", "9007199254740993"];
const DATES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-06-15T12:30:00Z",
    "2020-02-29T23:59:59Z",
    "2027-12-31T00:00:00Z",
];
const NETWORKS: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:db8::/32",
    "2001:db8::1",
    "::/0",
];
const ADDRESSES: &[&str] =
    &["203.0.113.7", "203.0.114.1", "10.9.8.7", "2001:db8::1", "2001:db9::1"];

const REQUESTS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::reports/home/alice/notes.txt"),
    ("s3:ListBucket", "arn:aws:s3:::reports"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ("ec2:StartInstances", "arn:aws:ec2:eu-central-1:111122223333:instance/i-1"),
    ("iam:GetUser", "arn:aws:iam::111122223333:user/alice"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:111122223333:function:resize:live"),
];

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:*",
    "S3:get*",
    "*",
    "s3:*Object",
    "sqs:Send*",
    "ec2:*Instances",
    "iam:*",
    "sqs:*",
    "lambda:Invoke*",
    "ec2:StartInstances",
    "iam:GetUser",
];

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::reports",
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::reports/*/notes.txt",
    "arn:aws:sqs:*:111122223333:*",
    "arn:*:ec2:*:*:instance/*",
    "arn:aws:iam::111122223333:user/a*",
    "arn:aws:lambda:us-east-1:111122223333:function:*",
    "arn:*:s3:*:*:*",
    "arn:aws:sqs:us-*:*:orders",
];

/// The question of a seed, within the subset.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let (action, resource) = *random.pick(REQUESTS);
    let identity = (0..=random.below(3)).map(|_| document(&mut random)).collect();
    let mut context = BTreeMap::new();
    for (key, kind, _) in KEYS {
        let Some(values) = given(*kind) else { continue };
        if random.percent(70) {
            let several = *kind == Kind::Texts;
            let given = if several {
                let count = 1 + random.below(3);
                // A set that comes down to the empty string is none to AWS.
                let values = (0..count).map(|_| random.text(&values[..values.len() - 1]));
                Given::Several(values.collect())
            } else {
                Given::One(random.text(values))
            };
            context.insert((*key).to_owned(), given);
        }
    }
    Case {
        identity,
        boundary: None,
        session: None,
        resource_policy: None,
        service_control: Vec::new(),
        resource_control: Vec::new(),
        caller: Asker::User {
            arn: "arn:aws:iam::111122223333:user/alice".to_owned(),
            id: "AIDAIOSFODNN7EXAMPLE1".to_owned(),
        },
        action: action.to_owned(),
        resource: resource.to_owned(),
        account: "111122223333".to_owned(),
        context,
    }
}

fn given(kind: Kind) -> Option<&'static [&'static str]> {
    Some(match kind {
        Kind::Text | Kind::Texts => TEXTS,
        Kind::Number => NUMBERS,
        Kind::Date => DATES,
        Kind::Bool => &["true", "false"],
        Kind::Ip => ADDRESSES,
        Kind::Tag | Kind::Arn | Kind::Arns | Kind::Binary => return None,
    })
}

fn document(random: &mut Random) -> Value {
    let statements: Vec<Value> = (0..=random.below(3)).map(|_| statement(random)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn statement(random: &mut Random) -> Value {
    let mut statement = Map::new();
    let mut several = |random: &mut Random, element: &str, from: &[&str]| {
        let values: Vec<String> = (0..=random.below(3)).map(|_| random.text(from)).collect();
        statement.insert(element.to_owned(), values.into());
    };
    let not = random.percent(10);
    several(random, if not { "NotAction" } else { "Action" }, ACTIONS);
    let not = random.percent(10);
    several(random, if not { "NotResource" } else { "Resource" }, RESOURCES);
    let effect = if random.percent(25) { "Deny" } else { "Allow" };
    statement.insert("Effect".to_owned(), effect.into());
    let mut block = Map::new();
    for _ in 0..random.below(4) {
        let (operator, key, values) = compared(random);
        if let Value::Object(keys) = block.entry(operator).or_insert_with(|| json!({})) {
            keys.insert(key, values.into());
        }
    }
    if !block.is_empty() {
        statement.insert("Condition".to_owned(), Value::Object(block));
    }
    Value::Object(statement)
}

fn compared(random: &mut Random) -> (String, String, Vec<String>) {
    let key_of = |random: &mut Random, wanted: Kind| {
        let keys: Vec<&str> =
            KEYS.iter().filter(|(_, kind, _)| *kind == wanted).map(|(key, ..)| *key).collect();
        random.text(&keys)
    };
    let if_exists = if random.percent(25) { "IfExists" } else { "" };
    if random.percent(10) {
        let key = key_of(random, Kind::Text);
        return ("Null".to_owned(), key, vec![random.text(&["true", "false"])]);
    }
    if random.percent(15) {
        let quantifier = random.text(&["ForAllValues", "ForAnyValue"]);
        let base = random.text(&["StringEquals", "StringNotEquals"]);
        let values = (0..=random.below(3)).map(|_| random.text(TEXTS)).collect();
        return (format!("{quantifier}:{base}{if_exists}"), key_of(random, Kind::Texts), values);
    }
    let (operator, kind) = *random.pick(OPERATORS);
    let pool = match kind {
        Kind::Text if operator.ends_with("Like") => PATTERNS,
        Kind::Text => TEXTS,
        Kind::Number => NUMBERS,
        Kind::Date => DATES,
        Kind::Bool => &["true", "false"],
        _ => NETWORKS,
    };
    let values = (0..=random.below(2)).map(|_| random.text(pool)).collect();
    (format!("{operator}{if_exists}"), key_of(random, kind), values)
}
