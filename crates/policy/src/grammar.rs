//! What a document of each kind may say, and what AWS answers when it says more.
//!
//! Two validators of AWS show through its messages: one for identity policies,
//! which checks the whole document stage by stage, and one for documents with
//! principals, which goes statement by statement.
//! Observed: IAM's answers to about 130 documents, recorded 2024 to 2026, and
//! messages quoted in public for trust policies.

mod action;
mod condition;
mod document;
mod findings;
mod lints;
mod principal;
mod resource;
mod statement;

pub(crate) use document::{Document, Form, read};
pub(crate) use findings::quoted;

use findings::Findings;

use crate::{DocumentKind, Parsed, Policy, Severity};

/// Whether a version is demanded beyond what the kind of document asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum VersionRule {
    /// Either version, or none, which means 2008-10-17.
    Either,
    /// Only 2012-10-17.
    Newer,
}

/// Reads a document and finds every problem in it.
///
/// The policy is given only when no problem is an error; [`Parsed::refusal`] is the
/// error AWS would answer with.
///
/// ```
/// use stead_policy::{DocumentKind, parse};
/// let parsed = parse(r#"{"Version": "2012-10-17", "Statement": []}"#, DocumentKind::Identity);
/// assert!(parsed.policy.is_none());
/// assert_eq!(parsed.refusal().unwrap().wire_message(), "Syntax errors in policy.");
/// ```
#[must_use]
pub fn parse(text: &str, kind: DocumentKind) -> Parsed {
    parsed(text, kind, VersionRule::Either)
}

/// Reads the document of a managed policy, which must say that it is written in
/// version 2012-10-17.
///
/// Observed: CreatePolicy answers `Policy document must be version 2012-10-17 or
/// greater.` to documents of the older version and without one.
#[must_use]
pub fn parse_managed(text: &str) -> Parsed {
    parsed(text, DocumentKind::Identity, VersionRule::Newer)
}

fn parsed(text: &str, kind: DocumentKind, rule: VersionRule) -> Parsed {
    let mut findings = Findings::new(kind);
    let document = document::read_into(text, rule, &mut findings);
    if let Some(document) = &document {
        lints::check(document, &mut findings);
    }
    let diagnostics = findings.into_diagnostics();
    let sound = diagnostics.iter().all(|found| found.severity != Severity::Error);
    let policy = document.filter(|_| sound).and_then(whole);
    Parsed { policy, diagnostics }
}

/// The document as a policy, if every statement could be read.
fn whole(document: Document) -> Option<Policy> {
    let statements = document.statements.into_iter().map(|form| match form {
        Form::Read(statement) => Some(*statement),
        Form::Broken { .. } => None,
    });
    let statements = statements.collect::<Option<Vec<_>>>()?;
    Some(Policy {
        version: document.version,
        version_is_written: document.version_is_written,
        id: document.id,
        statements,
        statements_shape: document.statements_shape,
    })
}
