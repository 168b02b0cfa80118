//! `stead lint`: what is wrong with policy documents.

mod explain;
mod json;
mod print;
mod sarif;
mod write;

use std::io::{Read as _, Write as _};

use stead_lint::{Finding, Options, Severity, fixed, guess, lint};
use stead_policy::{DOCUMENT_BYTES_MAX, DocumentKind};
use stead_server::clock::{Clock as _, SystemClock};

use crate::arguments::{LintFlags, LintKind};
use crate::exit::{Exit, Failure};
use crate::token::moment;

/// How often a document is fixed and looked at again. Each time something has gone, so few
/// documents need more than two.
const FIXES_MAX: usize = 16;

/// A document that was looked at.
struct Examined {
    /// As it was named.
    name: String,
    text: String,
    kind: DocumentKind,
    /// Whether nobody said what it is for.
    is_guessed: bool,
    /// Whether it was changed.
    is_fixed: bool,
    findings: Vec<Finding>,
}

pub(crate) fn run(flags: &LintFlags) -> Result<Exit, Failure> {
    if let Some(code) = &flags.explain {
        return explain::run(code, flags.json);
    }
    if flags.fix && flags.files.iter().any(|name| name == "-") {
        return Err(Failure::usage("standard input cannot be changed: give a file with --fix"));
    }
    let options = options(flags)?;
    let (mut examined, mut is_unusable) = (Vec::new(), false);
    for name in &flags.files {
        match examine(name, flags, &options) {
            Ok(document) => examined.push(document),
            Err(failure) => {
                failure.report();
                is_unusable = true;
            }
        }
    }
    let mut stdout = std::io::stdout().lock();
    let text = match (flags.json, flags.sarif) {
        (true, _) => json::report(&examined),
        (_, true) => sarif::report(&examined)?,
        _ => print::report(&examined),
    };
    stdout.write_all(text.as_bytes())?;
    let found = examined.iter().flat_map(|document| &document.findings);
    let is_found = found.into_iter().any(|finding| finding.severity != Severity::Note);
    Ok(match (is_unusable, is_found) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Denied,
        (false, false) => Exit::Success,
    })
}

fn options(flags: &LintFlags) -> Result<Options, Failure> {
    let now = flags.at.as_deref().map_or_else(|| Ok(SystemClock.now()), moment)?;
    let account = |text: &String| {
        text.parse().map_err(|_| Failure::usage(format!("`{text}` is no account: 12 digits")))
    };
    Ok(Options {
        accounts: flags.account.iter().map(account).collect::<Result<_, _>>()?,
        managed: flags.kind == Some(LintKind::Managed),
        now: Some(now),
    })
}

fn examine(name: &str, flags: &LintFlags, options: &Options) -> Result<Examined, Failure> {
    let mut text = input(name)?;
    let kind = flags.kind.map_or_else(|| guess(&text), LintKind::document);
    let mut findings = lint(&text, kind, options);
    let mut is_fixed = false;
    for _ in 0..FIXES_MAX {
        let better = if flags.fix { fixed(&text, &findings) } else { text.clone() };
        if better == text {
            break;
        }
        (text, is_fixed) = (better, true);
        findings = lint(&text, kind, options);
    }
    if is_fixed {
        write::replace(name, &text)?;
    }
    let is_guessed = flags.kind.is_none();
    Ok(Examined { name: name.to_owned(), text, kind, is_guessed, is_fixed, findings })
}

fn input(name: &str) -> Result<String, Failure> {
    let refuse = |reason: String| Failure::new(format!("cannot read `{name}`: {reason}"));
    let most = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = match name {
        "-" => std::io::stdin().lock().take(most).read_to_string(&mut text),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text))
        }
    };
    read.map_err(|error| refuse(error.to_string()))?;
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(refuse(format!("it is longer than {DOCUMENT_BYTES_MAX} bytes")));
    }
    Ok(text)
}

/// The name of a kind of document, as `--kind` has it.
const fn kind_name(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Identity => "identity",
        DocumentKind::Boundary => "boundary",
        DocumentKind::Session => "session",
        DocumentKind::Trust => "trust",
        DocumentKind::Resource => "resource",
        DocumentKind::ServiceControl => "scp",
        DocumentKind::ResourceControl => "rcp",
    }
}

/// How many findings there are of each severity.
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Counts {
    fn of(examined: &[Examined]) -> Self {
        let count = |severity: Severity| {
            let found = examined.iter().flat_map(|document| &document.findings);
            found.filter(|finding| finding.severity == severity).count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}
