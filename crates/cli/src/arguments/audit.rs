//! What `stead audit` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stead_analysis::AuditSeverity;

const EXAMPLES: &str = "\
Examples:
  aws iam get-account-authorization-details > accounts/111122223333.json
  stead audit accounts
  aws iam get-credential-report > report.json
  stead audit accounts --credential-report report.json --html audit.html
  stead audit accounts --severity high
  stead audit accounts --json > known.json
  stead audit accounts --baseline known.json      only what is new since
  stead audit accounts --sarif > audit.sarif
  stead audit accounts --csv > audit.csv
  stead audit accounts --activity trail.json --least-privilege deploy > p.json

A PATH is a directory as `stead explain --accounts` takes it, with what the AWS
CLI prints of accounts, or one such file. Who is able to do something is asked
of the engine that enforces, as `stead who-can` asks it. docs/audit-accounts.md
has the rules. Nothing is sent anywhere, and no server is needed. For the log
of a server see `stead log`.

Exit codes: 0 nothing worse than informational, 1 no accounts, 2 wrong use, 4
something was found. With --least-privilege: 0 a policy is proposed, 1 none can
be.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AuditFlags {
    /// What was exported of accounts: directories or files
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Look at the accounts as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Leave out what is less bad
    #[arg(long, value_enum, default_value = "informational", value_name = "SEVERITY")]
    pub(crate) severity: MinimumSeverity,
    /// Leave out what this report, made with --json, has too
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// What `aws iam get-credential-report` prints, or the table in it; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) credential_report: Vec<PathBuf>,
    /// Days after which a role, a password or an access key counts as unused
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(crate) unused_days: u32,
    /// Recorded calls: a file of CloudTrail, or of a server's audit log; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) activity: Vec<PathBuf>,
    /// Print the policy that would have been enough for what this role did
    #[arg(long, value_name = "ROLE", requires = "activity", conflicts_with_all = ["severity", "baseline", "credential_report", "html", "sarif", "csv"])]
    pub(crate) least_privilege: Option<String>,
    /// Write a page that stands alone to this file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) form: AuditForm,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub(crate) struct AuditForm {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Print SARIF 2.1.0
    #[arg(long)]
    pub(crate) sarif: bool,
    /// Print a table of comma-separated values
    #[arg(long)]
    pub(crate) csv: bool,
}

/// The least severity that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MinimumSeverity {
    /// Everything
    Informational,
    /// All but inventories
    Low,
    /// One mistake away from harm, and worse
    Medium,
    /// More power than it seems, and worse
    High,
    /// What strangers can use
    Critical,
}

impl MinimumSeverity {
    pub(crate) const fn severity(self) -> AuditSeverity {
        match self {
            Self::Informational => AuditSeverity::Informational,
            Self::Low => AuditSeverity::Low,
            Self::Medium => AuditSeverity::Medium,
            Self::High => AuditSeverity::High,
            Self::Critical => AuditSeverity::Critical,
        }
    }
}
