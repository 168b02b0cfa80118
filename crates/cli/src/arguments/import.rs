//! What `stead import` takes.

use std::path::PathBuf;

use clap::Args;

use super::InstallationPlace;

const EXAMPLES: &str = "\
Examples:
  aws iam get-account-authorization-details > accounts/111122223333/details.json
  stead import accounts --data ./stead-data
  stead import account-111122223333.json --access-keys --json

EXPORT is what `stead explain --accounts` takes: a directory with one file or
folder for each account, or one such file. Each account is created with its
number, its users, groups, roles, policies and OpenID Connect providers, their
ARNs and their unique ids, in one commit; one that is there already is not
touched. So are SAML providers whose metadata the export has (`aws iam
get-saml-provider`). Exports hold no secrets: the root user gets a new access
key, with --access-keys every user does, and the secrets are shown this once.
Passwords, MFA devices and private keys are not in exports.

Exit codes: 0 all accounts are there, 1 nothing was imported, or not all; 2
wrong use.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportFlags {
    /// What was exported: a directory, or a file
    #[arg(value_name = "EXPORT")]
    pub(crate) export: PathBuf,
    /// Give each user an access key
    #[arg(long)]
    pub(crate) access_keys: bool,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}
