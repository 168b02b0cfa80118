//! `stead lint --explain`: what a code means.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;
use stead_lint::{Rule, rule, rules};

use crate::exit::{Exit, Failure};
use crate::lint::kind_name;

pub(super) fn run(code: &str, as_json: bool) -> Result<Exit, Failure> {
    let Some(rule) = rule(code) else {
        let codes: Vec<_> = rules().iter().map(|rule| rule.code).collect();
        return Err(Failure::usage(format!("there is no code `{code}`"))
            .with_help(format!("one of {}", codes.join(", "))));
    };
    let text = if as_json { format!("{:#}\n", value(rule)) } else { human(rule) };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

fn value(rule: &Rule) -> serde_json::Value {
    json!({
        "version": 1,
        "code": rule.code,
        "severity": rule.severity.as_str(),
        "title": rule.title,
        "text": rule.text,
        "fixable": rule.fixable,
        "kind": kind_name(rule.shown.kind),
        "shown": rule.shown.text(),
        "clean": rule.clean.text(),
    })
}

fn human(rule: &Rule) -> String {
    let mut out = format!("{}[{}]: {}\n\n", rule.severity.as_str(), rule.code, rule.title);
    for line in wrapped(rule.text) {
        let _ = writeln!(out, "  {line}");
    }
    if rule.fixable {
        out.push_str("\n  --fix changes it: the document means the same afterwards.\n");
    }
    let kind = kind_name(rule.shown.kind);
    let _ = write!(out, "\nfound ({kind}):\n\n  {}\n", rule.shown.text());
    let _ = write!(out, "\nnot found:\n\n  {}\n", rule.clean.text());
    out
}

/// Lines of no more than 78 characters, where the words allow it.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
