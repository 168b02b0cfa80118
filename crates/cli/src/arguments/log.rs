//! What `stead log` takes.

use clap::{Args, Subcommand};

use super::InstallationPlace;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead log verify --data ./stead-data
  stead log query --data ./stead-data --outcome denied";

const VERIFY_EXAMPLES: &str = "\
Examples:
  stead log verify --data ./stead-data
  stead log verify --data ./stead-data --json

Reads every file of the audit log, whether a server writes it or not, and says
which lines are missing, changed or out of order. The root key tells whether
the end of the log is the one that a server left: it is DIR/root.key, or what
--root-key-file names.

Exit codes: 0 the log holds, 1 it does not or cannot be read, 2 wrong use.";

const QUERY_EXAMPLES: &str = "\
Examples:
  stead log query --outcome denied --since 2026-03-01T00:00:00Z
  stead log query --role deploy --action 'sts:Assume*'
  stead log query --principal 'arn:aws:iam::111122223333:user/*' --json

In names, ARNs and actions a * stands for any text. With --json every event is
printed as it stands in the log.";

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Check that nothing was taken out of the audit log or changed in it.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(InstallationPlace),
    /// Print the calls that are asked for.
    #[command(after_help = QUERY_EXAMPLES)]
    Query(Box<QueryFlags>),
}

#[derive(Debug, Args)]
pub(crate) struct QueryFlags {
    /// The caller: its ARN, unique id, user name or access key id
    #[arg(long, value_name = "TEXT")]
    pub(crate) principal: Option<String>,
    /// A role that calls or is to be assumed: its name or ARN
    #[arg(long, value_name = "TEXT")]
    pub(crate) role: Option<String>,
    /// The action, such as sts:AssumeRole or AssumeRole
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// What came of the call: allowed, denied or failed
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) outcome: Option<String>,
    /// Calls from this moment on, such as 2026-03-01T12:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Calls before this moment
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Calls of this account, or about its roles
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}
