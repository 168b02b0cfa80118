//! What is wrong with a policy document: what AWS refuses it for, and what it accepts
//! although nobody can have meant it.
//!
//! [`lint`] reads a document with `stead-policy`, whose grammar decides what is refused,
//! and then looks at what it says with the catalogue of services beside it. Every finding
//! is an instance of a [`Rule`]; [`rules`] has them all, each with a document that shows it
//! and one that does not.
//!
//! There is no I/O here and no clock. This crate is internal: it may change freely.
//!
//! ```
//! use stead_lint::{Options, lint};
//! use stead_policy::DocumentKind;
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {
//!     "Effect": "Allow", "Action": "s3:GetObjcet", "Resource": "arn:aws:s3:::reports/*"}}"#;
//! let findings = lint(text, DocumentKind::Identity, &Options::default());
//! assert_eq!(findings[0].rule.code, "action/unknown");
//! assert_eq!(findings[0].span.of(text), "\"s3:GetObjcet\"");
//! assert_eq!(findings[0].help.as_deref(), Some("`s3:GetObject` is meant?"));
//! ```

mod document;
mod edit;
mod families;
mod finding;
mod kind;
mod limits;
mod nearest;
mod rule;

pub use document::Options;
pub use edit::fixed;
pub use finding::{Edit, Finding, Severity};
pub use kind::guess;
pub use rule::{Example, Rule, rule, rules};

use document::Document;
use stead_policy::{DocumentKind, parse, parse_managed};

/// Everything that is found in a document of this kind, in the order of the text.
///
/// Beyond the grammar a document is looked at only when AWS would not refuse it.
#[must_use]
pub fn lint(text: &str, kind: DocumentKind, options: &Options) -> Vec<Finding> {
    let managed = kind == DocumentKind::Identity && options.managed;
    let parsed = if managed { parse_managed(text) } else { parse(text, kind) };
    let mut findings: Vec<Finding> =
        parsed.diagnostics.iter().map(families::grammar::finding).collect();
    if let Some(policy) = &parsed.policy {
        families::check(&Document::new(text, kind, policy, options), &mut findings);
    }
    findings.sort_by(|left, right| (left.span, left.rule.code).cmp(&(right.span, right.rule.code)));
    findings.truncate(limits::FINDINGS_MAX);
    findings
}
