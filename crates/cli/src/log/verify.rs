//! `stead log verify`.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use stead_audit::{Finding, Flaw, Report};
use stead_server::audit;
use stead_server::config::Settings;

use super::{place, unreadable};
use crate::arguments::InstallationPlace;
use crate::exit::{Exit, Failure};

pub(super) async fn run(asked: &InstallationPlace) -> Result<Exit, Failure> {
    let (settings, directory) = place(asked)?;
    let mut report = verify(&settings, &directory).await?;
    if report.findings.iter().any(|finding| finding.flaw == Flaw::OtherKey) {
        // The root key may have changed between the two looks: at the key, and at the head.
        report = verify(&settings, &directory).await?;
    }
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

async fn verify(settings: &Settings, directory: &Path) -> Result<Report, Failure> {
    let keys = audit::find_keys(&settings.data, &settings.root_key).await;
    let keys = keys.map_err(|error| {
        Failure::new(error.to_string()).with_help("--root-key-file names the root key")
    })?;
    audit::verify(directory, &keys).map_err(|error| unreadable(directory, &error))
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
