//! Documents as files, each with everything that is found in it and where.
//!
//! A file has a head, the document, and what must come of it:
//!
//! ```text
//! trust: no Principal
//! source: quoted
//!
//! {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}
//! ---
//! Missing required field Principal
//! > 1:15-1:61 missing-field {"Effect": "Allow…sts:AssumeRole"}
//! ```
//!
//! Below the line stands what AWS answers, or `accepted`; then every problem with
//! its place (line and column, counted in characters from 1, the end exclusive), its
//! code and the text there, an arrow at the one that AWS answers. `warning` precedes
//! the code of a finding that refuses nothing.
//!
//! With `STEAD_UPDATE=1` the files are rewritten; the difference is then to be read
//! as code is.

use std::fs;
use std::path::{Path, PathBuf};

use stead_policy::{
    CompiledPolicy, Diagnostic, DocumentKind, PROVIDER_CONTROLS, Parsed, PolicyText, Severity,
    Span, check_provider_controls, parse, parse_managed,
};

use crate::corpus;
use crate::managed::without_spans;

/// How many malformed documents there must be.
const MALFORMED_MIN: usize = 200;

#[test]
fn malformed_documents_are_refused_with_text_and_place() {
    let files = read_all("malformed");
    assert!(files.len() >= MALFORMED_MIN, "only {} malformed documents", files.len());
    compare(&files, |file| file.answer() != ACCEPTED);
}

#[test]
fn sound_documents_are_accepted_with_what_is_odd_about_them() {
    compare(&read_all("sound"), |file| file.answer() == ACCEPTED);
}

/// Whether each document should be accepted, with the point the case belongs to.
pub(crate) fn outcomes() -> Vec<(Option<u32>, String, bool)> {
    let files = ["malformed", "sound"].into_iter().flat_map(read_all);
    files.map(|file| (file.point(), file.name().to_owned(), file.answer() == ACCEPTED)).collect()
}

const ACCEPTED: &str = "accepted";

/// One file, taken apart.
struct File {
    path: PathBuf,
    head: String,
    document: String,
    expected: String,
}

impl File {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once("\n\n").unwrap_or_else(|| panic!("{path:?}: no head"));
        let (document, expected) =
            rest.rsplit_once("\n---\n").unwrap_or_else(|| panic!("{path:?}: nothing expected"));
        Self {
            head: head.to_owned(),
            document: document.to_owned(),
            expected: expected.trim_end().to_owned(),
            path,
        }
    }

    /// `trust` and `no Principal` of `trust: no Principal`.
    fn title(&self) -> (&str, &str) {
        self.head.lines().next().unwrap().split_once(": ").unwrap()
    }

    fn name(&self) -> &str {
        self.title().1
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn point(&self) -> Option<u32> {
        self.property("point").map(|point| point.parse().unwrap())
    }

    fn answer(&self) -> &str {
        self.expected.lines().next().unwrap_or_default()
    }

    /// What comes of the document, as the file should say it.
    fn actual(&self) -> String {
        let kind = self.title().0;
        if let Some(max) = self.property("quota") {
            return self.over_quota(corpus::kind(kind), max.parse().unwrap());
        }
        let parsed = match kind {
            "managed" => parse_managed(&self.document),
            "written trust" => written(&self.document),
            kind => parse(&self.document, corpus::kind(kind)),
        };
        let refusal = parsed.refusal();
        assert_eq!(parsed.policy.is_none(), refusal.is_some(), "{:?}", self.path);
        let mut lines = vec![refusal.map_or(ACCEPTED.into(), Diagnostic::wire_message)];
        for found in &parsed.diagnostics {
            lines.push(self.line(found, refusal.is_some_and(|refusal| refusal == found)));
        }
        lines.join("\n")
    }

    fn over_quota(&self, kind: DocumentKind, max: usize) -> String {
        match PolicyText::from(self.document.as_str()).excess(kind, max) {
            Some(span) => {
                format!("over the quota\n> {} {}", self.place(span), self.shown(span))
            }
            None => ACCEPTED.into(),
        }
    }

    fn line(&self, found: &Diagnostic, answered: bool) -> String {
        let arrow = if answered { "> " } else { "  " };
        let severity = if found.severity == Severity::Warning { "warning " } else { "" };
        let code = found.code.name().strip_prefix("policy/").unwrap();
        let (place, text) = (self.place(found.span), self.shown(found.span));
        format!("{arrow}{place} {severity}{code} {text}").trim_end().to_owned()
    }

    /// `1:15-1:61`.
    fn place(&self, span: Span) -> String {
        let [start, end] = [span.start, span.end].map(|at| position(&self.document, at));
        format!("{start}-{end}")
    }

    /// The beginning and the end of what stands at a place, in one line.
    fn shown(&self, span: Span) -> String {
        let text: Vec<char> =
            span.of(&self.document).chars().flat_map(char::escape_debug).collect();
        let half = SHOWN_MAX / 2;
        let shown: String = if text.len() <= SHOWN_MAX {
            text.iter().collect()
        } else {
            text[..half].iter().chain(&['…']).chain(&text[text.len() - half..]).collect()
        };
        shown.replace("\\\"", "\"").replace("\\'", "'")
    }
}

const SHOWN_MAX: usize = 48;

/// A trust policy that someone wants to store.
fn written(text: &str) -> Parsed {
    let mut parsed = parse(text, DocumentKind::Trust);
    if let Some(policy) = parsed.policy.take() {
        parsed.diagnostics.extend(check_provider_controls(&policy, PROVIDER_CONTROLS));
        parsed.policy = parsed.refusal().is_none().then_some(policy);
    }
    parsed
}

/// `line:column`, in characters and from 1.
fn position(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{line}:{column}")
}

fn read_all(folder: &str) -> Vec<File> {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "corpus", folder].iter().collect();
    let mut paths: Vec<PathBuf> = entries(&root).iter().flat_map(|kind| entries(kind)).collect();
    paths.sort();
    paths.into_iter().map(File::read).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[expect(clippy::disallowed_methods, reason = "how the one who runs the tests asks for it")]
fn compare(files: &[File], belongs: impl Fn(&File) -> bool) {
    let update = std::env::var_os("STEAD_UPDATE").is_some();
    let mut failures = Vec::new();
    for file in files {
        let actual = file.actual();
        if update {
            let text = format!("{}\n\n{}\n---\n{actual}\n", file.head, file.document);
            fs::write(&file.path, text).unwrap();
        } else if actual != file.expected {
            failures.push(format!("{}:\n{actual}", file.path.display()));
        } else if !belongs(file) {
            failures.push(format!("{} is in the wrong folder", file.path.display()));
        }
        if actual.starts_with(ACCEPTED) && file.property("quota").is_none() {
            check_sound(file);
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n\n"));
}

/// A sound document has no errors when it comes from storage either, and is read
/// again from its print.
fn check_sound(file: &File) {
    let kind = corpus::kind(file.title().0.strip_prefix("written ").unwrap_or(file.title().0));
    let (_, found) = CompiledPolicy::compile_stored(&file.document, kind);
    assert!(found.iter().all(|found| found.severity == Severity::Warning), "{:?}", file.path);
    let policy = parse(&file.document, kind).policy.unwrap();
    let print = policy.to_json();
    let [printed, written]: [serde_json::Value; 2] =
        [&print, &file.document].map(|text| serde_json::from_str(text).unwrap());
    assert_eq!(printed, written, "{:?}", file.path);
    let again = parse(&print, kind).policy.unwrap();
    assert_eq!(without_spans(&again), without_spans(&policy), "{:?}", file.path);
}
