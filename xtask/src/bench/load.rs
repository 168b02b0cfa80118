//! Load on the built server beside the same HTTP stack answering constants.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Arguments;
use crate::{build, packages};

/// Builds server and load, and runs one against the other.
pub(super) fn run(root: &Path, arguments: &Arguments, json: &Path) -> Result<()> {
    let profile = arguments.profile();
    let stead = build::binary(root, profile, "stead")?;
    let mut load = Command::new(build::binary(root, profile, "stead-benches")?);
    load.arg("run").arg("--stead").arg(stead).arg("--json").arg(json);
    // What is measured beside Stead.
    let requirements = root.join("benches/emulators.txt");
    let folder = build::target(root)?.join("bench/emulators");
    let emulators = packages::install_python(&requirements, &folder)?;
    load.arg("--moto").arg(emulators.join("moto_server"));
    load.arg("--ministack").arg(emulators.join("ministack"));
    if arguments.smoke {
        load.arg("--smoke");
    }
    let status = load.args(&arguments.load).status().context("cannot run the load")?;
    ensure!(status.success(), "the load ended with {status}");
    Ok(())
}
