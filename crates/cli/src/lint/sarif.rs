//! Findings as SARIF 2.1.0, for those who show findings of many tools.
//!
//! Spec: OASIS, Static Analysis Results Interchange Format 2.1.0. Places count characters
//! from 1, as `columnKind` says, and an end stands behind the last.

use serde_json::{Value, json};
use stead_analysis::Lines;
use stead_lint::{Finding, Rule};
use stead_policy::Span;

use super::Examined;
use crate::exit::Failure;
use crate::sarif::{self, artifact};

pub(super) fn report(examined: &[Examined]) -> Result<String, Failure> {
    let mut rules: Vec<&'static Rule> =
        examined.iter().flat_map(|document| &document.findings).map(|it| it.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules.dedup_by_key(|rule| rule.code);
    let results = examined.iter().flat_map(|document| {
        document.findings.iter().map(|finding| result(document, finding, &rules))
    });
    let results: Vec<Value> = results.collect();
    let rules: Vec<Value> = rules.iter().copied().map(described).collect();
    sarif::report("stead lint", &rules, results)
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.text },
        "defaultConfiguration": { "level": rule.severity.as_str() },
    })
}

fn result(document: &Examined, finding: &Finding, rules: &[&Rule]) -> Value {
    let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": rules.iter().position(|rule| rule.code == finding.rule.code),
        "level": finding.severity.as_str(),
        "message": { "text": format!("{}{help}", finding.message) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact(&document.name),
            "region": region(&document.text, finding.span),
        }}],
    });
    if let (false, Some(members)) = (finding.fix.is_empty(), result.as_object_mut()) {
        members.insert("fixes".to_owned(), json!([fix(document, finding)]));
    }
    result
}

fn fix(document: &Examined, finding: &Finding) -> Value {
    let replacements = finding.fix.iter().map(|edit| {
        json!({
            "deletedRegion": region(&document.text, edit.span),
            "insertedContent": { "text": edit.text },
        })
    });
    json!({ "artifactChanges": [{
        "artifactLocation": artifact(&document.name),
        "replacements": replacements.collect::<Vec<_>>(),
    }]})
}

fn region(text: &str, span: Span) -> Value {
    let (line, column) = Lines(text).position(span.start);
    let (end_line, end_column) = Lines(text).position(span.end);
    json!({
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    })
}
