//! The workspace that compares the policy engine with others.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::build::{self, Profile};
use crate::packages;

/// A cargo command of that workspace, with the packages it needs installed. It shares
/// the target directory: what test and bench compile alike is compiled once.
pub(crate) fn cargo(
    root: &Path,
    target: &Path,
    profile: Profile,
    subcommand: &str,
) -> Result<Command> {
    let workspace = root.join("tests/peers");
    let installed = target.join("peers-npm");
    packages::install(&workspace, &installed)?;
    let mut cargo = build::cargo(root, profile, subcommand);
    cargo.arg("--manifest-path").arg(workspace.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(target).env("STEAD_PEERS_PACKAGES", installed);
    Ok(cargo)
}
