//! What `stead explain` takes.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead explain --case denied.json
  stead explain --case denied.json --json
  stead explain --case denied.json --patch        the first fix, as RFC 6902
  export-accounts | stead explain --case -

A case is one JSON document: `account`, which owns the role, with its number and
the output of `aws iam get-account-authorization-details`, its providers and the
policies of its organization; `otherAccounts`; and `attempt`, what was called, by
whom, with which token and when. docs/explain.md describes it. Nothing is sent
anywhere, and no server is needed.

Exit codes: 0 the call succeeds, 1 no case, 2 wrong use, 3 it is refused.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainFlags {
    /// The accounts and the attempt: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) case: String,
    /// Print one JSON object
    #[arg(long, conflicts_with = "patch")]
    pub(crate) json: bool,
    /// Print the patch of the first fix
    #[arg(long)]
    pub(crate) patch: bool,
}
