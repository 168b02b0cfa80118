//! An audit as SARIF 2.1.0.

use serde_json::{Value, json};
use stead_analysis::{AuditRule, AuditSeverity};

use super::{Place, Report, Shown};
use crate::exit::Failure;
use crate::report::Each;
use crate::sarif::{self, artifact};

pub(super) fn report(report: &Report) -> Result<String, Failure> {
    let mut rules: Vec<&'static AuditRule> =
        report.shown.iter().map(|shown| shown.finding.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules.dedup_by_key(|rule| rule.code);
    let described: Vec<Value> = rules.iter().copied().map(described).collect();
    let results = Each { of: &report.shown, made: &|shown| result(shown, &rules) };
    sarif::report("stead audit", &described, results)
}

fn described(rule: &AuditRule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": { "text": rule.title },
        "help": { "text": format!("{}\n{}", rule.fix, rule.references.join("\n")) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "security-severity": score(rule.severity) },
    })
}

fn result(shown: &Shown, rules: &[&AuditRule]) -> Value {
    let finding = &shown.finding;
    let evidence = finding.evidence.iter().zip(&shown.places);
    let places: Vec<Value> =
        evidence.filter_map(|(it, place)| Some(location(&it.text, place.as_ref()?))).collect();
    let logical = json!({ "logicalLocations": [{
        "fullyQualifiedName": finding.subject, "kind": "resource",
    }]});
    let first = places.first().cloned().unwrap_or(logical);
    json!({
        "ruleId": finding.rule.code,
        "ruleIndex": rules.iter().position(|rule| rule.code == finding.rule.code),
        "level": level(finding.severity),
        "message": { "text": format!("{}; {}", finding.message, finding.fix) },
        "locations": [first],
        "relatedLocations": places.iter().skip(1).collect::<Vec<_>>(),
        "partialFingerprints": { "steadAudit/v1": finding.id() },
        "properties": { "severity": finding.severity, "subject": finding.subject },
    })
}

fn location(text: &str, place: &Place) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": artifact(&place.file),
            "region": { "startLine": place.line, "startColumn": place.column },
        },
        "message": { "text": text },
    })
}

/// SARIF's words.
const fn level(severity: AuditSeverity) -> &'static str {
    match severity {
        AuditSeverity::Critical | AuditSeverity::High => "error",
        AuditSeverity::Medium => "warning",
        AuditSeverity::Low | AuditSeverity::Informational => "note",
    }
}

/// Spec: GitHub, "SARIF support for code scanning": over 9.0 is critical, 7.0 to 8.9 high,
/// 4.0 to 6.9 medium, 0.1 to 3.9 low.
const fn score(severity: AuditSeverity) -> &'static str {
    match severity {
        AuditSeverity::Critical => "9.5",
        AuditSeverity::High => "8.0",
        AuditSeverity::Medium => "5.0",
        AuditSeverity::Low => "2.0",
        AuditSeverity::Informational => "0.0",
    }
}
