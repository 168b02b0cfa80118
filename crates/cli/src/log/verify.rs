//! `stead log verify`.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use stead_audit::{Finding, Report};
use stead_server::audit;

use super::{place, unreadable};
use crate::arguments::LogPlace;
use crate::exit::{Exit, Failure};

pub(super) fn run(asked: &LogPlace) -> Result<Exit, Failure> {
    let (settings, directory) = place(asked)?;
    let key = audit::find_key(&settings.data, settings.root_key_file.as_deref());
    let key = key.map_err(|error| {
        Failure::new(error.to_string()).with_help("--root-key-file names the root key")
    })?;
    let report = audit::verify(&directory, key.as_ref());
    let report = report.map_err(|error| unreadable(&directory, &error))?;
    let mut stdout = std::io::stdout().lock();
    match asked.json {
        true => writeln!(stdout, "{}", as_json(&report))?,
        false => stdout.write_all(human(&report, &directory).as_bytes())?,
    }
    if report.holds() {
        return Ok(Exit::Success);
    }
    Err(Failure::new("the audit log is not as the server left it")
        .with_help("docs/audit.md says what each finding means"))
}

fn human(report: &Report, directory: &Path) -> String {
    let Report { files, lines, events, .. } = report;
    let mut text = format!("{}: {files} files, {lines} lines, {events} calls", directory.display());
    if let Some((first, last)) = report.range {
        text.push_str(&format!(", numbers {first} to {last}"));
    }
    text.push('\n');
    for note in &report.notes {
        text.push_str(&format!("note: {note}\n"));
    }
    for Finding { place, flaw } in &report.findings {
        let at = match place.file.as_str() {
            "" => String::new(),
            file => format!("{file}, line {}: ", place.line),
        };
        text.push_str(&format!("{at}{flaw} [{}]\n", flaw.code()));
    }
    if report.more_findings > 0 {
        text.push_str(&format!("and {} more\n", report.more_findings));
    }
    if report.holds() {
        text.push_str("the log holds\n");
    }
    text
}

fn as_json(report: &Report) -> Value {
    let findings = report.findings.iter().map(|Finding { place, flaw }| {
        json!({
            "code": flaw.code(), "message": flaw.to_string(),
            "file": place.file, "line": place.line,
        })
    });
    let notes =
        report.notes.iter().map(|note| json!({"code": note.code(), "message": note.to_string()}));
    json!({
        "version": 1,
        "holds": report.holds(),
        "files": report.files,
        "lines": report.lines,
        "events": report.events,
        "first": report.range.map(|(first, _)| first),
        "last": report.range.map(|(_, last)| last),
        "findings": findings.collect::<Vec<_>>(),
        "more_findings": report.more_findings,
        "notes": notes.collect::<Vec<_>>(),
    })
}
