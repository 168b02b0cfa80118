//! An audit as one JSON object; docs/audit-accounts.md describes it.

use serde::Serialize;
use serde_json::{Map, Value, json};
use stead_analysis::AuditSeverity;

use super::{Place, Report, Shown};
use crate::exit::Failure;
use crate::report::{Each, pretty};

/// Of the form of the object.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    accounts: &'a [String],
    at: String,
    counts: Map<String, Value>,
    findings: Each<'a, Shown>,
    known: usize,
    notes: &'a [String],
    roles: usize,
    users: usize,
    version: u32,
}

pub(super) fn report(report: &Report) -> Result<String, Failure> {
    let counts = AuditSeverity::ALL.iter().map(|it| (it.as_str(), report.count(*it)));
    let counts: Map<String, Value> =
        counts.map(|(name, count)| (name.to_owned(), json!(count))).collect();
    pretty(&Written {
        accounts: &report.audit.accounts,
        at: report.at.to_string(),
        counts,
        findings: Each { of: &report.shown, made: &finding },
        known: report.known,
        notes: &report.audit.notes,
        roles: report.audit.roles,
        users: report.audit.users,
        version: VERSION,
    })
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
