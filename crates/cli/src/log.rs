//! `stead log`: what the audit log says, and whether it is whole.

mod query;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

use stead_server::audit;
use stead_server::config::Settings;

use crate::arguments::{InstallationPlace, LogCommand};
use crate::configuration::gather_for_command;
use crate::exit::{Exit, Failure};

pub(crate) async fn run(command: LogCommand) -> Result<Exit, Failure> {
    match command {
        LogCommand::Verify(place) => verify::run(&place).await,
        LogCommand::Query(flags) => query::run(&flags),
    }
}

/// The settings, and where the log is.
fn place(place: &InstallationPlace) -> Result<(Settings, PathBuf), Failure> {
    let settings = gather_for_command(&place.flags())?;
    let directory = audit::directory(&settings.data);
    if directory.is_dir() {
        Ok((settings, directory))
    } else {
        Err(Failure::new(format!("there is no audit log at `{}`", directory.display()))
            .with_help("--data names the directory of an installation; `audit_log` may be off"))
    }
}

fn unreadable(directory: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read the audit log `{}`: {error}", directory.display()))
        .with_help("it belongs to the user that runs the server")
}
