//! What `stead sessions` takes.

use clap::{Args, Subcommand};

use super::ServiceFlags;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead sessions revoke deploy
  stead sessions revoke deploy --endpoint-url http://127.0.0.1:4566";

const REVOKE_EXAMPLES: &str = "\
Examples:
  stead sessions revoke deploy
  stead sessions revoke arn:aws:iam::111122223333:role/ci/deploy --profile admin

Needs iam:PutRolePolicy on the role. Sessions that are issued later are not
concerned; the role stays as it is but for the policy AWSRevokeOlderSessions,
which may be deleted once the longest session of before has expired.";

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// Deny everything to the sessions a role has had issued until now.
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke(Box<RevokeFlags>),
}

#[derive(Debug, Args)]
pub(crate) struct RevokeFlags {
    /// The role: its name, or its ARN
    #[arg(value_name = "ROLE")]
    pub(crate) role: String,
    /// Call with the access key of this profile [default: the environment's]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) place: ServiceFlags,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
