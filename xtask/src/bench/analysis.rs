//! Questions about a large account.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Arguments;
use crate::build;

/// Builds the bench and runs it.
pub(super) fn run(root: &Path, arguments: &Arguments, json: &Path) -> Result<()> {
    let mut bench = Command::new(build::binary(root, arguments.profile(), "stead-benches")?);
    bench.arg("analysis").arg("--json").arg(json);
    if arguments.smoke {
        bench.arg("--smoke");
    }
    let status = bench.status().context("cannot run the bench")?;
    ensure!(status.success(), "the bench of the analysis ended with {status}");
    Ok(())
}
