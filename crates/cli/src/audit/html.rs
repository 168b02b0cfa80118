//! An audit as one page that stands alone: no script, nothing from elsewhere.

mod escape;
mod graph;

use std::fmt::Write as _;

use stead_analysis::{AuditSeverity, AuditStep};

use super::{Report, Shown};
use escape::escaped;

const STYLE: &str = include_str!("html/style.css");

/// The whole page. Everything of the accounts goes through [`escaped`].
pub(super) fn page(report: &Report) -> String {
    let mut out = String::new();
    let accounts = escaped(&report.audit.accounts.join(", "));
    // Spec: Content Security Policy Level 3: were something of the accounts not escaped, it
    // still could neither run nor load anything.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Audit of {accounts}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Audit of {accounts}</h1>\n"
    );
    summary(&mut out, report);
    let drawn = graph::svg(report);
    if !drawn.is_empty() {
        let _ = write!(out, "<h2>Who can become an administrator</h2>\n{drawn}");
    }
    for severity in AuditSeverity::ALL {
        section(&mut out, report, severity);
    }
    notes(&mut out, &report.audit.notes);
    out.push_str("</body>\n</html>\n");
    out
}

fn summary(out: &mut String, report: &Report) {
    let (users, roles, at) = (report.audit.users, report.audit.roles, report.at);
    let _ = write!(out, "<p>{users} users and {roles} roles, as of {at}.");
    if report.known > 0 {
        let _ = write!(out, " {} known findings were left out.", report.known);
    }
    out.push_str("</p>\n<table class=\"counts\">\n<tr>");
    for severity in AuditSeverity::ALL {
        let name = severity.as_str();
        let count = report.count(severity);
        let _ = write!(out, "<td class=\"{name}\"><b>{count}</b> {name}</td>");
    }
    out.push_str("</tr>\n</table>\n");
}

fn section(out: &mut String, report: &Report, severity: AuditSeverity) {
    let found: Vec<&Shown> =
        report.shown.iter().filter(|it| it.finding.severity == severity).collect();
    if found.is_empty() {
        return;
    }
    let name = severity.as_str();
    let _ = writeln!(out, "<h2 class=\"{name}\">{name}: {}</h2>", found.len());
    found.into_iter().for_each(|shown| finding(out, shown));
}

fn finding(out: &mut String, shown: &Shown) {
    let finding = &shown.finding;
    let _ = write!(
        out,
        "<details class=\"{}\">\n<summary><code>{}</code> {}</summary>\n\
         <p class=\"subject\">{}</p>\n",
        finding.severity.as_str(),
        escaped(finding.rule.code),
        escaped(&finding.message),
        escaped(&finding.subject),
    );
    way(out, &finding.path);
    evidence(out, shown);
    let _ = writeln!(out, "<p><b>Fix:</b> {}.</p>", escaped(&finding.fix));
    let references: Vec<String> = finding.rule.references.iter().map(|it| reference(it)).collect();
    let _ = writeln!(out, "<p><b>See:</b> {}</p>\n</details>", references.join(", "));
}

fn way(out: &mut String, path: &[AuditStep]) {
    if path.is_empty() {
        return;
    }
    out.push_str("<ol>\n");
    for step in path {
        let from = escaped(&step.from.words());
        let method = escaped(&step.method);
        let then = match &step.becomes {
            Some(principal) => format!("becomes {}", escaped(&principal.words())),
            None => "has everything".to_owned(),
        };
        let _ = writeln!(out, "<li>{from}: <code>{method}</code>, and {then}</li>");
    }
    out.push_str("</ol>\n");
}

fn evidence(out: &mut String, shown: &Shown) {
    if shown.finding.evidence.is_empty() {
        return;
    }
    out.push_str("<ul>\n");
    for (evidence, place) in shown.finding.evidence.iter().zip(&shown.places) {
        let _ = write!(out, "<li>{}", escaped(&evidence.text));
        if let Some(place) = place {
            let file = escaped(&place.file);
            let _ =
                write!(out, " <span class=\"place\">{file}:{}:{}</span>", place.line, place.column);
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}

/// References are of the rules, not of the accounts.
fn reference(text: &str) -> String {
    let shown = escaped(text);
    if text.starts_with("https://") {
        return format!("<a href=\"{shown}\" rel=\"noreferrer\">{shown}</a>");
    }
    shown
}

fn notes(out: &mut String, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    out.push_str("<h2>What limits this report</h2>\n<ul>\n");
    for note in notes {
        let _ = writeln!(out, "<li>{}</li>", escaped(note));
    }
    out.push_str("</ul>\n");
}
