//! A delegation request in sentences.

use std::fmt::Write as _;

use stead_directory::entity::DelegationRequest;
use stead_policy::{
    Condition, DocumentKind, Effect, Operator, Patterns, Polarity, Statement, parse,
};

use super::permission_check::boundaries;

/// The language of every summary.
pub(super) const LOCALE: &str = "en";

/// Spec: API GetHumanReadableSummary, `SummaryContent`: at most 10,000 characters. What a
/// request can hold makes less; the bound is kept whatever that becomes.
const CHARACTERS_MAX: usize = 10_000;

/// What the request asks for.
pub(super) fn of(request: &DelegationRequest) -> String {
    let mut text = format!(
        "Account {} asks for temporary access for {}: {}\n",
        request.requestor,
        duration(request.session_seconds),
        request.description
    );
    match parse(&request.policy, DocumentKind::Session).policy {
        Some(policy) => policy.statements().iter().for_each(|one| statement(&mut text, one)),
        None => text.push_str("What it asks for cannot be read, and allows nothing.\n"),
    }
    let boundaries = boundaries(&request.policy);
    if !boundaries.is_empty() {
        line(
            &mut text,
            &format!(
                "Roles that it creates have a permissions boundary of: {}.",
                boundaries.join(", ")
            ),
        );
    }
    text.push_str("The access is never more than what the person who accepts the request has.");
    text.chars().take(CHARACTERS_MAX).collect()
}

fn statement(text: &mut String, statement: &Statement) {
    let verb = match statement.effect.value {
        Effect::Allow => "It may do",
        Effect::Deny => "It may not do",
    };
    let mut sentence = format!("{verb} {}", things(&statement.actions, "anything"));
    if let Some(resources) = &statement.resources {
        let _ = write!(sentence, ", on {}", things(resources, "everything"));
    }
    if !statement.conditions.is_empty() {
        let conditions: Vec<_> = statement.conditions.iter().map(condition).collect();
        let _ = write!(sentence, ", where {}", conditions.join(" and "));
    }
    sentence.push('.');
    line(text, &sentence);
}

fn things(patterns: &Patterns, all: &str) -> String {
    let named = patterns.values.iter().map(|pattern| match pattern.value.as_str() {
        "*" => all,
        text => text,
    });
    let named = named.collect::<Vec<_>>().join(", ");
    match patterns.polarity {
        Polarity::Any => named,
        Polarity::NoneOf => format!("{all} but {named}"),
    }
}

fn condition(condition: &Condition) -> String {
    let operator = condition.operator.value.map(Operator::name);
    let operator = operator.unwrap_or_else(|| "(an unknown operator)".to_owned());
    let values: Vec<_> = condition.values.iter().map(|value| value.value.as_str()).collect();
    format!("{} {operator} {}", condition.key.value, values.join(" or "))
}

fn duration(seconds: u32) -> String {
    let parts =
        [(seconds / 3_600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let told = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| {
        let plural = if *count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    });
    told.collect::<Vec<_>>().join(" ")
}

fn line(text: &mut String, sentence: &str) {
    text.push_str("- ");
    text.push_str(sentence);
    text.push('\n');
}
