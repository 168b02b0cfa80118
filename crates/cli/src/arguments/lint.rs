//! What `stead lint` takes.

use clap::{Args, ValueEnum};
use stead_policy::DocumentKind;

const EXAMPLES: &str = "\
Examples:
  stead lint policy.json trust/*.json
  stead lint --kind scp guardrail.json
  stead lint --account 111122223333 trust.json   others are third parties
  aws iam get-role-policy ... | stead lint -
  stead lint --sarif policies/*.json > lint.sarif
  stead lint --fix policy.json                    changes that keep the meaning
  stead lint --explain trust/any-tenant

A file holds one policy document. Without --kind one with principals is a trust
policy where its actions are those of STS and it has no resources, else a
resource policy; one without principals is an identity policy. docs/lint.md has
the rules and the catalogue of services that they ask. Nothing is sent
anywhere.

Exit codes: 0 nothing worse than a note, 1 a file that cannot be read, 2 wrong
use, 3 errors or warnings were found.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LintFlags {
    /// The documents: files, or - for standard input
    #[arg(value_name = "FILE", required_unless_present = "explain")]
    pub(crate) files: Vec<String>,
    /// What the documents are for
    #[arg(long, value_enum)]
    pub(crate) kind: Option<LintKind>,
    /// An account of yours; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) account: Vec<String>,
    /// Judge conditions on the time as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "sarif")]
    pub(crate) json: bool,
    /// Print SARIF 2.1.0
    #[arg(long)]
    pub(crate) sarif: bool,
    /// Change the files where the meaning stays the same, then look again
    #[arg(long)]
    pub(crate) fix: bool,
    /// Say what a code means
    #[arg(long, value_name = "CODE", conflicts_with_all = ["files", "kind", "account", "at", "sarif", "fix"])]
    pub(crate) explain: Option<String>,
}

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintKind {
    /// Embedded in a user, group or role
    Identity,
    /// A managed policy
    Managed,
    /// A permissions boundary
    Boundary,
    /// Passed when a role is assumed
    Session,
    /// Who may assume a role
    Trust,
    /// Attached to another resource
    Resource,
    /// A service control policy
    Scp,
    /// A resource control policy
    Rcp,
}

impl LintKind {
    pub(crate) const fn document(self) -> DocumentKind {
        match self {
            Self::Identity | Self::Managed => DocumentKind::Identity,
            Self::Boundary => DocumentKind::Boundary,
            Self::Session => DocumentKind::Session,
            Self::Trust => DocumentKind::Trust,
            Self::Resource => DocumentKind::Resource,
            Self::Scp => DocumentKind::ServiceControl,
            Self::Rcp => DocumentKind::ResourceControl,
        }
    }
}
