//! `cargo xtask bench`: load on the built server beside the same HTTP stack
//! answering constants. Numbers worth reading come from the release profile;
//! `--smoke` takes the `ci` one, which is built already, and only shows that
//! the bench works.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::build::{self, Profile};

/// What can be given on the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write the numbers to this file, as a list of name, value and unit
    #[arg(long)]
    json: Option<PathBuf>,
    /// A second of everything: that it works, not how fast it is
    #[arg(long)]
    smoke: bool,
    /// Further arguments of the load, such as `--connections 32 --seconds 10`
    #[arg(last = true)]
    load: Vec<String>,
}

/// Builds server and load, and runs one against the other.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let profile = if arguments.smoke { Profile::Ci } else { Profile::Release };
    let stead = build::binary(root, profile, "stead")?;
    let mut load = Command::new(build::binary(root, profile, "stead-benches")?);
    load.arg("run").arg("--stead").arg(stead);
    if arguments.smoke {
        load.arg("--smoke");
    }
    if let Some(path) = &arguments.json {
        load.arg("--json").arg(path);
    }
    let status = load.args(&arguments.load).status().context("cannot run the load")?;
    ensure!(status.success(), "the load ended with {status}");
    Ok(())
}
