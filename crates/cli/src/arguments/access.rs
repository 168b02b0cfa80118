//! What `stead who-can` and `stead can` take.

use clap::{ArgGroup, Args, ValueEnum};

use super::AccountsFlags;

const WHO_CAN_EXAMPLES: &str = "\
Examples:
  stead who-can assume deploy --accounts ./accounts
  stead who-can assume arn:aws:iam::444455556666:role/deploy --accounts . --json
  stead who-can assume '*' --accounts . --graph dot | dot -Tsvg > roles.svg
  stead who-can s3:GetObject arn:aws:s3:::reports/2026.csv --accounts ./accounts
  stead who-can assume deploy --endpoint http://127.0.0.1:4566 --profile admin

--accounts is the directory that `stead explain --accounts` takes: what the AWS
CLI prints of accounts, one file or folder per account. Everybody who can is
named, with the shortest way through roles and the conditions under which; each
hop was asked of the engine that enforces, as a call that meets these
conditions. Of whom it is not known is marked with a question mark. --endpoint
asks a running server for the account instead. docs/who-can.md says more. With
--accounts nothing is sent anywhere.

Exit codes: 0 somebody can, 1 no accounts, or none has this role, 2 wrong use,
3 nobody can.";

const CAN_EXAMPLES: &str = "\
Examples:
  stead can arn:aws:iam::111122223333:user/ann --accounts ./accounts
  stead can deploy --accounts ./accounts --json
  stead can deploy --endpoint http://127.0.0.1:4566 --profile admin
  stead can ann --accounts ./accounts --graph mermaid

Told are the roles that the user or role can assume, one after the other too,
and what its own policies let it do, statement by statement. docs/who-can.md
says more.

Exit codes: 0 told, 1 no accounts, or none has this user or role, 2 wrong use.";

#[derive(Debug, Args)]
#[command(after_help = WHO_CAN_EXAMPLES)]
pub(crate) struct WhoCanFlags {
    /// An action such as s3:GetObject, or `assume` for the assuming of a role
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// The ARN of the resource, or *; with `assume` the ARN or the name of a role
    #[arg(value_name = "RESOURCE")]
    pub(crate) resource: String,
    #[command(flatten)]
    pub(crate) common: AccessFlags,
}

#[derive(Debug, Args)]
#[command(after_help = CAN_EXAMPLES)]
pub(crate) struct CanFlags {
    /// The ARN or the name of a user or role
    #[arg(value_name = "PRINCIPAL")]
    pub(crate) principal: String,
    #[command(flatten)]
    pub(crate) common: AccessFlags,
}

/// Over which accounts, and how the answer is printed.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("source").required(true).args(["accounts", "endpoint"]))]
pub(crate) struct AccessFlags {
    #[command(flatten)]
    pub(crate) of: AccountsFlags,
    /// When the calls would be made [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "graph")]
    pub(crate) json: bool,
    /// Print the ways as a graph
    #[arg(long, value_name = "FORM")]
    pub(crate) graph: Option<GraphForm>,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// For Graphviz
    Dot,
    /// Nodes and edges as one JSON object
    Json,
    /// For Mermaid
    Mermaid,
}
