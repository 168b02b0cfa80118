//! What is found in accounts.

use serde::Serialize;

use super::rule::AuditRule;
use crate::access::{Hop, Principal};

/// How bad a finding is; the words are those of AWS Security Hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditSeverity {
    /// Nothing is wrong with it: part of an inventory.
    Informational,
    /// Wider than need be.
    Low,
    /// One mistake away from harm.
    Medium,
    /// More power than it seems.
    High,
    /// Strangers can use it.
    Critical,
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct AuditFinding {
    /// What kind of thing.
    pub rule: &'static AuditRule,
    /// How bad it is here.
    pub severity: AuditSeverity,
    /// Whom or what it is about: an ARN.
    pub subject: String,
    /// What tells it from other findings of the same rule and subject; empty where there can
    /// be one only.
    pub detail: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<AuditEvidence>,
    /// How somebody gets to be an administrator, step by step.
    pub path: Vec<AuditStep>,
    /// What to do.
    pub fix: String,
}

/// Something that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvidence {
    /// In words.
    pub text: String,
    /// Where in the accounts, as a pointer that
    /// [`Export::origin_in_world`](crate::Export::origin_in_world) understands.
    pub pointer: Option<String>,
}

/// One step of somebody who gets more than they have.
#[derive(Clone, Debug, Serialize)]
pub struct AuditStep {
    /// Who.
    pub from: Principal,
    /// The published name of what they do, such as `iam:CreatePolicyVersion`.
    pub method: String,
    /// The calls, each of which is allowed.
    pub calls: Vec<Hop>,
    /// Whom they are afterwards; none where they have given themselves everything.
    pub becomes: Option<Principal>,
}

impl AuditSeverity {
    /// All, the worst first.
    pub const ALL: [Self; 5] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Informational];

    /// Its name, such as `high`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl AuditFinding {
    pub(super) fn new(rule: &'static AuditRule, subject: impl ToString, message: String) -> Self {
        Self {
            rule,
            severity: rule.severity,
            subject: subject.to_string(),
            detail: String::new(),
            message,
            evidence: Vec::new(),
            path: Vec::new(),
            fix: rule.fix.to_owned(),
        }
    }

    /// The name by which a later audit knows it again.
    #[must_use]
    pub fn id(&self) -> String {
        match self.detail.as_str() {
            "" => format!("{} {}", self.rule.code, self.subject),
            detail => format!("{} {} {detail}", self.rule.code, self.subject),
        }
    }

    pub(super) fn severity(self, severity: AuditSeverity) -> Self {
        Self { severity, ..self }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub(super) fn path(self, path: Vec<AuditStep>) -> Self {
        Self { path, ..self }
    }

    pub(super) fn shown_by(mut self, text: impl Into<String>, pointer: Option<String>) -> Self {
        self.evidence.push(AuditEvidence { text: text.into(), pointer });
        self
    }
}
