//! Which accounts a question is about.

use std::path::PathBuf;

use clap::Args;

/// Accounts that were exported, or those of a running server.
///
/// Commands put both into a group of theirs, together with what else they take.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AccountsFlags {
    /// What was exported of accounts: a directory with one file or folder per account
    #[arg(long, value_name = "DIR")]
    pub(crate) accounts: Option<PathBuf>,
    /// The caller's account as the server at this address has it now
    #[arg(long, visible_alias = "endpoint-url", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    #[command(flatten)]
    pub(crate) asking: AskingFlags,
}

/// Who asks a server.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AskingFlags {
    /// Ask with the access key of this profile; repeated, an account for each
    /// [default: the environment's]
    #[arg(long, value_name = "PROFILE", requires = "endpoint")]
    pub(crate) profile: Vec<String>,
    /// The region that is signed for [default: AWS_REGION, AWS_DEFAULT_REGION, the profile's,
    /// or us-east-1]
    #[arg(long, value_name = "REGION", requires = "endpoint")]
    pub(crate) region: Option<String>,
    /// Believe servers whose certificates these authorities signed (PEM)
    /// [default: AWS_CA_BUNDLE]
    #[arg(long, value_name = "FILE", requires = "endpoint")]
    pub(crate) ca_file: Option<PathBuf>,
}
