//! What `stead keys` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::InstallationPlace;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead keys list --data ./stead-data
  stead keys rotate --data ./stead-data        seal sessions with a fresh key
  stead keys rewrap --data ./stead-data        change the root key";

const ROTATE_EXAMPLES: &str = "\
Examples:
  stead keys rotate --data ./stead-data
  stead keys rotate --data ./stead-data --revoke-now   when a key has leaked
  stead keys rotate --data ./stead-data --token-keys-of 111122223333

The old key opens the sessions it has sealed for 36 hours, the longest there
are, and one hour more for clocks that differ. With --revoke-now every session
ends at once. Keys of identity tokens are published for two hours more.";

const REWRAP_EXAMPLES: &str = "\
Examples:
  stead keys rewrap --data ./stead-data                a new DIR/root.key
  stead keys rewrap --data ./stead-data --to-file /etc/stead/root.key
  stead keys rewrap --to-command /usr/bin/kms-decrypt --to-command root.enc

The server goes on answering. It does not start without the new root key any
more from the moment the change begins: name both in the configuration before
(other_root_key_file) and only the new one after.";

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Show the keys: their ids, when they were made, and until when they open.
    #[command(after_help = "Example:\n  stead keys list --data ./stead-data --json")]
    List(InstallationPlace),
    /// Seal sessions with a fresh key from now on.
    #[command(after_help = ROTATE_EXAMPLES)]
    Rotate(RotateFlags),
    /// Change the root key: wrap everything that rests under another one.
    #[command(after_help = REWRAP_EXAMPLES)]
    Rewrap(Box<RewrapFlags>),
}

#[derive(Debug, Args)]
pub(crate) struct RotateFlags {
    /// Instead: change the keys that sign the identity tokens of this account
    #[arg(long, value_name = "ID", conflicts_with = "revoke_now")]
    pub(crate) token_keys_of: Option<String>,
    /// Drop the old keys at once: every session ends
    #[arg(long)]
    pub(crate) revoke_now: bool,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}

#[derive(Debug, Args)]
pub(crate) struct RewrapFlags {
    /// The new root key is in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to_command", "to_env"])]
    pub(crate) to_file: Option<PathBuf>,
    /// The new root key is written by this program; repeated for each of its arguments
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true, conflicts_with = "to_env")]
    pub(crate) to_command: Vec<String>,
    /// The new root key is in this variable of the environment
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) to_env: Option<String>,
    /// Do not wait for the end; `stead keys list` tells how far it is
    #[arg(long)]
    pub(crate) no_wait: bool,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}
