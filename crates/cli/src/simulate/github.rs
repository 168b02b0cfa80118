//! What is different, as annotations of GitHub Actions.
//!
//! Spec: GitHub Docs, "Workflow commands for GitHub Actions", setting an error message;
//! actions/toolkit, packages/core/src/command.ts, for what is escaped.

use std::fmt::Write as _;

use super::Answered;
use crate::excerpt::printable;

pub(super) fn annotations(answered: &[Answered]) -> String {
    let mut out = String::new();
    for it in answered.iter().filter(|it| it.is_different()) {
        let mut lines = vec![it.difference()];
        lines.extend(it.reasons());
        let message: Vec<String> = lines.iter().map(|line| data(line)).collect();
        let message = message.join("%0A");
        match &it.asked.origin {
            Some(origin) => {
                let (file, line) = (property(&origin.file), origin.line);
                let _ = writeln!(out, "::error file={file},line={line}::{message}");
            }
            None => {
                let _ = writeln!(out, "::error::{message}");
            }
        }
    }
    out
}

fn data(text: &str) -> String {
    printable(&text.replace('%', "%25"))
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
