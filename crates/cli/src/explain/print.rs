//! An explanation for people.

use std::fmt::Write as _;

use serde_json::Value;
use stead_analysis::{Change, Explanation, Fix, Layer, Verdict, Where};

use super::input::Input;
use crate::excerpt::{below, excerpt, printable};

/// The whole text. Everything of the case goes through [`printable`].
pub(super) fn human(explanation: &Explanation, input: &Input) -> String {
    let mut out = head(explanation);
    place(&mut out, &explanation.place, input);
    list(&mut out, "would refuse it too", explanation.also.iter().map(|it| it.code()));
    list(&mut out, "not in view", explanation.missing.iter().cloned());
    list(&mut out, "was fine", explanation.fine.iter().cloned());
    fixes(&mut out, &explanation.fixes, explanation.verdict);
    out
}

fn head(explanation: &Explanation) -> String {
    let cause = explanation.cause.map(|cause| cause.code()).unwrap_or_default();
    match explanation.verdict {
        Verdict::Allowed => "allowed: every policy in view lets the call through\n".to_owned(),
        Verdict::Denied => {
            let layer = explanation.layer.map_or("", layer);
            format!("denied: {cause}, in {layer}\n")
        }
        Verdict::Unexplained if cause.is_empty() => {
            "unexplained: it was refused, and nothing in view refuses it\n".to_owned()
        }
        Verdict::Unexplained if explanation.place != Where::default() => {
            let layer = explanation.layer.map_or("", layer);
            format!("unexplained: perhaps {cause}, in {layer}; what decides is not in view\n")
        }
        Verdict::Unexplained => {
            format!("unexplained: by its message {cause}, which nothing in view shows\n")
        }
    }
}

const fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Trust => "the trust policy of the role",
        Layer::Identity => "the identity policies of the caller",
        Layer::Boundary => "the permissions boundary of the caller",
        Layer::Session => "the session policy of the caller",
        Layer::Scp => "a service control policy",
        Layer::Rcp => "a resource control policy",
        Layer::Provider => "the identity provider",
        Layer::Token => "the token",
        Layer::Role => "the role",
        Layer::Request => "the request",
    }
}

/// The place in the file that it is of, then both sides of what was compared.
fn place(out: &mut String, place: &Where, input: &Input) {
    let names = [
        ("role", &place.role_arn),
        ("caller", &place.principal_arn),
        ("policy", &place.policy_name),
        ("provider", &place.provider_arn),
        ("issuer", &place.issuer),
        ("claim", &place.claim),
        ("parameter", &place.parameter),
    ];
    for (name, value) in names {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name}: {}", printable(value));
        }
    }
    if let Some(index) = place.statement_index {
        let _ = writeln!(out, "  statement: {index}");
    }
    let found = input.decisive(place).and_then(|pointer| input.place_in_file(pointer));
    if let Some(found) = found {
        out.push('\n');
        out.push_str(&excerpt(found.text, found.span, &printable(&found.name)));
    }
    let sides = [("expected", &place.expected), ("actual", &place.actual)];
    if sides.iter().any(|(_, value)| value.is_some()) {
        out.push('\n');
    }
    for (name, value) in sides {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name:<9} {}", printable(value));
        }
    }
    if let (Some(expected), Some(actual)) = (&place.expected, &place.actual) {
        let marks = differences(expected, actual);
        if marks.contains('^') {
            let _ = writeln!(out, "  {:<9} {marks}", "");
        }
    }
}

/// Marks below the second text where it differs from the first, for texts that are much
/// the same: in the case of letters, or from some place on.
fn differences(expected: &str, actual: &str) -> String {
    let same = |(a, b): &(char, char)| a == b;
    let pairs: Vec<(char, char)> = expected.chars().zip(actual.chars()).collect();
    let common = pairs.iter().take_while(|pair| same(pair)).count();
    if common == 0 || (pairs.len() == common && expected.len() == actual.len()) {
        return String::new();
    }
    if expected.to_lowercase() == actual.to_lowercase() {
        return pairs
            .iter()
            .map(|pair| below(pair.1, if same(pair) { " " } else { "^" }))
            .collect();
    }
    let indent: String = pairs.iter().take(common).map(|pair| below(pair.1, " ")).collect();
    format!("{indent}^")
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    for (index, item) in items.enumerate() {
        if index == 0 {
            let _ = write!(out, "\n{title}:\n");
        }
        let _ = writeln!(out, "  {}", printable(&item));
    }
}

fn fixes(out: &mut String, fixes: &[Fix], verdict: Verdict) {
    if fixes.is_empty() && verdict == Verdict::Denied {
        out.push_str("\nno fix was found that helps\n");
    }
    for (fix, number) in fixes.iter().zip(1..) {
        if number == 1 {
            out.push_str("\nfixes, each applied and evaluated again:\n");
        }
        let widens = if fix.widens { "  LETS IN OTHERS TOO" } else { "" };
        let _ = writeln!(out, "  {number}. {}{widens}", printable(&fix.title));
        for change in &fix.patch.0 {
            let _ = writeln!(out, "       {}", printable(&words(change)));
        }
    }
}

fn words(change: &Change) -> String {
    let value = |value: &Value| value.to_string();
    match change {
        Change::Add { path, value: it } => format!("add {path} {}", value(it)),
        Change::Replace { path, value: it } => format!("replace {path} {}", value(it)),
        Change::Remove { path } => format!("remove {path}"),
    }
}
