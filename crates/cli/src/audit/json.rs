//! An audit as one JSON object; docs/audit-accounts.md describes it.

use serde_json::{Value, json};
use stead_analysis::AuditSeverity;

use super::{Place, Report, Shown};
use crate::excerpt::printable_json;

/// Of the form of the object.
pub(super) const VERSION: u32 = 1;

pub(super) fn report(report: &Report) -> String {
    let counts = AuditSeverity::ALL.iter().map(|it| (it.as_str(), report.count(*it)));
    let counts: serde_json::Map<String, Value> =
        counts.map(|(name, count)| (name.to_owned(), json!(count))).collect();
    let value = json!({
        "version": VERSION,
        "at": report.at.to_string(),
        "accounts": report.audit.accounts,
        "users": report.audit.users,
        "roles": report.audit.roles,
        "counts": counts,
        "known": report.known,
        "findings": report.shown.iter().map(finding).collect::<Vec<_>>(),
        "notes": report.audit.notes,
    });
    printable_json(&format!("{value:#}\n"))
}

fn finding(shown: &Shown) -> Value {
    let finding = &shown.finding;
    let evidence = finding.evidence.iter().zip(&shown.places);
    json!({
        "id": finding.id(),
        "rule": finding.rule.code,
        "severity": finding.severity,
        "title": finding.rule.title,
        "account": shown.account(),
        "subject": finding.subject,
        "message": finding.message,
        "evidence": evidence.map(|(it, place)| place_of(&it.text, place.as_ref())).collect::<Vec<_>>(),
        "path": finding.path,
        "fix": finding.fix,
        "references": finding.rule.references,
    })
}

fn place_of(text: &str, place: Option<&Place>) -> Value {
    match place {
        None => json!({ "text": text }),
        Some(Place { file, line, column }) => {
            json!({ "text": text, "file": file, "line": line, "column": column })
        }
    }
}
