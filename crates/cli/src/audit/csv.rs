//! An audit as a table of comma-separated values.
//!
//! Spec: RFC 4180: cells with commas, quotes or line breaks stand in quotes, in which quotes
//! are doubled. Lines end with CRLF.

use super::{Place, Report, Shown};
use crate::excerpt::printable;

const HEADER: [&str; 11] = [
    "severity",
    "rule",
    "account",
    "subject",
    "message",
    "fix",
    "references",
    "file",
    "line",
    "column",
    "id",
];

pub(super) fn report(report: &Report) -> String {
    let header = HEADER.map(str::to_owned);
    let rows = report.shown.iter().map(row);
    std::iter::once(header).chain(rows).map(|cells| line(&cells)).collect()
}

fn row(shown: &Shown) -> [String; 11] {
    let finding = &shown.finding;
    let (file, line, column) = match shown.place() {
        Some(Place { file, line, column }) => (file.clone(), line.to_string(), column.to_string()),
        None => Default::default(),
    };
    [
        finding.severity.as_str().to_owned(),
        finding.rule.code.to_owned(),
        shown.account(),
        finding.subject.clone(),
        finding.message.clone(),
        finding.fix.clone(),
        finding.rule.references.join("; "),
        file,
        line,
        column,
        finding.id(),
    ]
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A name must not become a formula of whoever opens the table: OWASP, "CSV Injection".
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    // Line breaks stay, in quotes; what else directs a terminal does not.
    let text = text.split('\n').map(printable).collect::<Vec<_>>().join("\n");
    let needs_quotes = text.contains([',', '"', '\r', '\n']);
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_cannot_break_out_nor_become_formulas() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\"\n"), "\"say \"\"x\"\"\n\"");
        assert_eq!(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell("@x,y"), "\"'@x,y\"");
    }
}
