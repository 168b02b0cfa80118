//! What `stead simulate` takes.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::AccountsFlags;
use super::explain::pair;

const EXAMPLES: &str = "\
Examples:
  stead simulate --accounts ./accounts \\
    --caller arn:aws:iam::111122223333:user/ann \\
    --action s3:GetObject --action s3:PutObject \\
    --resource arn:aws:s3:::reports/a
  stead simulate --accounts ./accounts \\
    --caller arn:aws:iam::111122223333:user/ann \\
    --action sts:AssumeRole --resource arn:aws:iam::444455556666:role/deploy \\
    --context sts:ExternalId=7f3a
  stead simulate --policy policy.json --action s3:GetObject \\
    --resource arn:aws:s3:::reports/a
  stead simulate --accounts ./accounts \
    --caller arn:aws:sts::111122223333:assumed-role/app/run \
    --session-policy session.json --resource-policy bucket.json \
    --action s3:GetObject --resource arn:aws:s3:::reports/a
  stead simulate --accounts ./accounts --requests table.csv --json
  stead simulate --endpoint URL --profile admin --requests table.csv
  stead simulate --accounts ./accounts --expect access.csv --junit report.xml

Callers, actions and resources are asked about each with each. A file of
requests is a table whose first line names the columns (caller, action,
resource, sessionPolicy, resourcePolicy and condition keys) or has an object on each line; what a request does
not tell, the flags do. With --expect each tells what is expected too, in the
column expect: allow or deny. docs/simulate.md describes it. Unless --endpoint
names a server, nothing is sent anywhere.

Exit codes: 0 all are allowed, or as expected; 1 nothing could be asked, 2
wrong use, 3 one is denied, 4 one is not as expected.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("source").required(true).args(["accounts", "endpoint", "policy"]))]
pub(crate) struct SimulateFlags {
    #[command(flatten)]
    pub(crate) of: AccountsFlags,
    /// A policy of a principal that is made up; can be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "caller")]
    pub(crate) policy: Vec<PathBuf>,
    /// Who calls: the ARN of a user, a role or a session, or a service; can be repeated
    #[arg(long, value_name = "ARN")]
    pub(crate) caller: Vec<String>,
    /// What is done, such as s3:GetObject; can be repeated
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Vec<String>,
    /// To what it is done; can be repeated [default: *]
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Vec<String>,
    /// A policy of the caller's session: a file, or the ARN of a managed policy; can be repeated
    #[arg(long, value_name = "POLICY")]
    pub(crate) session_policy: Vec<String>,
    /// The policy that the resource has
    #[arg(long, value_name = "FILE")]
    pub(crate) resource_policy: Option<String>,
    /// Requests from a file, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "expect")]
    pub(crate) requests: Option<String>,
    /// Requests with what they are expected to be answered
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: Option<String>,
    #[command(flatten)]
    pub(crate) surroundings: SurroundingsFlags,
    #[command(flatten)]
    pub(crate) report: ReportFlags,
}

/// What all requests have.
#[derive(Debug, Args)]
pub(crate) struct SurroundingsFlags {
    /// A condition key that is there; repeated, it has several values
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) context: Vec<(String, String)>,
    /// From where the requests come
    #[arg(long, value_name = "IP")]
    pub(crate) source_ip: Option<IpAddr>,
    /// The users have shown a second factor
    #[arg(long)]
    pub(crate) mfa: bool,
    /// When they are made [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// How the answers are reported.
#[derive(Debug, Args)]
pub(crate) struct ReportFlags {
    /// Print one JSON object per request
    #[arg(long)]
    pub(crate) json: bool,
    /// Write what was expected and what was found to this file, as JUnit does
    #[arg(long, value_name = "FILE", requires = "expect")]
    pub(crate) junit: Option<PathBuf>,
    /// Print annotations for GitHub Actions, as where GITHUB_ACTIONS is true
    #[arg(long, requires = "expect")]
    pub(crate) github: bool,
}
