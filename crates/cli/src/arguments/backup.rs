//! What `stead backup` and `stead restore` take.

use std::path::PathBuf;

use clap::Args;

use super::InstallationPlace;

const BACKUP_EXAMPLES: &str = "\
Examples:
  stead backup /var/backups/stead-2026-03-01 --data ./stead-data
  stead backup /media/safe/stead --data ./stead-data --with-root-key

The server goes on answering. The backup is a directory: the database as of one
moment and a manifest. Without the root key its secrets cannot be read.";

const RESTORE_EXAMPLES: &str = "\
Example:
  stead restore /var/backups/stead-2026-03-01 --data ./stead-data
  install -m 600 /media/safe/root.key ./stead-data/root.key
  stead serve --data ./stead-data

The data directory must be empty or not there yet.";

#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct BackupFlags {
    /// The directory to make
    #[arg(value_name = "BACKUP")]
    pub(crate) target: PathBuf,
    /// Put the root key into it, too
    #[arg(long)]
    pub(crate) with_root_key: bool,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}

#[derive(Debug, Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub(crate) struct RestoreFlags {
    /// The directory that `stead backup` made
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}
