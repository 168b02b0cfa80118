//! Questions about the documents that AWS has written: requests derived from their own
//! actions, resources and conditions, and near misses of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::case::{Asker, Case, Given};
use crate::generate::ACCOUNTS;
use crate::random::Random;
use crate::rewrite::{statements, texts};

/// What stands for a wildcard in an action.
const NAMES: &[&str] = &["", "Thing", "Items", "s"];

/// What stands for a wildcard in the last component of an ARN.
const RESOURCES: &[&str] = &["example", "a/b", "AWSServiceRole", "x-1"];

/// The question of a seed about a document.
#[must_use]
pub fn case(document: &Value, seed: u64) -> Case {
    let mut random = Random::new(seed);
    let statement = chosen(&mut random, document);
    let account = ACCOUNTS[0].to_owned();
    let context = context(&mut random, &statement);
    let action = action(&mut random, &statement);
    let resource = resource(&mut random, &statement, &action, &context);
    let mut case = Case {
        identity: vec![document.clone()],
        boundary: None,
        session: None,
        resource_policy: None,
        service_control: Vec::new(),
        resource_control: Vec::new(),
        caller: Asker::Role {
            arn: format!("arn:aws:iam::{account}:role/Worker"),
            id: "AROAIOSFODNN7EXAMPLE2".to_owned(),
            session: "run".to_owned(),
        },
        action,
        resource,
        account,
        context,
    };
    place(&mut random, &mut case, document);
    case
}

/// The document in another place now and then: as a boundary, or at a level of the
/// organization; and a resource's policy beside it.
fn place(random: &mut Random, case: &mut Case, document: &Value) {
    let all = || {
        json!({"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    };
    match random.below(10) {
        0 => {
            case.identity = vec![all()];
            case.boundary = Some(document.clone());
        }
        1 => {
            case.identity = vec![all()];
            case.service_control = vec![vec![all()], vec![document.clone()]];
        }
        2 | 3 if !case.assumes_role() => {
            let effect = if random.percent(30) { "Deny" } else { "Allow" };
            let named = random.text(&["111122223333", "arn:aws:iam::111122223333:role/Worker"]);
            case.resource_policy = Some(json!({"Version": "2012-10-17", "Statement": {
                "Effect": effect, "Principal": {"AWS": named}, "Action": case.action,
                "Resource": case.resource}}));
            if random.percent(50) {
                case.account = ACCOUNTS[1].to_owned();
            }
        }
        _ => {}
    }
}

fn chosen(random: &mut Random, document: &Value) -> Map<String, Value> {
    let mut document = document.clone();
    let found: Vec<Map<String, Value>> =
        statements(&mut document).map(|statement| statement.clone()).collect();
    random.pick(&found).clone()
}

fn action(random: &mut Random, statement: &Map<String, Value>) -> String {
    let patterns = statement.get("Action").map(texts).unwrap_or_default();
    // Near a NotAction, too: one that it lists, or nearly.
    let excluded = statement.get("NotAction").map(texts).unwrap_or_default();
    let patterns = if patterns.is_empty() { excluded } else { patterns };
    let pattern = random.pick(&patterns).clone();
    let pattern = if pattern == "*" { "ec2:Describe*".to_owned() } else { pattern };
    let mut action = filled(random, &pattern, NAMES);
    if action.ends_with(':') {
        action.push_str("Thing");
    }
    let action = match random.below(8) {
        0 => format!("{action}X"),
        1 => action.to_ascii_lowercase(),
        _ => action,
    };
    // It is always allowed, which is not a question to the engine.
    if action.eq_ignore_ascii_case("sts:GetCallerIdentity") {
        return "sts:GetAccessKeyInfo".to_owned();
    }
    action
}

/// The pattern with its wildcards filled in.
fn filled(random: &mut Random, pattern: &str, with: &[&str]) -> String {
    let mut text = String::new();
    for character in pattern.chars() {
        match character {
            '*' => text.push_str(&random.text(with)),
            '?' => text.push('q'),
            other => text.push(other),
        }
    }
    text
}

fn resource(
    random: &mut Random,
    statement: &Map<String, Value>,
    action: &str,
    context: &BTreeMap<String, Given>,
) -> String {
    let patterns = statement.get("Resource").map(texts).unwrap_or_default();
    let excluded = statement.get("NotResource").map(texts).unwrap_or_default();
    let patterns = if patterns.is_empty() { excluded } else { patterns };
    let pattern = random.pick(&patterns).clone();
    let service = action.split(':').next().unwrap_or_default();
    let pattern = match pattern.as_str() {
        "*" => format!("arn:aws:{service}:*:*:*/*"),
        _ => pattern,
    };
    let mut parts: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    parts.resize(6, "*".to_owned());
    let usual = ["arn", "aws", service, "us-east-1", ACCOUNTS[0]];
    for (part, usual) in parts.iter_mut().zip(usual) {
        if part.contains(['*', '?', '$']) {
            *part = part.replace('*', usual).replace('?', "x");
        }
    }
    let last = with_variables(random, &parts[5], context);
    parts[5] = filled(random, &last, RESOURCES);
    if random.percent(20) {
        let at = *random.pick(&[3, 4, 5]);
        parts[at].push('x');
    }
    parts.join(":")
}

/// The text with its variables filled in, not always with what they stand for.
fn with_variables(random: &mut Random, text: &str, context: &BTreeMap<String, Given>) -> String {
    let resolved = crate::variables::resolved(text, context, false, |_| true);
    match resolved.split_once("${") {
        Some((before, behind)) => {
            let behind = behind.split_once('}').map_or("", |(_, behind)| behind);
            format!("{before}{}{behind}", random.pick(RESOURCES))
        }
        None => resolved,
    }
}

/// The keys that the statement's conditions and variables ask for, mostly with a value
/// that they ask for.
fn context(random: &mut Random, statement: &Map<String, Value>) -> BTreeMap<String, Given> {
    let mut context = BTreeMap::new();
    let operators = statement.get("Condition").and_then(Value::as_object);
    for (operator, keys) in operators.into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            if random.percent(85) {
                let wanted = texts(values);
                context.insert(key.clone(), given(random, operator, &wanted));
            }
        }
    }
    for key in ["aws:username", "aws:PrincipalAccount", "aws:PrincipalTag/team"] {
        if random.percent(50) {
            context.entry(key.to_owned()).or_insert_with(|| Given::One("example".to_owned()));
        }
    }
    context
}

fn given(random: &mut Random, operator: &str, wanted: &[String]) -> Given {
    let mut value = || {
        if wanted.is_empty() || random.percent(15) {
            return "other".to_owned();
        }
        let wanted = random.pick(wanted).clone();
        // A value such as `true`, which is no text, is written alike.
        let plain = if operator.to_ascii_lowercase().contains("like")
            || operator.to_ascii_lowercase().contains("arn")
        {
            filled(random, &wanted, &["", "example", "a/b"])
        } else {
            wanted
        };
        if operator.to_ascii_lowercase().contains("ipaddress") {
            return plain.split('/').next().unwrap_or_default().to_owned();
        }
        plain
    };
    if operator.to_ascii_lowercase().starts_with("for") {
        let first = value();
        let second = value();
        return Given::Several(vec![first, second]);
    }
    Given::One(value())
}
