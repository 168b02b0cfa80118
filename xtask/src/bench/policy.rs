//! The policy engine beside the engines of `tests/peers`.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::Arguments;
use crate::{build, packages};

/// Builds the bench in its own workspace and runs it.
pub(super) fn run(root: &Path, target: &Path, arguments: &Arguments, json: &Path) -> Result<()> {
    let peers = root.join("tests/peers");
    let installed = target.join("peers-npm");
    packages::install(&peers, &installed)?;
    let mut cargo = build::cargo(root, arguments.profile(), "bench");
    cargo.arg("--manifest-path").arg(peers.join("Cargo.toml")).args(["--bench", "policy"]);
    cargo.arg("--target-dir").arg(target).env("STEAD_PEERS_PACKAGES", installed);
    cargo.arg("--").arg("--json").arg(json).arg("--work").arg(target.join("bench/samples"));
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
