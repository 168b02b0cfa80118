//! Builds what the tasks drive.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For tests, demo and smoke runs, which share one set of compiled dependencies.
    Ci,
    /// As it is used.
    Release,
}

impl Profile {
    const fn name(self) -> &'static str {
        match self {
            Self::Ci => "ci",
            Self::Release => "release",
        }
    }
}

/// A cargo command of the workspace.
pub(crate) fn cargo(root: &Path, profile: Profile, subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args([subcommand, "--profile", profile.name()]).current_dir(root);
    command
}

/// Builds a package and says where its binary of the same name lies; only cargo
/// knows where it puts what it builds.
pub(crate) fn binary(root: &Path, profile: Profile, package: &str) -> Result<PathBuf> {
    let mut command = cargo(root, profile, "build");
    command.args(["--package", package, "--message-format", "json-render-diagnostics"]);
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "`cargo build --package {package}` failed");
    for line in String::from_utf8(output.stdout)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        let named = message.pointer("/target/name").and_then(Value::as_str) == Some(package);
        match message.get("executable").and_then(Value::as_str) {
            Some(executable) if named => return Ok(PathBuf::from(executable)),
            _ => {}
        }
    }
    bail!("cargo did not say where it put {package}")
}

/// The target directory of the workspace.
pub(crate) fn target(root: &Path) -> Result<PathBuf> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root);
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "`cargo metadata` failed");
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let target = metadata.get("target_directory").and_then(Value::as_str);
    Ok(target.context("cargo did not say where it puts what it builds")?.into())
}

/// The target directory in which a binary was built.
pub(crate) fn target_directory(binary: &Path) -> Result<&Path> {
    binary.parent().and_then(Path::parent).context("a binary lies in TARGET/PROFILE")
}
