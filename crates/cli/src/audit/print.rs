//! An audit for people.

use std::fmt::Write as _;

use stead_analysis::AuditSeverity;

use super::{Report, Shown};
use crate::excerpt::printable;

/// The whole text. Everything of the accounts goes through [`printable`].
pub(super) fn report(report: &Report) -> String {
    let mut out = String::new();
    for shown in &report.shown {
        finding(&mut out, shown);
    }
    for note in &report.audit.notes {
        let _ = writeln!(out, "note: {}", printable(note));
    }
    if !report.audit.notes.is_empty() {
        out.push('\n');
    }
    summary(&mut out, report);
    out
}

fn finding(out: &mut String, shown: &Shown) {
    let finding = &shown.finding;
    let (severity, code) = (finding.severity.as_str(), finding.rule.code);
    let _ = writeln!(out, "{severity}[{code}]: {}", printable(&finding.message));
    let _ = writeln!(out, "  {}", printable(&finding.subject));
    for (evidence, place) in finding.evidence.iter().zip(&shown.places) {
        let _ = writeln!(out, "    {}", printable(&evidence.text));
        if let Some(place) = place {
            let file = printable(&place.file);
            let _ = writeln!(out, "      --> {file}:{}:{}", place.line, place.column);
        }
    }
    let _ = writeln!(out, "  fix: {}", printable(&finding.fix));
    let _ = writeln!(out, "  see: {}\n", finding.rule.references.join(", "));
}

fn summary(out: &mut String, report: &Report) {
    let counts =
        AuditSeverity::ALL.iter().map(|it| format!("{} {}", report.count(*it), it.as_str()));
    let counts: Vec<String> = counts.collect();
    let _ = writeln!(out, "{}", counts.join(", "));
    if report.known > 0 {
        let _ = writeln!(out, "{} known ones were left out", report.known);
    }
    let (users, roles) = (report.audit.users, report.audit.roles);
    let accounts = report.audit.accounts.join(", ");
    let _ = writeln!(out, "{users} users and {roles} roles of {accounts}");
}
