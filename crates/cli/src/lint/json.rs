//! Findings as one JSON object; docs/lint.md describes it.

use serde_json::{Value, json};
use stead_analysis::Lines;
use stead_lint::Finding;

use super::{Counts, Examined, kind_name};
use crate::excerpt::printable_json;

pub(super) fn report(examined: &[Examined]) -> String {
    let Counts { errors, warnings, notes } = Counts::of(examined);
    let report = json!({
        "version": 1,
        "files": examined.iter().map(document).collect::<Vec<_>>(),
        "errors": errors,
        "warnings": warnings,
        "notes": notes,
    });
    printable_json(&format!("{report:#}\n"))
}

fn document(document: &Examined) -> Value {
    let findings = document.findings.iter().map(|it| finding(&document.text, it));
    json!({
        "file": document.name,
        "kind": kind_name(document.kind),
        "kindGuessed": document.is_guessed,
        "changed": document.is_fixed,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn finding(text: &str, finding: &Finding) -> Value {
    json!({
        "code": finding.rule.code,
        "severity": finding.severity.as_str(),
        "message": finding.message,
        "help": finding.help,
        "fixable": !finding.fix.is_empty(),
        "start": place(text, finding.span.start),
        "end": place(text, finding.span.end),
    })
}

fn place(text: &str, offset: usize) -> Value {
    let (line, column) = Lines(text).position(offset);
    json!({ "line": line, "column": column, "offset": offset })
}
