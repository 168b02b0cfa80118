//! Findings for people.

use std::fmt::Write as _;

use super::{Counts, Examined, kind_name};
use crate::excerpt::{excerpt, printable};

/// The whole text. Everything of the documents goes through [`printable`].
pub(super) fn report(examined: &[Examined]) -> String {
    let mut out = String::new();
    for document in examined {
        findings(&mut out, document);
    }
    summary(&mut out, examined);
    out
}

fn findings(out: &mut String, document: &Examined) {
    for finding in &document.findings {
        let (severity, code) = (finding.severity.as_str(), finding.rule.code);
        let _ = writeln!(out, "{severity}[{code}]: {}", printable(&finding.message));
        out.push_str(&excerpt(&document.text, finding.span, &printable(&document.name)));
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  help: {}", printable(help));
        }
        if !finding.fix.is_empty() {
            let _ = writeln!(out, "  help: --fix does this");
        }
        out.push('\n');
    }
}

fn summary(out: &mut String, examined: &[Examined]) {
    for document in examined {
        let fixed = if document.is_fixed { ", changed" } else { "" };
        let guessed = if document.is_guessed { "taken for" } else { "read as" };
        let kind = kind_name(document.kind);
        let name = printable(&document.name);
        let _ = writeln!(out, "{name}: {guessed} {kind}{fixed}");
    }
    let Counts { errors, warnings, notes } = Counts::of(examined);
    let counted = |count: usize, name: &str| match count {
        1 => format!("1 {name}"),
        _ => format!("{count} {name}s"),
    };
    let parts = [counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note")];
    let _ = writeln!(out, "{}", parts.join(", "));
}
