//! What an AWS policy says, said in Cedar, for the subset that both languages have.
//!
//! The subset: identity policies; Allow and Deny; Action, NotAction, Resource and
//! NotResource with `*`; the operators of [`generate::OPERATORS`], with quantifiers on sets of
//! text, with IfExists, and Null; keys whose values are of the operator's type.
//!
//! What Cedar has nothing for: `?`, comparing text without regard to case, decimal
//! numbers of any length, ARNs by component in conditions, bytes, variables with
//! defaults. What it decides otherwise by design: a value of the wrong type is an error
//! there, and the policy is skipped; a set is never told from its one value. Principals,
//! boundaries, session policies and organizations are AWS's ways to combine documents,
//! not something a document says.

pub mod generate;

use std::collections::HashMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use serde_json::{Map, Value};

use crate::case::{Answer, Case, Given};
use crate::compare::Report;
use crate::generate::values::{KEYS, Kind};
use crate::rewrite::{statements, texts};

/// The five components of an ARN behind its scheme, as attributes of the resource.
const COMPONENTS: [&str; 5] = ["partition", "service", "region", "account", "name"];

/// What Cedar answers to a question of the subset.
///
/// # Errors
///
/// Where the question is outside of the subset, or Cedar reports an error.
pub fn ask(case: &Case) -> Result<Answer> {
    let mut policies = PolicySet::new();
    for document in &case.identity {
        for (text, at) in translated(document)?.into_iter().zip(policies.policies().count()..) {
            let id = Some(cedar_policy::PolicyId::new(format!("p{at}")));
            let policy = cedar_policy::Policy::parse(id, &text).with_context(|| text.clone())?;
            policies.add(policy)?;
        }
    }
    let (request, entities) = request(case)?;
    let response = Authorizer::new().is_authorized(&request, &policies, &entities);
    let error = response.diagnostics().errors().next();
    anyhow::ensure!(error.is_none(), "{error:?}");
    let denied = response.diagnostics().reason().next().is_some();
    Ok(match response.decision() {
        Decision::Allow => Answer::Allow,
        Decision::Deny if denied => Answer::ExplicitDeny,
        Decision::Deny => Answer::ImplicitDeny,
    })
}

fn request(case: &Case) -> Result<(Request, Entities)> {
    let id = |text: &str| -> Result<EntityUid> { Ok(text.parse()?) };
    let (principal, action) = (id(r#"User::"alice""#)?, id(r#"Action::"call""#)?);
    let resource = id(r#"Resource::"asked""#)?;
    let parts = case.resource.splitn(6, ':').skip(1);
    let attributes: HashMap<String, RestrictedExpression> = COMPONENTS
        .iter()
        .zip(parts)
        .map(|(name, part)| ((*name).to_owned(), RestrictedExpression::new_string(part.to_owned())))
        .collect();
    let entity = Entity::new(resource.clone(), attributes, std::iter::empty().collect())?;
    let mut pairs = vec![(
        "action".to_owned(),
        RestrictedExpression::new_string(case.action.to_ascii_lowercase()),
    )];
    for (key, given) in &case.context {
        pairs.push((key.to_ascii_lowercase(), value(key, given)?));
    }
    let context = Context::from_pairs(pairs)?;
    let request = Request::new(principal, action, resource, context, None)?;
    Ok((request, Entities::from_entities([entity], None)?))
}

fn kind(key: &str) -> Result<Kind> {
    let found = KEYS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(key));
    Ok(found.with_context(|| format!("no key {key}"))?.1)
}

fn value(key: &str, given: &Given) -> Result<RestrictedExpression> {
    let text = |text: &String| RestrictedExpression::new_string(text.clone());
    Ok(match given {
        Given::Several(values) => RestrictedExpression::new_set(values.iter().map(text)),
        Given::One(value) => match kind(key)? {
            Kind::Number => RestrictedExpression::new_long(value.parse()?),
            Kind::Bool => RestrictedExpression::new_bool(value.parse()?),
            Kind::Ip => RestrictedExpression::new_ip(value),
            Kind::Date => RestrictedExpression::new_datetime(value),
            _ => text(value),
        },
    })
}

/// The statements of a document as policies of Cedar.
///
/// # Errors
///
/// Where it is outside of the subset.
pub fn translated(document: &Value) -> Result<Vec<String>> {
    statements(&mut document.clone()).map(|statement| policy(statement)).collect()
}

fn policy(statement: &Map<String, Value>) -> Result<String> {
    let effect = if statement["Effect"] == "Allow" { "permit" } else { "forbid" };
    let mut tests = Vec::new();
    for (element, test) in [
        ("Action", action as fn(&str) -> String),
        ("NotAction", action),
        ("Resource", resource),
        ("NotResource", resource),
    ] {
        if let Some(values) = statement.get(element) {
            let any: Vec<String> = texts(values).iter().map(|text| test(text)).collect();
            let not = if element.starts_with("Not") { "!" } else { "" };
            tests.push(format!("{not}({})", any.join(" || ")));
        }
    }
    let operators = statement.get("Condition").and_then(Value::as_object);
    for (operator, keys) in operators.into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            tests.push(condition(operator, &key.to_ascii_lowercase(), &texts(values))?);
        }
    }
    Ok(format!("{effect}(principal, action, resource) when {{ {} }};", tests.join(" && ")))
}

fn action(pattern: &str) -> String {
    format!("context.action like {}", quoted(&pattern.to_ascii_lowercase()))
}

fn resource(pattern: &str) -> String {
    if pattern == "*" {
        return "true".to_owned();
    }
    let parts = pattern.splitn(6, ':').skip(1).zip(COMPONENTS);
    let parts: Vec<String> =
        parts.map(|(part, name)| format!("resource.{name} like {}", quoted(part))).collect();
    format!("({})", parts.join(" && "))
}

fn condition(operator: &str, key: &str, values: &[String]) -> Result<String> {
    let has = format!("(context has {})", quoted(key));
    let given = format!("context[{}]", quoted(key));
    if operator == "Null" {
        let tests = values
            .iter()
            .map(|value| if value == "true" { format!("!{has}") } else { has.clone() });
        return Ok(format!("({})", tests.collect::<Vec<_>>().join(" || ")));
    }
    let (plain, if_exists) = match operator.strip_suffix("IfExists") {
        Some(plain) => (plain, true),
        None => (operator, false),
    };
    if let Some((quantifier, base)) = plain.split_once(':') {
        return set(quantifier, base, if_exists, &has, &given, values);
    }
    let (base, negated) = match plain {
        "StringNotEquals" => ("StringEquals", true),
        "StringNotLike" => ("StringLike", true),
        "NumericNotEquals" => ("NumericEquals", true),
        "DateNotEquals" => ("DateEquals", true),
        "NotIpAddress" => ("IpAddress", true),
        base => (base, false),
    };
    let any = values.iter().map(|value| comparison(base, &given, value));
    let any = any.collect::<Result<Vec<String>>>()?.join(" || ");
    Ok(match (negated, if_exists) {
        (true, _) => format!("(!{has} || !({any}))"),
        (false, true) => format!("(!{has} || ({any}))"),
        (false, false) => format!("({has} && ({any}))"),
    })
}

/// Sets of text compare as sets: one in common, or one within the other.
fn set(
    quantifier: &str,
    base: &str,
    if_exists: bool,
    has: &str,
    given: &str,
    values: &[String],
) -> Result<String> {
    let wanted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let wanted = format!("[{}]", wanted.join(", "));
    let all = quantifier == "ForAllValues";
    let test = match (all, base) {
        (true, "StringEquals") => format!("{wanted}.containsAll({given})"),
        (true, "StringNotEquals") => format!("!{given}.containsAny({wanted})"),
        (false, "StringEquals") => format!("{given}.containsAny({wanted})"),
        (false, "StringNotEquals") => format!("!{wanted}.containsAll({given})"),
        _ => anyhow::bail!("{quantifier}:{base} is outside of the subset"),
    };
    let holds_without = all || if_exists;
    Ok(if holds_without { format!("(!{has} || {test})") } else { format!("({has} && {test})") })
}

fn comparison(base: &str, given: &str, value: &str) -> Result<String> {
    let relation = if base.ends_with("LessThan") {
        "<"
    } else if base.ends_with("LessThanEquals") {
        "<="
    } else if base.ends_with("GreaterThan") {
        ">"
    } else if base.ends_with("GreaterThanEquals") {
        ">="
    } else {
        "=="
    };
    Ok(match base {
        "StringEquals" => format!("{given} == {}", quoted(value)),
        "StringLike" => format!("{given} like {}", quoted(value)),
        "Bool" => format!("{given} == {value}"),
        "IpAddress" => format!("{given}.isInRange(ip({}))", quoted(value)),
        _ if base.starts_with("Numeric") => format!("{given} {relation} {value}"),
        _ if base.starts_with("Date") => format!("{given} {relation} datetime({})", quoted(value)),
        _ => anyhow::bail!("{base} is outside of the subset"),
    })
}

/// Text in which `*` is a wildcard, where Cedar takes it for one.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                let _ = write!(quoted, "\\{character}");
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Asks both about the questions of the subset that these seeds make.
///
/// # Errors
///
/// Where a question is outside of the subset.
pub fn compare(seeds: impl Iterator<Item = u64>) -> Result<Report> {
    let mut report = Report::default();
    for seed in seeds {
        let case = generate::case(seed);
        let (ours, theirs) = (case.ours()?, ask(&case)?);
        report.asked += 1;
        if ours == theirs {
            *report.agreed.entry(ours).or_default() += 1;
        } else {
            report.unexplained.push((case, format!("{ours:?}, Cedar {theirs:?}")));
        }
    }
    Ok(report)
}
