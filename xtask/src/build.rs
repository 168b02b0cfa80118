//! Builds what the tasks drive, always in the `ci` profile: tests, demo and
//! bench share one set of compiled dependencies.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// A cargo command of the workspace in the `ci` profile.
pub(crate) fn cargo(root: &Path, subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args([subcommand, "--profile", "ci"]).current_dir(root);
    command
}

/// Builds the server and says where its binary lies.
pub(crate) fn stead(root: &Path) -> Result<PathBuf> {
    binary(root, "stead")
}

/// Builds a package and says where its binary of the same name lies; only cargo
/// knows where it puts what it builds.
pub(crate) fn binary(root: &Path, package: &str) -> Result<PathBuf> {
    let mut command = cargo(root, "build");
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
