//! What `stead service` takes.

use clap::{Args, Subcommand};

use super::InstallationPlace;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead service register storage.example.internal --data ./stead-data
  stead service list --data ./stead-data
  stead service remove storage.example.internal --data ./stead-data

A registered service signs with its own key and may assume the roles whose
trust policies name it: \"Principal\": {\"Service\": \"storage.example.internal\"}.";

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Register a service and print its access key, once.
    #[command(
        after_help = "Example:\n  stead service register storage.example.internal --data ./stead-data"
    )]
    Register(NamedService),
    /// List the registered services and the ids of their keys.
    #[command(after_help = "Example:\n  stead service list --data ./stead-data --json")]
    List(InstallationPlace),
    /// Remove a service: its key signs nothing any more. Sessions that it has stay.
    #[command(
        after_help = "Example:\n  stead service remove storage.example.internal --data ./stead-data"
    )]
    Remove(NamedService),
}

#[derive(Debug, Args)]
pub(crate) struct NamedService {
    /// The service's name as policies have it: a host name in lower case
    #[arg(value_name = "NAME")]
    pub(crate) service: String,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}
