//! The policy engine beside the engines of `tests/peers`.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::Arguments;
use crate::peers;

/// Builds the bench in its own workspace and runs it.
pub(super) fn run(root: &Path, target: &Path, arguments: &Arguments, json: &Path) -> Result<()> {
    let mut cargo = peers::cargo(root, target, arguments.profile(), "bench")?;
    cargo
        .args(["--bench", "policy", "--"])
        .arg("--json")
        .arg(json)
        .arg("--work")
        .arg(target.join("bench/samples"));
    if arguments.smoke {
        cargo.arg("--smoke");
    }
    if arguments.check {
        cargo.arg("--check");
    }
    let status = cargo.status().context("cannot run cargo")?;
    ensure!(status.success(), "the bench of the policy engine ended with {status}");
    Ok(())
}
