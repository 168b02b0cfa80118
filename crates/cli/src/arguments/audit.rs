//! What `stead audit` takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use stead_analysis::AuditSeverity;

use super::AccountsFlags;
use super::accounts::AskingFlags;

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
  stead audit --endpoint http://127.0.0.1:4566 --profile admin
  stead audit accounts --check-issuers            contacts them

A PATH is a directory as `stead explain --accounts` takes it, with what the AWS
CLI prints of accounts, or one such file. Who is able to do something is asked
of the engine that enforces, as `stead who-can` asks it. docs/audit-accounts.md
has the rules. --endpoint asks a running server for the account instead, with
the rights of whoever asks. Without it and without --check-issuers nothing is
sent anywhere. For the log of a server see `stead log`.

Exit codes: 0 nothing worse than informational, 1 no accounts, 2 wrong use, 4
something was found. With --least-privilege: 0 a policy is proposed, 1 none can
be.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("source").required(true).args(["paths", "endpoint"]))]
pub(crate) struct AuditFlags {
    /// What was exported of accounts: directories or files
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The caller's account as the server at this address has it now
    #[arg(long, visible_alias = "endpoint-url", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    #[command(flatten)]
    pub(crate) asking: AskingFlags,
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
    /// Ask the issuers of OpenID Connect providers for their keys, which is contacting them
    #[arg(long)]
    pub(crate) check_issuers: bool,
    /// Ask issuers on this machine too, and without TLS
    #[arg(long, requires = "check_issuers")]
    pub(crate) dangerous_allow_loopback_issuers: bool,
    /// Recorded calls: a file of CloudTrail, or of a server's audit log; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) activity: Vec<PathBuf>,
    /// Print the policy that would have been enough for what this role did
    #[arg(long, value_name = "ROLE", requires = "activity", conflicts_with_all = ["severity", "baseline", "credential_report", "check_issuers", "html", "sarif", "csv"])]
    pub(crate) least_privilege: Option<String>,
    /// Write a page that stands alone to this file, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) form: AuditForm,
}

impl AuditFlags {
    /// The running server that is asked, if one is.
    pub(crate) fn running(&self) -> Option<AccountsFlags> {
        let (endpoint, asking) = (self.endpoint.clone()?, self.asking.clone());
        Some(AccountsFlags { accounts: None, endpoint: Some(endpoint), asking })
    }
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
